package main

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// systemCall is the set of registers that holds the number of a call (NT_ARM_SYSTEM_CALL), and general that of all others (NT_PRSTATUS).
const (
	general    = 1
	systemCall = 0x404
)

// refuseCall makes the call at which a process has stopped fail, as a filter of the kernel does.
func refuseCall(pid int, failure syscall.Errno) error {
	var registers unix.PtraceRegsArm64
	if err := unix.PtraceGetRegSetArm64(pid, general, &registers); err != nil {
		return err
	}
	registers.Regs[0] = uint64(-int64(failure))
	if err := unix.PtraceSetRegSetArm64(pid, general, &registers); err != nil {
		return err
	}
	// There is no call of this number, and its result is what stands there.
	number := int32(-1)
	vector := unix.Iovec{Base: (*byte)(unsafe.Pointer(&number)), Len: 4}
	_, _, failed := syscall.RawSyscall6(syscall.SYS_PTRACE, unix.PTRACE_SETREGSET, uintptr(pid), systemCall, uintptr(unsafe.Pointer(&vector)), 0, 0)
	if failed != 0 {
		return failed
	}
	return nil
}
