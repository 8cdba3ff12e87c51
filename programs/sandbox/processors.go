package main

import (
	"math"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processorsFor chooses as many processors as a limit of processor time amounts to, of those that this process may use. A program that is
// traced stops twice at each system call, and waits each time until its tracer runs: a tracer on another processor has to be woken there
// first, which takes several times as long as the change from one to the other on the same processor.
func processorsFor(limit float64) (unix.CPUSet, error) {
	var allowed, chosen unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return chosen, err
	}
	// The kernel has put this process where the least was to do. Two runs at the same time do not choose the same processors.
	var current uint32
	if _, _, failed := syscall.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&current)), 0, 0); failed != 0 {
		return chosen, failed
	}
	wanted := min(max(1, int(math.Ceil(limit))), allowed.Count())
	for number := int(current); chosen.Count() < wanted; number = (number + 1) % processorsAtMost {
		if allowed.IsSet(number) {
			chosen.Set(number)
		}
	}
	return chosen, nil
}

// processorsAtMost is the number of processors that a set can name.
const processorsAtMost = int(unsafe.Sizeof(unix.CPUSet{}) * 8)
