package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// How long an image must stay ready before it is asked to stop: what it writes first after the start shows here.
	settling = 400 * time.Millisecond
	// Between two attempts of a probe: connecting costs nothing, a health check starts a program.
	portPause  = 25 * time.Millisecond
	checkPause = 150 * time.Millisecond
	// A health check that says nothing of it gets what Docker gives it.
	checkTimeout = 30 * time.Second
)

// container is one that crun has made.
type container struct {
	runtime, state, id string
	bundle             *bundle
	observer           *observer
	pid                int
	ended              chan syscall.WaitStatus
}

// run starts an image, watches it and stops it. An error says that the sandbox failed: then nothing is known about the image.
func run(runtime string, plan *plan, image *image, root string) (*report, error) {
	given := &report{SchemaVersion: schemaVersion, Probe: plan.Probe.String(), RefusedWrites: []refusedWrite{}, RefusedCalls: []refusedCall{}, Calls: []string{}, UsedTmpfs: []string{}, Listens: []string{}, Output: []string{}}
	said, err := exec.Command(runtime, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be asked for its version: %w", runtime, err)
	}
	given.Runtime, _, _ = strings.Cut(string(said), "\n")
	refuse := func(outcome, reason string) (*report, error) {
		given.Outcome, given.Reason = outcome, printable(reason, longestReason)
		return given, nil
	}
	as, err := resolveUser(root, image.Config.User)
	if err != nil {
		return refuse("refused", err.Error())
	}
	given.User = fmt.Sprintf("%d:%d", as.uid, as.gid)
	if as.uid < plan.MinimumUID {
		return refuse("refused", fmt.Sprintf("it would run as user id %d, and the lowest that is started is %d", as.uid, plan.MinimumUID))
	}
	if len(image.Config.Entrypoint)+len(image.Config.Cmd) == 0 {
		return refuse("not-started", "it has neither ENTRYPOINT nor CMD")
	}
	check, err := plan.Probe.check(image)
	if err != nil {
		return refuse("not-started", err.Error())
	}

	store, err := openStore(root, mountPoints)
	if err != nil {
		return nil, err
	}
	defer store.close()
	id := store.id
	if err := delegate(hierarchy); err != nil {
		return nil, err
	}
	bundle, err := writeBundle(store, plan, image, as, false)
	if err != nil {
		return nil, err
	}
	observer, err := newObserver(bundle.allowed, plan.Tmpfs)
	if err != nil {
		return nil, err
	}
	printed := newOutput()
	container := &container{runtime: runtime, state: filepath.Join(store.userdata, "state"), id: id, bundle: bundle, observer: observer, ended: make(chan syscall.WaitStatus, 1)}
	defer container.command("delete", "--force", id)
	if reason, err := container.create(printed); err != nil {
		return nil, err
	} else if reason != "" {
		return refuse("not-started", reason)
	}

	memory, err := openMemory(id)
	if err != nil {
		return nil, err
	}
	go memory.watch()
	closeServices, err := serve(container.pid, plan.Services)
	if err != nil {
		return nil, err
	}
	defer closeServices()

	began := time.Now()
	if _, err := container.command("start", id); err != nil {
		return nil, err
	}
	container.watch(plan, check, began, given)
	if given.Outcome == "ready" {
		given.Listens = listens(container.pid, plan.Services)
		given.Stop = container.stop(image.Config.StopSignal, seconds(plan.StopSeconds))
	}
	container.kill()
	memory.stopWatching()
	given.OutOfMemory = memory.outOfMemory()
	given.PeakMemory = memory.peak.Load()
	if given.OutOfMemory > 0 {
		given.PeakMemory = plan.Memory
	}
	printed.wait()
	given.Output = printed.lines(bundle.spec.Process.Env)
	observer.tell(given)
	return given, nil
}

// create makes the container up to the moment before its program starts. A reason says what the image lacks to be started.
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
		return "", fmt.Errorf("%s cannot be started: %w", container.runtime, err)
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
			return "", fmt.Errorf("%s could not make the container: %s", container.runtime, message)
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

// isFaultOfImage tells by what the runtime says whether the image lacks the program, or the runtime itself failed.
func isFaultOfImage(message string) bool {
	for _, fault := range []string{"executable file", "exec format error", "No such file or directory", "Permission denied"} {
		if strings.Contains(message, fault) && strings.Contains(message, "exec") {
			return true
		}
	}
	return false
}

