package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// testPlan says under which limits the command tests of a structure-test file run, and what each needs beside its command.
type testPlan struct {
	SchemaVersion int           `json:"schemaVersion"`
	Memory        int64         `json:"memory"`
	Pids          int64         `json:"pids"`
	CPUs          float64       `json:"cpus"`
	Tests         []commandTest `json:"tests"`
}

type commandTest struct {
	// Environment is in the order of the file: a value may refer to those before it and to the image's own.
	Environment []variable `json:"environment"`
	// Setup runs before the command, on the same copy of the image.
	Setup [][]string `json:"setup"`
}

type variable struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// testReport is what `sandbox tests` prints.
type testReport struct {
	SchemaVersion int `json:"schemaVersion"`
	// Judge is how the program that judges the output of the commands ended.
	Judge judgeRun `json:"judge"`
	// Faults are the tests that prove nothing, whatever the judge reports about them.
	Faults []testFault `json:"faults"`
}

type judgeRun struct {
	ExitCode int    `json:"exitCode"`
	Stdout   string `json:"stdout"`
	Stderr   string `json:"stderr"`
}

type testFault struct {
	// Test counts from 0.
	Test   int    `json:"test"`
	Reason string `json:"reason"`
}

const (
	// testTime is for one command with its setup; commandsTime for all of them.
	testTime     = 5 * time.Minute
	commandsTime = 20 * time.Minute
	// longestSaid is the most bytes that a command may print on each stream.
	longestSaid = 256 << 10
	// longestJudged is the most bytes that the judge may print: everything that the commands printed, and its own quotes of it.
	longestJudged = 64 << 20
	// faultsVariable names the directory in which the commands record why they prove nothing.
	faultsVariable = "SANDBOX_FAULTS"
	// brokenFile is in it if the sandbox itself failed: then nothing is known about any test.
	brokenFile = "broken"
)

// runTests runs the judge, which starts this program again for each command, and returns its output and which of its results do not count.
func runTests(arguments []string) (*testReport, error) {
	faults, err := os.MkdirTemp("", "faults-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(faults)
	stdout, stderr := &cappedBuffer{limit: longestJudged}, &cappedBuffer{limit: longestSaid}
	command := exec.Command(arguments[0], arguments[1:]...)
	command.Stdout, command.Stderr = stdout, stderr
	command.Env = []string{faultsVariable + "=" + faults}
	if err := command.Start(); err != nil {
		return nil, err
	}
	watchdog := time.AfterFunc(commandsTime, func() { command.Process.Kill() })
	err = command.Wait()
	if !watchdog.Stop() {
		return nil, fmt.Errorf("expected all command tests to end within %s, found that they do not", commandsTime)
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return nil, err
	}
	if stdout.isOver {
		return nil, fmt.Errorf("expected results of at most %d bytes, found more", longestJudged)
	}
	report := &testReport{SchemaVersion: schemaVersion, Judge: judgeRun{command.ProcessState.ExitCode(), stdout.text(), stderr.text()}, Faults: []testFault{}}
	return report, report.readFaults(faults)
}

func (report *testReport) readFaults(directory string) error {
	files, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, file := range files {
		reason, err := os.ReadFile(filepath.Join(directory, file.Name()))
		if err != nil {
			return err
		}
		if file.Name() == brokenFile {
			return errors.New(string(reason))
		}
		index, err := strconv.Atoi(file.Name())
		if err != nil {
			return err
		}
		report.Faults = append(report.Faults, testFault{index, string(reason)})
	}
	slices.SortFunc(report.Faults, func(left, right testFault) int { return left.Test - right.Test })
	return nil
}

// runCommand runs the command of one test on a fresh copy of the image, and passes on its output and its exit code. What keeps it from proving
// anything is left in the directory of faults.
func runCommand(runtime, planPath, configPath, root, number string, command []string, stdout, stderr io.Writer) (int, error) {
	index, plan, image, err := readTest(planPath, configPath, number)
	if err != nil {
		return 0, err
	}
	code, fault, err := runTest(runtime, plan, plan.Tests[index], image, root, command, stdout, stderr)
	name := number
	if err != nil {
		name, fault = brokenFile, err.Error()
	}
	if fault == "" {
		return code, nil
	}
	return code, os.WriteFile(filepath.Join(os.Getenv(faultsVariable), name), []byte(printable(fault, longestReason)), 0o600)
}

func readTest(planPath, configPath, number string) (int, *testPlan, *image, error) {
	text, err := os.ReadFile(planPath)
	if err != nil {
		return 0, nil, nil, err
	}
	var plan testPlan
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&plan); err != nil {
		return 0, nil, nil, fmt.Errorf("failed to read the plan: %w", err)
	}
	index, err := strconv.Atoi(number)
	if err != nil || index < 0 || index >= len(plan.Tests) || plan.SchemaVersion != schemaVersion || plan.Memory <= 0 || plan.Pids <= 0 || plan.CPUs <= 0 {
		return 0, nil, nil, fmt.Errorf("expected a plan of schema version %d with limits and a test %s, found none", schemaVersion, number)
	}
	image, err := readImage(configPath)
	return index, &plan, image, err
}

