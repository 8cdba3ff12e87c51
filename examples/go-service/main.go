// Program go-service makes short links. Settings come from the environment: PORT (8080), LOG_LEVEL (info), LINKS_LIMIT (100000).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"example.com/loadline/go-service/links"
)

// version is set by the linker.
var version = "development"

const shutdownTime = 10 * time.Second

type settings struct {
	port       int
	level      slog.Level
	linksLimit int
}

func main() {
	healthcheck := flag.Bool("healthcheck", false, "ask the running service for its health and exit 0 or 1")
	flag.Parse()

	configured, err := readSettings(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if *healthcheck {
		if err := checkHealth(configured.port); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}

	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: configured.level}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(configured.port))
	if err == nil {
		err = serve(ctx, listener, newServer(links.New(configured.linksLimit), log), log)
	}
	if err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}

// serve answers until ctx is done, then finishes what is open.
func serve(ctx context.Context, listener net.Listener, service *server, log *slog.Logger) error {
	httpServer := &http.Server{
		Handler:           service.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	service.ready.Store(true)
	log.Info("serving", "address", listener.Addr().String(), "version", version)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	service.ready.Store(false)
	log.Info("shutting down")
	within, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if err := httpServer.Shutdown(within); err != nil {
		return fmt.Errorf("open requests did not finish within %s: %w", shutdownTime, err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("shut down")
	return nil
}

func readSettings(getenv func(string) string) (settings, error) {
	read := settings{port: 8080, linksLimit: 100_000}
	for _, number := range []struct {
		name    string
		into    *int
		highest int
	}{{"PORT", &read.port, 65535}, {"LINKS_LIMIT", &read.linksLimit, 10_000_000}} {
		text := getenv(number.name)
		if text == "" {
			continue
		}
		value, err := strconv.Atoi(text)
		if err != nil || value < 1 || value > number.highest {
			return settings{}, fmt.Errorf("%s is %q; wanted a whole number from 1 to %d", number.name, text, number.highest)
		}
		*number.into = value
	}
	if text := getenv("LOG_LEVEL"); text != "" {
		if err := read.level.UnmarshalText([]byte(text)); err != nil {
			return settings{}, fmt.Errorf("LOG_LEVEL is %q; wanted debug, info, warn or error", text)
		}
	}
	return read, nil
}

func checkHealth(port int) error {
	client := &http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/health", port))
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("/health answered %d", response.StatusCode)
	}
	return nil
}
