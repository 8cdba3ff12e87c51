package main

import (
	"sync"
	"time"
)

// checkPatience is how long a check that starts a program waits for something that listens, before it is asked for the first time.
const checkPatience = time.Second

// onceSomethingListens gives the start the processor time that a check would take of it: the first is not asked before the image listens
// somewhere. One that listens nowhere is asked all the same, after a while.
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