func runTest(runtime string, limits *testPlan, test commandTest, given *image, root string, command []string, stdout, stderr io.Writer) (code int, fault string, err error) {
	as, err := resolveUser(root, given.Config.User)
	if err != nil {
		return 0, err.Error(), nil
	}
	if err := delegate(hierarchy); err != nil {
		return 0, "", err
	}
	store, err := openStore(root, limits.Memory)
	if err != nil {
		return 0, "", err
	}
	defer store.close()
	deadline := time.Now().Add(testTime)
	start := func(arguments []string, stdout, stderr io.Writer) (int, string, error) {
		image := *given
		image.Config.Entrypoint, image.Config.Cmd = arguments, nil
		image.Config.Env = withVariables(given.Config.Env, test.Environment)
		plan := &plan{Memory: limits.Memory, Pids: limits.Pids, CPUs: limits.CPUs}
		if _, err := writeBundle(store, plan, &image, as, true); err != nil {
			return 0, "", err
		}
		return runOnce(runtime, store, deadline, stdout, stderr)
	}
	for _, arguments := range test.Setup {
		// As in the judge: only what a setup step leaves behind counts.
		if _, reason, err := start(arguments, io.Discard, io.Discard); err != nil || reason != "" {
			return 0, "its setup: " + reason, err
		}
	}
	said, complained := &cappedWriter{to: stdout, left: longestSaid}, &cappedWriter{to: stderr, left: longestSaid}
	code, fault, err = start(command, said, complained)
	if fault == "" && (said.isOver || complained.isOver) {
		fault = fmt.Sprintf("it printed more than %d bytes, and the rest was not read", longestSaid)
	}
	return code, fault, err
}

// withVariables sets variables on top of the image's own; a reference gets the value that is set by then.
func withVariables(environment []string, added []variable) []string {
	values := slices.Clone(environment)
	for _, one := range added {
		value := os.Expand(one.Value, func(name string) string {
			for index := len(values) - 1; index >= 0; index-- {
				if known, found, is := strings.Cut(values[index], "="); is && known == name {
					return found
				}
			}
			return ""
		})
		values = append(values, one.Key+"="+value)
	}
	return values
}

// runOnce runs the container of a store from its start to its end. A reason says why its program failed to start, or was stopped.
func runOnce(runtime string, store *store, deadline time.Time, stdout, stderr io.Writer) (int, string, error) {
	log := filepath.Join(store.userdata, "log")
	// Each step of a test has its own.
	if err := os.RemoveAll(log); err != nil {
		return 0, "", err
	}
	state := filepath.Join(store.userdata, "state")
	base := []string{"--root", state, "--cgroup-manager", "cgroupfs"}
	command := exec.Command(runtime, append(slices.Clone(base), "--log", "file:"+log, "run", "--bundle", store.userdata, store.id)...)
	command.Stdout, command.Stderr, command.Env = stdout, stderr, []string{}
	// Processes that the program left behind may hold the streams open; nothing waits for them.
	command.WaitDelay = time.Second
	if err := command.Start(); err != nil {
		return 0, "", err
	}
	end := func() { exec.Command(runtime, append(slices.Clone(base), "delete", "--force", store.id)...).Run() }
	defer end()
	watchdog := time.AfterFunc(time.Until(deadline), end)
	err := command.Wait()
	if !watchdog.Stop() {
		return 0, fmt.Sprintf("it did not end within %s", testTime), nil
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) && !errors.Is(err, exec.ErrWaitDelay) {
		return 0, "", err
	}
	if said, _ := os.ReadFile(log); len(said) > 0 {
		message := lastLine(string(said))
		if isFaultOfImage(message) {
			return 0, "it failed to start: " + message, nil
		}
		return 0, "", fmt.Errorf("%s failed to create the container: %s", runtime, message)
	}
	return command.ProcessState.ExitCode(), "", nil
}

// cappedWriter passes on what fits and notes that there was more.
type cappedWriter struct {
	to     io.Writer
	left   int
	isOver bool
}

func (w *cappedWriter) Write(chunk []byte) (int, error) {
	part := chunk[:min(len(chunk), w.left)]
	w.left -= len(part)
	w.isOver = w.isOver || len(part) < len(chunk)
	if _, err := w.to.Write(part); err != nil {
		return 0, err
	}
	return len(chunk), nil
}

// cappedBuffer keeps what fits and notes that there was more.
type cappedBuffer struct {
	bytes  bytes.Buffer
	limit  int
	isOver bool
}

func (b *cappedBuffer) Write(chunk []byte) (int, error) {
	part := chunk[:min(len(chunk), b.limit-b.bytes.Len())]
	b.isOver = b.isOver || len(part) < len(chunk)
	b.bytes.Write(part)
	return len(chunk), nil
}

func (b *cappedBuffer) text() string { return strings.ToValidUTF8(b.bytes.String(), "\uFFFD") }
