package main

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestACheckWaitsOnceForSomethingThatListensAndNotForEver(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	const nobody = -1
	answer := errors.New("the answer of the check")
	for name, given := range map[string]struct {
		pid   int
		waits bool
	}{"where something listens": {os.Getpid(), false}, "where nothing does": {nobody, true}} {
		check := onceSomethingListens(nil, func(*container) error { return answer })
		for _, waits := range []bool{given.waits, false} {
			began := time.Now()
			if err := check(&container{pid: given.pid}); err != answer {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); (took >= checkPatience) != waits || took > 5*checkPatience {
				t.Errorf("%s: %s", name, took)
			}
		}
	}
}
