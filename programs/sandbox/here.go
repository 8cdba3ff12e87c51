package main

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// here is what `sandbox here` prints: the kernel on which a run would be started now, and the time of that machine.
type here struct {
	SchemaVersion int    `json:"schemaVersion"`
	Kernel        string `json:"kernel"`
	At            string `json:"at"`
}

func tellHere() (*here, error) {
	said, err := runningKernel()
	if err != nil {
		return nil, err
	}
	return &here{SchemaVersion: schemaVersion, Kernel: said, At: timestamp(time.Now())}, nil
}

// runningKernel is what the kernel says of itself, without the machine's name: a run on another one is another fact.
func runningKernel() (string, error) {
	var said unix.Utsname
	if err := unix.Uname(&said); err != nil {
		return "", err
	}
	words := []string{}
	for _, field := range [][]byte{said.Sysname[:], said.Release[:], said.Version[:], said.Machine[:]} {
		words = append(words, unix.ByteSliceToString(field))
	}
	return strings.Join(words, " "), nil
}

// timestamp is a time in UTC with milliseconds, in the form that JavaScript writes.
func timestamp(moment time.Time) string {
	return moment.UTC().Format("2006-01-02T15:04:05.000Z")
}
