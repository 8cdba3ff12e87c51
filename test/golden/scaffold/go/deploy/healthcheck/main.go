// Program healthcheck is the image's health check: it exits 0 if the URL in its argument answers 200 within two seconds, or if tcp://HOST:PORT takes a connection.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	if err := check(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("expected one URL, found %d arguments", len(args)-1)
	}
	if address, isTCP := strings.CutPrefix(args[1], "tcp://"); isTCP {
		connection, err := net.DialTimeout("tcp", address, 2*time.Second)
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
		return connection.Close()
	}
	// Its own transport: a proxy from the environment must not answer for the application.
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{}}
	response, err := client.Get(args[1])
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", response.StatusCode)
	}
	return nil
}
