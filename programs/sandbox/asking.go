package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// answerTime is how long one request may take.
	answerTime = 2 * time.Second
	// askingTime is how long an image is asked: some listen before they are ready, and answer with errors at first.
	askingTime  = 5 * time.Second
	askingPause = 250 * time.Millisecond
)

// pathAnswer is what the image answered to one request.
type pathAnswer struct {
	Port   int    `json:"port"`
	Path   string `json:"path"`
	Status int    `json:"status"`
}

// anyPort checks whether the image accepts connections on one of the expected ports. After the patience, or if nothing is expected, any
// port on which it listens counts: what an image says about its ports may be wrong.
func anyPort(expected []int, services []service, patience time.Duration) func(*container) error {
	var once sync.Once
	var until time.Time
	return func(container *container) error {
		once.Do(func() { until = time.Now().Add(patience) })
		for _, port := range listeningPorts(container.pid, services) {
			if len(expected) > 0 && !slices.Contains(expected, port) && time.Now().Before(until) {
				continue
			}
			if conn, err := dialInside(container.pid, port); err == nil {
				conn.Close()
				return nil
			}
		}
		return errors.New("it accepts connections on no port")
	}
}

// askPaths requests each path on each port, and returns the statuses. A port that does not answer one request is asked no more. While every
// answer is an error, all are requested again.
func askPaths(pid int, ports func() []int, paths []string) []pathAnswer {
	until := time.Now().Add(askingTime)
	for {
		answers := []pathAnswer{}
		for _, port := range ports() {
			answers = append(answers, askPort(pid, port, paths, until)...)
		}
		isGood := func(one pathAnswer) bool { return one.Status < http.StatusBadRequest }
		if len(answers) == 0 || slices.ContainsFunc(answers, isGood) || time.Now().After(until) {
			return answers
		}
		time.Sleep(askingPause)
	}
}

func askPort(pid, port int, paths []string, until time.Time) []pathAnswer {
	var answers []pathAnswer
	for _, path := range paths {
		if time.Now().After(until) {
			break
		}
		status, err := statusOf(pid, port, path)
		if err != nil {
			break
		}
		answers = append(answers, pathAnswer{port, path, status})
	}
	return answers
}

// statusOf requests a path and returns the status of the answer. A redirection is an answer.
func statusOf(pid, port int, path string) (int, error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return dialInside(pid, port) }}
	client := &http.Client{Timeout: answerTime, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	given, err := client.Get(fmt.Sprintf("http://localhost:%d%s", port, path))
	if err != nil {
		return 0, err
	}
	given.Body.Close()
	return given.StatusCode, nil
}

// listeningPorts are the ports on which the image listens, sorted.
func listeningPorts(pid int, services []service) []int {
	ports := []int{}
	for _, address := range listens(pid, services) {
		_, written, err := net.SplitHostPort(address)
		port, portErr := strconv.Atoi(written)
		if err == nil && portErr == nil && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	slices.Sort(ports)
	return ports
}
