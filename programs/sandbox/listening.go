package main

import (
	"sync"
	"time"
)

// checkPatience is how long the first check that starts a program waits for a listening socket.
const checkPatience = time.Second

// onceSomethingListens leaves the start the CPU time that a check would take: the first check waits until the image
// listens on a socket. If it never listens, it is checked anyway, after a while.
func onceSomethingListens(services []service, ask func(*container) error) func(*container) error {
	var once sync.Once
	return func(container *container) error {
		once.Do(func() { awaitListener(container.pid, services) })
		return ask(container)
	}
}

func awaitListener(pid int, services []service) {
	for until := time.Now().Add(checkPatience); time.Now().Before(until) && len(listens(pid, services)) == 0; {
		time.Sleep(portPause)
	}
}
