package main

import "slices"

// report is the result of a run. Seconds are measured while every system call is traced.
type report struct {
	SchemaVersion int `json:"schemaVersion"`
	// What made the container, e.g. "crun version 1.8.1".
	Runtime string `json:"runtime"`
	// When it was started, by the clock of this machine, and the kernel that ran it: who keeps a run can tell what it proves.
	StartedAt string `json:"startedAt"`
	Kernel    string `json:"kernel"`
	// ready: it was, and was still when it was asked to stop. refused: not started, because production would not. not-started: nothing to
	// start was found. exited: ended before it was ready. not-ready: ran, and was not ready in time.
	Outcome string `json:"outcome"`
	// Why it is not ready; empty if it is.
	Reason string `json:"reason"`
	// Numeric user and group.
	User string `json:"user"`
	// How it was probed.
	Probe string `json:"probe"`
	// From the start to the first successful probe.
	ReadySeconds *float64 `json:"readySeconds,omitempty"`
	// If it ended by itself.
	Exit *exit `json:"exit,omitempty"`
	// The peak, in bytes, of memory that the kernel cannot reclaim (anonymous and shared memory).
	PeakMemory int64 `json:"peakMemory"`
	// How often the kernel killed a process for lack of memory.
	OutOfMemory int `json:"outOfMemory"`
	// Sorted by path.
	RefusedWrites []refusedWrite `json:"refusedWrites"`
	// Calls that the seccomp profile refused, sorted by name.
	RefusedCalls []refusedCall `json:"refusedCalls"`
	// Every system call that was made, health check included, sorted.
	Calls []string `json:"calls"`
	// Which of the directories that can be written to were written to.
	UsedTmpfs []string `json:"usedTmpfs"`
	// Addresses on which it listened when it was ready, sorted.
	Listens []string `json:"listens"`
	// What it answered to the paths of the plan.
	Answers []pathAnswer `json:"answers,omitempty"`
	Stop    *stop        `json:"stop,omitempty"`
	// Last lines of its output, with values of environment variables redacted.
	Output []string `json:"output"`
}

type exit struct {
	Code   int    `json:"code"`
	Signal string `json:"signal,omitempty"`
}

type stop struct {
	Signal  string  `json:"signal"`
	Seconds float64 `json:"seconds"`
	Exit    exit    `json:"exit"`
	// Killed, because it did not end in time.
	Forced bool `json:"forced"`
}

type refusedWrite struct {
	Path string `json:"path"`
	// read-only: the file system; permission: owner or mode.
	Why   string `json:"why"`
	Call  string `json:"call"`
	Count int    `json:"count"`
}

type refusedCall struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func sortedKeys[Value any](values map[string]Value) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
