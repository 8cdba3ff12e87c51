package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/loadline/go-service/links"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want settings
		fail string
	}{
		{nil, settings{port: 8080, linksLimit: 100_000}, ""},
		{map[string]string{"PORT": "9000", "LOG_LEVEL": "debug", "LINKS_LIMIT": "5"}, settings{9000, slog.LevelDebug, 5}, ""},
		{map[string]string{"PORT": "70000"}, settings{}, "PORT"},
		{map[string]string{"LINKS_LIMIT": "0"}, settings{}, "LINKS_LIMIT"},
		{map[string]string{"LOG_LEVEL": "loud"}, settings{}, "LOG_LEVEL"},
	} {
		got, err := readSettings(func(name string) string { return c.env[name] })
		if c.fail == "" && (err != nil || got != c.want) {
			t.Errorf("%v: got %+v, %v", c.env, got, err)
		}
		if c.fail != "" && (err == nil || !strings.HasPrefix(err.Error(), c.fail)) {
			t.Errorf("%v: got %v", c.env, err)
		}
	}
}

func TestItServesUntilItIsToldToStop(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, newServer(links.New(1), log), log) }()

	if err := checkHealth(port); err != nil {
		t.Fatal(err)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it did not stop")
	}
	if err := checkHealth(port); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Fatalf("got %v", err)
	}
}

func TestAnUnhealthyServiceIsUnhealthy(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	defer broken.Close()
	if err := checkHealth(broken.Listener.Addr().(*net.TCPAddr).Port); err == nil || !strings.Contains(err.Error(), "500") {
		t.Fatalf("got %v", err)
	}
}
