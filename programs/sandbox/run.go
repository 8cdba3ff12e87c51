package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// How long an image must stay ready before it is asked to stop, its last check included: what it writes first after the start shows here.
	settling = 400 * time.Millisecond
	// Time between two probes: connecting costs nothing, a health check starts a program.
	portPause  = 25 * time.Millisecond
	checkPause = 150 * time.Millisecond
	// Docker's default for a health check that sets none.
	checkTimeout = 30 * time.Second
)

// run starts an image, watches it and stops it. An error says that the sandbox failed: then nothing is known about the image.
func run(runtime string, plan *plan, image *image, root string) (*report, error) {
	given := &report{SchemaVersion: schemaVersion, Probe: plan.Probe.String(), RefusedWrites: []refusedWrite{}, RefusedCalls: []refusedCall{}, Calls: []string{}, UsedTmpfs: []string{}, Listens: []string{}, Output: []string{}}
	said, err := exec.Command(runtime, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("failed to ask %s for its version: %w", runtime, err)
	}
	given.Runtime, _, _ = strings.Cut(string(said), "\n")
	told, err := tellHere()
	if err != nil {
		return nil, err
	}
	given.StartedAt, given.Kernel = told.At, told.Kernel
	as, check, refused := examine(plan, image, root, given)
	if refused {
		return given, nil
	}
	store, err := openStore(root, mountPoints)
	if err != nil {
		return nil, err
	}
	defer store.close()
	if err := delegate(hierarchy); err != nil {
		return nil, err
	}
	bundle, err := writeBundle(store, plan, image, as, false)
	if err != nil {
		return nil, err
	}
	observer, err := newObserver(bundle.allowed, plan)
	if err != nil {
		return nil, err
	}
	printed := newOutput()
	container := &container{runtime: runtime, state: filepath.Join(store.userdata, "state"), id: store.id, bundle: bundle, observer: observer, ended: make(chan syscall.WaitStatus, 1)}
	defer container.command("delete", "--force", container.id)
	if reason, err := container.create(printed); err != nil {
		return nil, err
	} else if reason != "" {
		given.refuse("not-started", reason)
		return given, nil
	}
	if err := container.prove(plan, image, check, given); err != nil {
		return nil, err
	}
	printed.wait()
	given.Output = printed.lines(bundle.spec.Process.Env)
	observer.tell(given)
	return given, nil
}

// examine reads the image's configuration before anything is started: the user it runs as, and how to tell that it is ready.
func examine(plan *plan, image *image, root string, given *report) (as user, check checker, refused bool) {
	as, err := resolveUser(root, image.Config.User)
	if err != nil {
		given.refuse("refused", err.Error())
		return as, check, true
	}
	given.User = fmt.Sprintf("%d:%d", as.uid, as.gid)
	if as.uid < plan.MinimumUID {
		given.refuse("refused", fmt.Sprintf("it would run as user ID %d, but only %d and above are started", as.uid, plan.MinimumUID))
		return as, check, true
	}
	if len(image.Config.Entrypoint)+len(image.Config.Cmd) == 0 {
		given.refuse("not-started", "it has neither ENTRYPOINT nor CMD")
		return as, check, true
	}
	if check, err = plan.Probe.check(image, plan); err != nil {
		given.refuse("not-started", err.Error())
		return as, check, true
	}
	return as, check, false
}

func (given *report) refuse(outcome, reason string) {
	given.Outcome, given.Reason = outcome, printable(reason, longestReason)
}

// prove starts the container's program with the services that it requires, watches it and stops it.
func (container *container) prove(plan *plan, image *image, check checker, given *report) error {
	memory, err := openMemory(container.id)
	if err != nil {
		return err
	}
	go memory.watch()
	closeServices, err := serve(container.pid, plan.Services)
	if err != nil {
		return err
	}
	defer closeServices()

	began := time.Now()
	if _, err := container.command("start", container.id); err != nil {
		return err
	}
	container.watch(plan, check, began, given)
	if given.Outcome == "ready" {
		given.Listens = listens(container.pid, plan.Services)
		if len(plan.Ask) > 0 {
			given.Answers = askPaths(container.pid, func() []int { return listeningPorts(container.pid, plan.Services) }, plan.Ask)
		}
		given.Stop = container.stop(image.Config.StopSignal, seconds(plan.StopSeconds))
	}
	container.kill()
	memory.stopWatching()
	given.OutOfMemory = memory.outOfMemory()
	given.PeakMemory = memory.peak.Load()
	if given.OutOfMemory > 0 {
		given.PeakMemory = plan.Memory
	}
	return nil
}

// stopSignal reads STOPSIGNAL: a name with or without SIG, or a number. SIGTERM if it is not set.
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
