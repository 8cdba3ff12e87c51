package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// plan is what the policy says about the run. Paths are absolute, sizes are bytes.
type plan struct {
	SchemaVersion int `json:"schemaVersion"`
	// Added to the environment of the image, and winning over it.
	Environment map[string]string `json:"environment"`
	MinimumUID  uint32            `json:"minimumUid"`
	Memory      int64             `json:"memory"`
	Pids        int64             `json:"pids"`
	CPUs        float64           `json:"cpus"`
	// The only directories that can be written to, beside /dev/shm.
	Tmpfs []string `json:"tmpfs"`
	// A profile in the form that Docker reads; null for the one that container engines use by default.
	Seccomp      json.RawMessage `json:"seccomp"`
	Probe        probe           `json:"probe"`
	ReadySeconds float64         `json:"readySeconds"`
	StopSeconds  float64         `json:"stopSeconds"`
	Services     []service       `json:"services"`
	// Paths to request on every port once the image is ready, to learn what it answers.
	Ask []string `json:"ask,omitempty"`
}

// probe decides when the image is ready: its own health check, an HTTP status below 400, a port that accepts connections, or any such port.
type probe struct {
	Kind string `json:"kind"`
	Port int    `json:"port,omitempty"`
	Path string `json:"path,omitempty"`
	// For any port: those that are expected.
	Ports []int `json:"ports,omitempty"`
}

// service is reachable for the image under its name, on its ports, and is reached by the sandbox under the same name.
type service struct {
	Name  string `json:"name"`
	Ports []int  `json:"ports"`
}

// image is the part of an image configuration that decides how a container is started.
type image struct {
	Config struct {
		User        string
		Env         []string
		Entrypoint  []string
		Cmd         []string
		WorkingDir  string
		StopSignal  string
		Healthcheck *struct {
			Test    []string
			Timeout int64
		}
	} `json:"config"`
}

func readPlan(path string) (*plan, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	var read plan
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("failed to read the plan: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the plan has trailing data")
	}
	switch {
	case read.SchemaVersion != schemaVersion:
		return nil, fmt.Errorf("expected a plan of schema version %d, found %d", schemaVersion, read.SchemaVersion)
	case read.MinimumUID == 0 || read.Memory <= 0 || read.Pids <= 0 || read.CPUs <= 0 || read.ReadySeconds <= 0 || read.StopSeconds <= 0:
		return nil, errors.New("the plan lacks one of its required limits: minimumUid, memory, pids, cpus, readySeconds and stopSeconds")
	case !slices.Contains([]string{"healthcheck", "http", "tcp", "listening"}, read.Probe.Kind):
		return nil, fmt.Errorf("the plan has a probe of the unknown kind %q", read.Probe.Kind)
	}
	return &read, nil
}

func readImage(path string) (*image, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var read image
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("failed to read the image configuration: %w", err)
	}
	return &read, nil
}
