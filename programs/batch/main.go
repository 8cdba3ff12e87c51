// Batch runs several commands in its own container, and reports as one JSON document how each ended and what it
// printed.
//
// An engine takes longer to start a container than a small program takes to run. The commands are argument
// lists that no shell reads; each gets this program's environment, and no input.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// version is what `batch version` prints. It changes whenever the output changes.
const version = "1.0.1"

// schemaVersion is in every document.
const schemaVersion = 1

const (
	// mostCommands is far more than any caller needs.
	mostCommands = 1000
	// mostAtOnce is how many programs run in parallel.
	mostAtOnce = 4
	// mostPrinted is the limit, in bytes, for each output stream of a command.
	mostPrinted = 64 << 20
)

const usage = `usage: batch sequence PLAN
       batch parallel PLAN
       batch version
PLAN is a JSON file: {"schemaVersion": 1, "commands": [[PROGRAM, ARGUMENT...]...]}
sequence runs one command after the other, up to the first that fails; parallel runs all of them, some at a time.
`

var errUsage = errors.New("wrong usage")

// plan is the input document.
type plan struct {
	SchemaVersion int        `json:"schemaVersion"`
	Commands      [][]string `json:"commands"`
}

// report is the output. A command that was not started is not in it, nor any after that.
type report struct {
	SchemaVersion int   `json:"schemaVersion"`
	Runs          []run `json:"runs"`
}

// run is how a command ended. If a signal terminated it, its exit code is 128 plus the signal's number, as in a shell.
type run struct {
	ExitCode int    `json:"exitCode"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}

func main() {
	os.Exit(dispatch(os.Args[1:], os.Stdout, os.Stderr, mostPrinted))
}

// dispatch is main without the process. It returns 0 with a report, however the commands ended; 1 without a report; 2
// for wrong arguments.
func dispatch(arguments []string, stdout, stderr io.Writer, most int) int {
	err := answer(arguments, stdout, most)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%v\n%s", errUsage, usage)
		return 2
	default:
		fmt.Fprintln(stderr, err)
		return 1
	}
}

func answer(arguments []string, stdout io.Writer, most int) error {
	if len(arguments) == 1 && arguments[0] == "version" {
		_, err := fmt.Fprintln(stdout, version)
		return err
	}
	if len(arguments) != 2 || (arguments[0] != "sequence" && arguments[0] != "parallel") {
		return errUsage
	}
	plan, err := readPlan(arguments[1])
	if err != nil {
		return err
	}
	order := sequence
	if arguments[0] == "parallel" {
		order = parallel
	}
	runs, err := order(plan.Commands, most)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report{SchemaVersion: schemaVersion, Runs: runs})
}

func readPlan(path string) (*plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var read plan
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("failed to read the plan: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("failed to read the plan: expected one document, found more")
	}
	if read.SchemaVersion != schemaVersion || len(read.Commands) == 0 || len(read.Commands) > mostCommands {
		return nil, fmt.Errorf("expected a plan of schema version %d with 1 to %d commands, found version %d with %d", schemaVersion, mostCommands, read.SchemaVersion, len(read.Commands))
	}
	for index, command := range read.Commands {
		if len(command) == 0 || command[0] == "" {
			return nil, fmt.Errorf("expected a program in command %d, found none", index)
		}
	}
	return &read, nil
}

// sequence runs one command after the other, up to the first that fails, whose run is the last.
func sequence(commands [][]string, most int) ([]run, error) {
	runs := []run{}
	for _, command := range commands {
		ended, err := runCommand(command, most)
		if err != nil {
			return nil, err
		}
		runs = append(runs, ended)
		if ended.ExitCode != 0 {
			break
		}
	}
	return runs, nil
}

// parallel runs all commands, some at a time, and returns their runs in the order of the commands.
func parallel(commands [][]string, most int) ([]run, error) {
	runs, failures := make([]run, len(commands)), make([]error, len(commands))
	places := make(chan struct{}, mostAtOnce)
	var all sync.WaitGroup
	for index, command := range commands {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			runs[index], failures[index] = runCommand(command, most)
		})
	}
	all.Wait()
	return runs, errors.Join(failures...)
}

// runCommand runs one command to its end. An error means that its output is unknown: it failed to start, or printed too
// much.
func runCommand(command []string, most int) (run, error) {
	stdout, stderr := &limited{most: most}, &limited{most: most}
	process := exec.Command(command[0], command[1:]...)
	process.Stdout, process.Stderr = stdout, stderr
	err := process.Run()
	if stdout.over || stderr.over {
		return run{}, fmt.Errorf("expected %s to print at most %d bytes, found more", command[0], most)
	}
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return run{}, fmt.Errorf("failed to run %s: %w", command[0], err)
	}
	return run{ExitCode: exitCode(process.ProcessState), Stdout: stdout.kept.String(), Stderr: stderr.kept.String()}, nil
}

func exitCode(state *os.ProcessState) int {
	if status, known := state.Sys().(syscall.WaitStatus); known && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// limited keeps what is written to it, and returns an error once there is too much.
type limited struct {
	most int
	over bool
	kept bytes.Buffer
}

func (limited *limited) Write(chunk []byte) (int, error) {
	if limited.kept.Len()+len(chunk) > limited.most {
		limited.over = true
		return 0, errors.New("too much")
	}
	return limited.kept.Write(chunk)
}
