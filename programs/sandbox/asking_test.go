package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, written, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(written)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// One server answers, one accepts connections and says nothing in HTTP.
func TestEveryPathIsRequestedOnEveryPortThatSpeaksHTTP(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		requests++
		switch {
		case request.URL.Path == "/health" && requests < 4:
			answer.WriteHeader(http.StatusServiceUnavailable)
		case request.URL.Path == "/health":
			answer.WriteHeader(http.StatusNoContent)
		default:
			http.NotFound(answer, request)
		}
	}))
	defer server.Close()
	mute, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	go func() {
		for {
			conn, err := mute.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	port := portOf(t, server.URL)
	ports := func() []int { return []int{port, portOf(t, mute.Addr().String())} }
	answers := askPaths(os.Getpid(), ports, []string{"/healthz", "/health"})
	if !slices.Equal(answers, []pathAnswer{{port, "/healthz", 404}, {port, "/health", 204}}) {
		t.Errorf("%v", answers)
	}
}

func TestAnExpectedPortIsWaitedForAndAnyOtherCountsLater(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	here := &container{pid: os.Getpid()}
	const nobodys = 1
	for name, given := range map[string]struct {
		expected []int
		patience time.Duration
		isReady  bool
	}{
		"nothing is expected":            {nil, time.Hour, true},
		"the expected port":              {[]int{nobodys, portOf(t, listener.Addr().String())}, time.Hour, true},
		"another port than the expected": {[]int{nobodys}, time.Hour, false},
		"another port, after a while":    {[]int{nobodys}, 0, true},
	} {
		if err := anyPort(given.expected, nil, given.patience)(here); (err == nil) != given.isReady {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := anyPort(nil, nil, 0)(&container{pid: -1}); err == nil {
		t.Error("ready where nothing listens")
	}
}

func TestAPlanCanAskForPathsOnAnyPort(t *testing.T) {
	text := strings.Replace(goodPlan, `{"kind":"http","port":8080,"path":"/health"}`, `{"kind":"listening","ports":[8080]}`, 1)
	plan, err := readPlan(write(t, "plan.json", strings.Replace(text, `"services"`, `"ask":["/health"],"services"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Probe.check(&image{}, plan); err != nil || plan.Probe.String() != "any TCP port" || !slices.Equal(plan.Ask, []string{"/health"}) {
		t.Errorf("%+v %v", plan, err)
	}
}
