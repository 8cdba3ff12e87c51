package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// insideGuard is the first argument of the process that does the work.
const insideGuard = "inside"

const (
	// mostMemory is how much memory reading an image may take: 2 million entries with names of 512 MB, the databases of packages, and what decoders keep.
	mostMemory = 4 << 30
	// mostTime is how long reading an image may take: an ordinary image takes seconds, and 64 GB of layers some minutes.
	mostTime = 30 * time.Minute
	// mostComplaint is how much is kept of the output of a failed process.
	mostComplaint = 1 << 20
)

// guarded does the work in a process of its own, limited in memory and time: an image that was made to exceed the limits ends that process, and nothing else on the engine's machine.
func guarded(longest time.Duration, arguments []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	complaint := &beginning{most: mostComplaint}
	work := exec.CommandContext(ctx, "/proc/self/exe", append([]string{insideGuard}, arguments...)...)
	work.Stdout, work.Stderr = stdout, complaint
	work.Env = append(os.Environ(), "GOTRACEBACK=none")
	err := work.Run()
	switch said := complaint.Bytes(); {
	case err == nil:
		return 0
	case work.ProcessState == nil:
		fmt.Fprintln(stderr, singleLine(fmt.Sprintf("cannot start the process that reads the image: %s", err)))
		return 1
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "expected an image that can be read in %g minutes, found one that takes longer: the image cannot be judged\n", longest.Minutes())
		return 1
	case work.ProcessState.ExitCode() == 2 && bytes.Contains(said, []byte("out of memory")):
		fmt.Fprintf(stderr, "expected an image that can be read in %d GB of memory, found one that needs more: the image cannot be judged\n", mostMemory>>30)
		return 1
	case work.ProcessState.ExitCode() == 1 || work.ProcessState.ExitCode() == 2 && bytes.HasPrefix(said, []byte(errUsage.Error())):
		_, _ = stderr.Write(said)
		return work.ProcessState.ExitCode()
	default:
		first, _, _ := strings.Cut(string(said), "\n")
		fmt.Fprintln(stderr, singleLine(fmt.Sprintf("the process that reads the image ended with %s: %s", work.ProcessState, first)))
		return 1
	}
}

// boundMemory keeps this process from taking memory that others on the machine need.
func boundMemory() error {
	// Garbage is collected before memory runs out.
	debug.SetMemoryLimit(mostMemory / 4 * 3)
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: mostMemory, Max: mostMemory}); err != nil {
		return fmt.Errorf("cannot bound the memory of the process: %w", err)
	}
	return nil
}

// beginning keeps the beginning of an output.
type beginning struct {
	bytes.Buffer
	most int
}

func (b *beginning) Write(data []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		_, _ = b.Buffer.Write(data[:min(room, len(data))])
	}
	return len(data), nil
}

// runGuarded is run in a limited process, if there is an image to read.
func runGuarded(arguments []string, stdout, stderr io.Writer) int {
	switch {
	case len(arguments) > 0 && arguments[0] == insideGuard:
		if err := boundMemory(); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		return run(arguments[1:], stdout, stderr)
	case len(arguments) > 0 && (arguments[0] == "image" || arguments[0] == "secrets"):
		return guarded(mostTime, arguments, stdout, stderr)
	default:
		return run(arguments, stdout, stderr)
	}
}
