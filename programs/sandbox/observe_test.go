package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

const confinedWord = "confined-by"

func init() {
	// A filter is one thread's, and a program takes the place of the first.
	if isConfinedProgram() {
		runtime.LockOSThread()
	}
}

func isConfinedProgram() bool { return len(os.Args) > 3 && os.Args[1] == confinedWord }

// TestMain is the tests, or what crun makes of a container's first process: a program under a filter.
func TestMain(m *testing.M) {
	if isConfinedProgram() {
		fmt.Fprintln(os.Stderr, becomeConfined(os.Args[2], os.Args[3:]))
		os.Exit(125)
	}
	os.Exit(m.Run())
}

// becomeConfined becomes a program that may make no directory. Who refuses it is the kernel or, by `sandbox`, whoever follows.
func becomeConfined(by string, arguments []string) error {
	refused, allowed := uint32(unix.SECCOMP_RET_ERRNO|unix.EPERM), uint32(unix.SECCOMP_RET_ALLOW)
	if by == "sandbox" {
		refused, allowed = unix.SECCOMP_RET_TRACE|uint32(unix.EPERM), unix.SECCOMP_RET_TRACE|looked
	}
	is := func(number int, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: skip, K: uint32(number)}
	}
	answer := func(word uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: word} }
	rules := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the call
		is(makeDirectory, 3), is(unix.SYS_MKDIRAT, 2), is(unix.SYS_READ, 2),
		answer(allowed), answer(refused), answer(unix.SECCOMP_RET_ALLOW),
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(rules)), Filter: &rules[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return err
	}
	return syscall.Exec(arguments[0], arguments, []string{})
}

func TestACallIsAnsweredAndSeenWhoeverRefuses(t *testing.T) {
	for by, filter := range map[string]filter{
		"sandbox": {unseen: []string{"read"}},
		"kernel":  {everyCall: true, allowed: map[string]bool{"openat": true, "read": true}},
	} {
		directory := t.TempDir()
		observer, err := newObserver(filter, []string{directory})
		if err != nil {
			t.Fatal(err)
		}
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		script := `echo text > "$1/file"; mkdir "$1/made" || { cat "$1/file"; exit 7; }`
		first, ends, err := observer.start(os.Args[0], []string{confinedWord, by, "/bin/sh", "-c", script, "sh", directory}, writer)
		writer.Close()
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(reader)
		for end := range ends {
			if end.pid == first && end.status.ExitStatus() != 7 {
				t.Errorf("%s: exit code %d", by, end.status.ExitStatus())
			}
		}
		if text := string(said); !strings.Contains(text, "not permitted") || !strings.HasSuffix(text, "text\n") {
			t.Errorf("%s: the program was to hear that it may not, and to go on: %q", by, text)
		}
		if _, err := os.Stat(filepath.Join(directory, "made")); err == nil {
			t.Errorf("%s: what was refused has happened", by)
		}
		var told report
		observer.tell(&told)
		if len(told.RefusedCalls) != 1 || !strings.HasPrefix(told.RefusedCalls[0].Name, "mkdir") || told.RefusedCalls[0].Count != 1 {
			t.Errorf("%s: %+v", by, told.RefusedCalls)
		}
		if !slices.Equal(told.UsedTmpfs, []string{directory}) {
			t.Errorf("%s: %q", by, told.UsedTmpfs)
		}
		for _, call := range []string{"execve", "openat", "read", "write", told.RefusedCalls[0].Name} {
			if !slices.Contains(told.Calls, call) {
				t.Errorf("%s: %s is missing in %q", by, call, told.Calls)
			}
		}
	}
}
