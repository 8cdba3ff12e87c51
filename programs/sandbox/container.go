package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// container is one that crun has made.
type container struct {
	runtime, state, id string
	bundle             *bundle
	observer           *observer
	pid                int
	ended              chan syscall.WaitStatus
}

// create makes the container up to the moment before its program starts. A reason says what the image lacks.
func (container *container) create(printed *output) (string, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return "", err
	}
	go printed.copyFrom(reader)
	log := filepath.Join(container.bundle.directory, "log")
	pidFile := filepath.Join(container.bundle.directory, "pid")
	first, ends, err := container.observer.start(container.runtime, []string{"--root", container.state, "--cgroup-manager", "cgroupfs", "--log", "file:" + log, "create", "--bundle", container.bundle.directory, "--pid-file", pidFile, container.id}, writer)
	writer.Close()
	if err != nil {
		return "", fmt.Errorf("failed to start %s: %w", container.runtime, err)
	}
	for end := range ends {
		if end.pid != first {
			continue
		}
		if status := end.status; !status.Exited() || status.ExitStatus() != 0 {
			said, _ := os.ReadFile(log)
			printed.wait()
			message := lastLine(string(said) + "\n" + strings.Join(printed.lines(nil), "\n"))
			if isFaultOfImage(message) {
				return message, nil
			}
			return "", fmt.Errorf("%s failed to create the container: %s", container.runtime, message)
		}
		break
	}
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return "", err
	}
	if container.pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
		return "", err
	}
	go func() {
		for end := range ends {
			if end.pid == container.pid {
				container.ended <- end.status
			}
		}
	}()
	return "", nil
}

// isFaultOfImage decides from the runtime's message whether the image lacks the program, or the runtime itself failed.
func isFaultOfImage(message string) bool {
	for _, fault := range []string{"executable file", "exec format error", "No such file or directory", "Permission denied"} {
		if strings.Contains(message, fault) && strings.Contains(message, "exec") {
			return true
		}
	}
	return false
}

// checked is what one check found, and how long that took.
type checked struct {
	fault error
	took  time.Duration
}

// watch probes until the container is ready and has stayed ready, has ended, or its time is up.
func (container *container) watch(plan *plan, check checker, began time.Time, given *report) {
	deadline := time.After(seconds(plan.ReadySeconds))
	answers := make(chan checked, 1)
	ask := func(after time.Duration) {
		time.Sleep(after)
		asked := time.Now()
		fault := check.ask(container)
		answers <- checked{fault: fault, took: time.Since(asked)}
	}
	go ask(0)
	var last error
	for {
		select {
		case status := <-container.ended:
			container.ended <- status
			how := exitOf(status)
			given.Outcome, given.Exit = "exited", &how
			given.Reason = "it exited before it was ready: " + how.String()
			if given.ReadySeconds != nil {
				given.Reason = "it was ready, then exited at once: " + how.String()
			}
			given.ReadySeconds = nil
			return
		case <-deadline:
			given.Outcome, given.ReadySeconds = "not-ready", nil
			given.Reason = fmt.Sprintf("not ready within %g s", plan.ReadySeconds)
			if last != nil {
				given.Reason = printable(given.Reason+": "+last.Error(), longestReason)
			}
			return
		case answer := <-answers:
			last = answer.fault
			switch {
			case last != nil:
				// Ready means ready for good.
				given.ReadySeconds = nil
				go ask(check.pause)
			case given.ReadySeconds == nil:
				ready := time.Since(began).Seconds()
				given.ReadySeconds = &ready
				go ask(settling - answer.took)
			default:
				given.Outcome = "ready"
				return
			}
		}
	}
}

// stop asks the container to end as an engine does, and kills it when it does not.
func (container *container) stop(written string, patience time.Duration) *stop {
	signal, name := stopSignal(written)
	began := time.Now()
	given := &stop{Signal: name}
	unix.Kill(container.pid, signal)
	select {
	case status := <-container.ended:
		container.ended <- status
		given.Exit = exitOf(status)
	case <-time.After(patience):
		given.Forced = true
		given.Exit = exitOf(container.kill())
	}
	given.Seconds = time.Since(began).Seconds()
	return given
}

// kill ends everything in the container: the others die with its first process.
func (container *container) kill() syscall.WaitStatus {
	unix.Kill(container.pid, unix.SIGKILL)
	status := <-container.ended
	container.ended <- status
	return status
}

// command runs the runtime, without tracing it.
func (container *container) command(arguments ...string) (string, error) {
	command := exec.Command(container.runtime, append([]string{"--root", container.state, "--cgroup-manager", "cgroupfs"}, arguments...)...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s failed: %s", container.runtime, arguments[0], lastLine(said.String()+"\n"+err.Error()))
	}
	return said.String(), nil
}

// exec runs a command in the container, under the same restrictions, and traces it too.
func (container *container) exec(arguments []string, timeout time.Duration) error {
	spec := container.bundle.spec.Process
	check := *spec
	check.Args = arguments
	text, err := json.Marshal(&check)
	if err != nil {
		return err
	}
	path := filepath.Join(container.bundle.directory, "process.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	said := newOutput()
	go func() {
		said.copyFrom(reader)
		reader.Close()
	}()
	first, ends, err := container.observer.start(container.runtime, []string{"--root", container.state, "--cgroup-manager", "cgroupfs", "exec", "--process", path, container.id}, writer)
	writer.Close()
	if err != nil {
		return err
	}
	// Processes that it left behind are waited for, and their exit codes ignored.
	defer func() {
		go func() {
			for range ends {
			}
		}()
	}()
	expired := time.After(timeout)
	for {
		select {
		case end, more := <-ends:
			if !more {
				return errors.New("the health check was lost")
			}
			if end.pid != first {
				continue
			}
			if status := end.status; !status.Exited() || status.ExitStatus() != 0 {
				how := exitOf(status)
				said.wait()
				if line := lastLine(strings.Join(said.lines(container.bundle.spec.Process.Env), "\n")); line != "" {
					return fmt.Errorf("the health check reported %s: %s", how, line)
				}
				return fmt.Errorf("the health check reported %s", how)
			}
			return nil
		case <-expired:
			unix.Kill(first, unix.SIGKILL)
			return fmt.Errorf("the health check took longer than its %s", timeout)
		}
	}
}

func exitOf(status syscall.WaitStatus) exit {
	if status.Signaled() {
		return exit{Code: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return exit{Code: status.ExitStatus()}
}

func (exit exit) String() string {
	if exit.Signal != "" {
		return "killed by " + exit.Signal
	}
	return fmt.Sprintf("exit code %d", exit.Code)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
