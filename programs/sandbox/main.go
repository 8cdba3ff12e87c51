// Sandbox starts an image as production would, watches what it does, stops it, and reports as one JSON document what happened.
//
// The container is made by crun, the OCI runtime of Podman and CRI-O: another user than root, a read-only root, no capabilities, no new
// privileges, a seccomp profile, limits of memory, processes and processor time, and a network of its own in which there is nothing but
// the services that the plan declares. All of its system calls are followed by ptrace: so every refused write is known with its path, and
// every call that a profile must allow. It needs the capabilities of root and no daemon, and runs in a container of its own.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// version is what `sandbox version` prints. It changes whenever the output changes.
const version = "1.5.0"

// spareTime is for everything except starting and stopping, on a machine that is busy with other things.
const spareTime = time.Minute

// schemaVersion is in every document.
const schemaVersion = 1

const usage = `usage: sandbox run RUNTIME PLAN IMAGE-CONFIG ROOT-FILESYSTEM
       sandbox tests PROGRAM [ARGUMENT...]
       sandbox command RUNTIME PLAN IMAGE-CONFIG ROOT-FILESYSTEM NUMBER PROGRAM [ARGUMENT...]
       sandbox within ROOT-FILESYSTEM PROGRAM [ARGUMENT...]
       sandbox here
       sandbox emulates ARCHITECTURE
       sandbox version
`

var errUsage = errors.New("wrong usage")

func main() {
	os.Exit(dispatch(os.Args[1:], os.Stdout, os.Stderr))
}

// dispatch is main without the process: 0 is a report, whatever the image did; 1 that there is none; 2 wrong arguments. `command` and `within`
// end as the program that they run.
func dispatch(arguments []string, stdout, stderr io.Writer) int {
	code, err := 0, errUsage
	switch {
	case len(arguments) == 1 && arguments[0] == "version":
		_, err = fmt.Fprintln(stdout, version)
	case len(arguments) == 1 && arguments[0] == "here":
		var told *here
		if told, err = tellHere(); err == nil {
			err = printReport(stdout, told)
		}
	case len(arguments) == 5 && arguments[0] == "run":
		var given *report
		if given, err = runImage(arguments[1], arguments[2], arguments[3], arguments[4]); err == nil {
			err = printReport(stdout, given)
		}
	case len(arguments) == 2 && arguments[0] == "emulates":
		var given *emulation
		if given, err = emulates(arguments[1]); err == nil {
			err = printReport(stdout, given)
		}
	case len(arguments) >= 2 && arguments[0] == "tests":
		var given *testReport
		if given, err = runTests(arguments[1:]); err == nil {
			err = printReport(stdout, given)
		}
	case len(arguments) >= 7 && arguments[0] == "command":
		code, err = runCommand(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5], arguments[6:], stdout, stderr)
	case len(arguments) >= 3 && arguments[0] == "within":
		code, err = runWithin(arguments[1], arguments[2:], stdout, stderr)
	}
	switch {
	case err == nil:
		return code
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%v\n%s", errUsage, usage)
		return 2
	default:
		fmt.Fprintln(stderr, printable(err.Error(), longestReason))
		return 1
	}
}

func runImage(runtime, planPath, configPath, root string) (*report, error) {
	plan, err := readPlan(planPath)
	if err != nil {
		return nil, err
	}
	image, err := readImage(configPath)
	if err != nil {
		return nil, err
	}
	// Whatever hangs, the result is that nothing is known. Traced processes end with this one.
	watchdog := time.AfterFunc(seconds(plan.ReadySeconds+plan.StopSeconds)+spareTime, func() {
		fmt.Fprintln(os.Stderr, "the sandbox did not finish in time")
		os.Exit(1)
	})
	defer watchdog.Stop()
	return run(runtime, plan, image, root)
}

func printReport(stdout io.Writer, report any) error {
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}
