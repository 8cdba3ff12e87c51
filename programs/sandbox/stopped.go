package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a process has stopped at.
const (
	atEntry  = 1
	atExit   = 2
	atFilter = 3
)

// callInfo is the kernel's struct ptrace_syscall_info: one form for all processors.
type callInfo struct {
	op       uint8
	_        [3]uint8
	arch     uint32
	ip, sp   uint64
	argument [7]uint64 // at entry and in the filter the number of the call and its arguments; at exit the result and whether it is an error
	answer   uint32    // what the filter says of the call
	_        uint32
}

// readCall reads at which call a process has stopped. False where the process is gone.
func readCall(pid int) (callInfo, bool) {
	var info callInfo
	size, _, failed := syscall.RawSyscall6(syscall.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(pid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	return info, failed == 0 && size > 0
}

// isConfined says whether a process runs under a seccomp profile and can gain no privileges: so do those of the image, and no others.
func isConfined(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && bytes.Contains(text, []byte("\nNoNewPrivs:\t1\n")) && bytes.Contains(text, []byte("\nSeccomp:\t2\n"))
}

func readLink(pid int, name string) string {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil || !filepath.IsAbs(path) {
		return "/"
	}
	return path
}

func readBytes(pid int, address uint64, length int) []byte {
	if address == 0 || length <= 0 {
		return nil
	}
	local := make([]byte, length)
	count, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &local[0], Len: uint64(length)}}, []unix.RemoteIovec{{Base: uintptr(address), Len: length}}, 0)
	if err != nil {
		return nil
	}
	return local[:count]
}

// readText reads up to the first zero; page by page, because the next page need not be there.
func readText(pid int, address uint64) string {
	const page = 4096
	var text []byte
	for len(text) < page {
		chunk := readBytes(pid, address+uint64(len(text)), page-int((address+uint64(len(text)))%page))
		if len(chunk) == 0 {
			return ""
		}
		if end := bytes.IndexByte(chunk, 0); end >= 0 {
			return string(append(text, chunk[:end]...))
		}
		text = append(text, chunk...)
	}
	return ""
}

func nativeWord(word []byte) uint64 { return binary.NativeEndian.Uint64(word) }
