package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// insideGuard is the first argument of the process that does the work.
const insideGuard = "inside"

// Limits on reading a Dockerfile. Twelve lines of text can make BuildKit use more memory than a machine has (ENV A=$A$A), and the engine would read them next.
const (
	mostMemory = 512 << 20
	mostTime   = 60 * time.Second
	mostOutput = 64 << 20
)

// guarded does the work in a process of its own, limited in memory and time, and refuses a Dockerfile that exceeds the limits: the engine would exceed them too.
func guarded(arguments []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithTimeout(context.Background(), mostTime)
	defer cancel()
	output, complaint := &bounded{most: mostOutput}, &bounded{most: 1 << 20}
	work := exec.CommandContext(ctx, "/proc/self/exe", append([]string{insideGuard}, arguments...)...)
	work.Stdout, work.Stderr = output, complaint
	work.Env = append(os.Environ(), "GOTRACEBACK=none")
	err := work.Run()
	switch code := work.ProcessState.ExitCode(); {
	case ctx.Err() != nil:
		return refused(stdout, arguments, "BuildKit needs more than %d seconds to read it", int(mostTime.Seconds()))
	case output.cut:
		return refused(stdout, arguments, "the report on it is longer than %d MB", mostOutput>>20)
	case err == nil:
		_, err = stdout.Write(output.Bytes())
		return exitCode(err)
	case code == exitOutOfMemory || code == exitUsage && bytes.Contains(complaint.Bytes(), []byte("out of memory")):
		return refused(stdout, arguments, "BuildKit needs more than %d MB of memory to read it", mostMemory>>20)
	case isRuntimeEnd(code, complaint.Bytes()):
		return refused(stdout, arguments, "BuildKit ends while it reads it (%s)", printable(firstLine(complaint.String())))
	case code == 1 || code == exitUsage:
		_, _ = stderr.Write(complaint.Bytes())
		return code
	default:
		fmt.Fprintf(stderr, "reading the Dockerfile ended with %s\n", work.ProcessState)
		return 1
	}
}

const exitOutOfMemory = 137

// isRuntimeEnd reports whether Go itself ended the work: a panic or a fatal error, or a signal for lack of memory, of which it prints only the name. All exit with code 2, as wrong usage does, which is recognised by its message.
func isRuntimeEnd(code int, complaint []byte) bool {
	return code == exitUsage && !bytes.HasPrefix(complaint, []byte(errUsage.Error()))
}

func exitCode(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// refused prints a report that refuses the whole file.
func refused(stdout io.Writer, arguments []string, format string, values ...any) int {
	fault := refuse(0, format, values...).because("the engine reads it in the same way, and would be lost with every run on it").instead("Look for variables that expand to themselves, very long lists and generated text; the longest Dockerfiles that people write take a tenth of a second.")
	if len(arguments) > 0 && arguments[0] == "prepare" {
		return exitCode(print(stdout, preparationReport{SchemaVersion: reportVersion, Dockerfiles: []prepared{}, Checks: []check{}, Refusals: []*refusal{fault}}))
	}
	return exitCode(print(stdout, emptyReading(fault)))
}

// boundMemory keeps this process from taking memory that others on the machine need.
func boundMemory() error {
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: mostMemory, Max: mostMemory})
}

// bounded keeps the beginning of an output.
type bounded struct {
	bytes.Buffer
	most int
	cut  bool
}

func (b *bounded) Write(data []byte) (int, error) {
	if room := b.most - b.Len(); len(data) > room {
		b.cut = true
		_, _ = b.Buffer.Write(data[:max(0, room)])
		return len(data), nil
	}
	return b.Buffer.Write(data)
}
