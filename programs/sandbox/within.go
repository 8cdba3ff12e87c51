package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// filesTime is for a program that reads files of an image: one of them can be a pipe that nobody writes to.
	filesTime = 5 * time.Minute
	// filesMemory limits it: a file can be an endless device. It counts address space, of which programs in Go reserve one GiB.
	filesMemory = 4 << 30
)

// runWithin runs a program that looks at an image's files, with the image as its root: links lead to where they lead in a container. Nothing of the image is run.
func runWithin(root string, arguments []string, stdout, stderr io.Writer) (int, error) {
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: filesMemory, Max: filesMemory}); err != nil {
		return 0, err
	}
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Dir, command.Env = "/", []string{}
	command.Stdout, command.Stderr = stdout, stderr
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if err := command.Start(); err != nil {
		return 0, err
	}
	watchdog := time.AfterFunc(filesTime, func() { command.Process.Kill() })
	err := command.Wait()
	if !watchdog.Stop() {
		return 0, fmt.Errorf("expected the files of the image to be read within %s, found that they are not: one of them may be a pipe or a device", filesTime)
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	return command.ProcessState.ExitCode(), nil
}
