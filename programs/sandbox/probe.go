package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// checker checks whether a container is ready; nil means that it is.
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
	case "listening":
		return "any TCP port"
	default:
		return "HEALTHCHECK"
	}
}

// check makes a probe ready for use. The error says what the image lacks.
func (probe probe) check(image *image, plan *plan) (checker, error) {
	switch probe.Kind {
	case "listening":
		return checker{pause: portPause, ask: anyPort(probe.Ports, plan.Services, seconds(plan.ReadySeconds/2))}, nil
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
		return checker{}, errors.New("it has no HEALTHCHECK, and the policy declares no probe, so nothing can tell when it is ready")
	}
	arguments := health.Test[1:]
	if health.Test[0] == "CMD-SHELL" {
		arguments = append([]string{"/bin/sh", "-c"}, arguments...)
	}
	timeout := checkTimeout
	if health.Timeout > 0 {
		timeout = time.Duration(health.Timeout)
	}
	return checker{pause: checkPause, ask: onceSomethingListens(plan.Services, func(container *container) error { return container.exec(arguments, timeout) })}, nil
}

func askHTTP(pid int, probe probe) error {
	status, err := statusOf(pid, probe.Port, probe.Path)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("answered %d %s", status, http.StatusText(status))
	}
	return err
}
