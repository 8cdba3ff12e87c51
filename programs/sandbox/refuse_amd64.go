package main

import "syscall"

// refuseCall makes the call at which a process has stopped fail, as a filter of the kernel does.
func refuseCall(pid int, failure syscall.Errno) error {
	var registers syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(pid, &registers); err != nil {
		return err
	}
	// There is no call of this number, and its result is what stands there.
	registers.Orig_rax = ^uint64(0)
	registers.Rax = uint64(-int64(failure))
	return syscall.PtraceSetRegs(pid, &registers)
}