// watch asks until the container is ready and has stayed so, has ended, or had its time.
func (container *container) watch(plan *plan, check checker, began time.Time, given *report) {
	deadline := time.After(seconds(plan.ReadySeconds))
	answers := make(chan error, 1)
	ask := func(after time.Duration) {
		time.Sleep(after)
		answers <- check.ask(container)
	}
	go ask(0)
	var last error
	for {
		select {
		case status := <-container.ended:
			container.ended <- status
			how := exitOf(status)
			given.Outcome, given.Exit = "exited", &how
			given.Reason = "it ended before it was ready: " + how.String()
			if given.ReadySeconds != nil {
				given.Reason = "it was ready and ended at once: " + how.String()
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
		case last = <-answers:
			switch {
			case last != nil:
				// Ready means ready for good.
				given.ReadySeconds = nil
				go ask(check.pause)
			case given.ReadySeconds == nil:
				ready := time.Since(began).Seconds()
				given.ReadySeconds = &ready
				go ask(settling)
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

// kill ends everything in the container: its first process takes all others along.
func (container *container) kill() syscall.WaitStatus {
	unix.Kill(container.pid, unix.SIGKILL)
	status := <-container.ended
	container.ended <- status
	return status
}

// command runs the runtime, which is not followed.
func (container *container) command(arguments ...string) (string, error) {
	command := exec.Command(container.runtime, append([]string{"--root", container.state, "--cgroup-manager", "cgroupfs"}, arguments...)...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s failed: %s", container.runtime, arguments[0], lastLine(said.String()+"\n"+err.Error()))
	}
	return said.String(), nil
}

// checker asks whether a container is ready; nil says that it is.
type checker struct {
	ask   func(container *container) error
	pause time.Duration
}

func (probe probe) String() string {
	switch probe.Kind {
	case "http":
		return fmt.Sprintf("HTTP :%d%s", probe.Port, probe.Path)
	case "tcp":
		return fmt.Sprintf("TCP :%d", probe.Port)
	default:
		return "HEALTHCHECK"
	}
}

// check makes a probe ready for use. The error says what the image lacks.
func (probe probe) check(image *image) (checker, error) {
	switch probe.Kind {
	case "http":
		return checker{pause: portPause, ask: func(container *container) error { return askHTTP(container.pid, probe) }}, nil
	case "tcp":
		return checker{pause: portPause, ask: func(container *container) error {
			conn, err := dialInside(container.pid, probe.Port)
			if err == nil {
				conn.Close()
			}
			return err
		}}, nil
	}
	health := image.Config.Healthcheck
	if health == nil || len(health.Test) < 2 || health.Test[0] == "NONE" {
		return checker{}, errors.New("it has no HEALTHCHECK, and the policy declares no probe: nobody can say when it is ready")
	}
	arguments := health.Test[1:]
	if health.Test[0] == "CMD-SHELL" {
		arguments = append([]string{"/bin/sh", "-c"}, arguments...)
	}
	timeout := checkTimeout
	if health.Timeout > 0 {
		timeout = time.Duration(health.Timeout)
	}
	return checker{pause: checkPause, ask: func(container *container) error { return container.exec(arguments, timeout) }}, nil
}

func askHTTP(pid int, probe probe) error {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return dialInside(pid, probe.Port) }}
	client := &http.Client{Timeout: 2 * time.Second, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(fmt.Sprintf("http://localhost:%d%s", probe.Port, probe.Path))
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode >= 400 {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// exec runs a command in the container, under the same restrictions, and follows it too.
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
	// Whatever it left behind is waited for, and nobody asks how it ended.
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
					return fmt.Errorf("the health check said %s: %s", how, line)
				}
				return fmt.Errorf("the health check said %s", how)
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

// stopSignal reads STOPSIGNAL: a name with or without SIG, or a number. SIGTERM where it is not set.
func stopSignal(written string) (syscall.Signal, string) {
	name := strings.ToUpper(written)
	if number, err := strconv.Atoi(name); err == nil && number > 0 && number < 65 {
		return syscall.Signal(number), unix.SignalName(syscall.Signal(number))
	}
	if name != "" && !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if signal := unix.SignalNum(name); signal != 0 {
		return signal, name
	}
	return syscall.SIGTERM, "SIGTERM"
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
