package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// address is where a service is reached inside the container: each has its own, so that two can have the same port.
func (service service) address(index int) string {
	return fmt.Sprintf("127.0.%d.%d", 1+index/250, 1+index%250)
}

func hosts(hostname string, services []service) string {
	var text strings.Builder
	fmt.Fprintf(&text, "127.0.0.1 localhost %s\n::1 localhost\n", hostname)
	for index, service := range services {
		fmt.Fprintf(&text, "%s %s\n", service.address(index), service.Name)
	}
	return text.String()
}

// inNetwork runs a function inside the network of a process, on a thread that ends with it.
func inNetwork[Result any](pid int, work func() (Result, error)) (Result, error) {
	type answer struct {
		value Result
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		// Never unlocked: a thread in another network must not serve anything else.
		runtime.LockOSThread()
		var given answer
		namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
		if err == nil {
			err = unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET)
			namespace.Close()
		}
		if err != nil {
			given.err = fmt.Errorf("failed to enter the network of the container: %w", err)
		} else {
			given.value, given.err = work()
		}
		answers <- given
	}()
	given := <-answers
	return given.value, given.err
}

// serve makes the declared services reachable inside the container, and nothing else.
func serve(pid int, services []service) (func(), error) {
	var listeners []net.Listener
	closeAll := func() {
		for _, listener := range listeners {
			listener.Close()
		}
	}
	for index, service := range services {
		for _, port := range service.Ports {
			inside := net.JoinHostPort(service.address(index), strconv.Itoa(port))
			listener, err := inNetwork(pid, func() (net.Listener, error) { return net.Listen("tcp4", inside) })
			if err != nil {
				closeAll()
				return nil, err
			}
			listeners = append(listeners, listener)
			go forward(listener, net.JoinHostPort(service.Name, strconv.Itoa(port)))
		}
	}
	return closeAll, nil
}

func forward(listener net.Listener, target string) {
	for {
		inside, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer inside.Close()
			outside, err := net.DialTimeout("tcp", target, 5*time.Second)
			if err != nil {
				return
			}
			defer outside.Close()
			var both sync.WaitGroup
			both.Add(2)
			copyOneWay := func(to, from net.Conn) {
				defer both.Done()
				io.Copy(to, from)
				if half, ok := to.(*net.TCPConn); ok {
					half.CloseWrite()
				}
			}
			go copyOneWay(outside, inside)
			go copyOneWay(inside, outside)
			both.Wait()
		}()
	}
}

// dialInside connects to a port of the container from inside its network.
func dialInside(pid, port int) (net.Conn, error) {
	return inNetwork(pid, func() (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return conn, nil
		}
		if six, sixErr := (&net.Dialer{}).DialContext(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); sixErr == nil {
			return six, nil
		}
		return nil, err
	})
}

// listens reads the addresses on which the container listens, without those that stand for its services.
func listens(pid int, services []service) []string {
	forwarded := map[string]bool{}
	for index, service := range services {
		for _, port := range service.Ports {
			forwarded[net.JoinHostPort(service.address(index), strconv.Itoa(port))] = true
		}
	}
	found := []string{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(text), "\n") {
			fields := strings.Fields(line)
			const listening = "0A"
			if len(fields) < 4 || fields[3] != listening {
				continue
			}
			if address := socketAddress(fields[1]); address != "" && !forwarded[address] && !slices.Contains(found, address) {
				found = append(found, address)
			}
		}
	}
	slices.Sort(found)
	return found
}

// socketAddress reads an address as the kernel's tables write it: words of four bytes, least significant byte first, then the port.
func socketAddress(written string) string {
	host, port, ok := strings.Cut(written, ":")
	bytes, err := hex.DecodeString(host)
	number, portErr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || portErr != nil || len(bytes)%4 != 0 {
		return ""
	}
	for word := 0; word < len(bytes); word += 4 {
		slices.Reverse(bytes[word : word+4])
	}
	return net.JoinHostPort(net.IP(bytes).String(), strconv.FormatUint(number, 10))
}
