package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

const (
	traceOptions = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL
	callStop     = syscall.SIGTRAP | 0x80
	atEntry      = 1
	atExit       = 2
	mostPaths    = 1000
)

// callInfo is the kernel's struct ptrace_syscall_info: one form for all processors.
type callInfo struct {
	op       uint8
	_        [3]uint8
	arch     uint32
	ip, sp   uint64
	argument [7]uint64 // at entry the number of the call and its arguments; at exit the result and whether it is an error
}

// observer records what the processes of a container do.
type observer struct {
	mutex sync.Mutex
	// The tracer and all that it starts run on these.
	processors unix.CPUSet
	numbers    map[int]string
	allowed    map[string]bool
	tmpfs      []string
	calls      map[string]bool
	refused    map[string]int
	writes     map[string]*refusedWrite
	used       map[string]bool
}

func newObserver(allowed map[string]bool, plan *plan) (*observer, error) {
	processor, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	processors, err := processorsFor(plan.CPUs)
	if err != nil {
		return nil, err
	}
	return &observer{processors: processors, numbers: processor.SyscallNumbers, allowed: allowed, tmpfs: plan.Tmpfs, calls: map[string]bool{}, refused: map[string]int{}, writes: map[string]*refusedWrite{}, used: map[string]bool{}}, nil
}

// ended is how a process ended.
type ended struct {
	pid    int
	status syscall.WaitStatus
}

// task is a traced thread.
type task struct {
	// Whether it runs the image's program. The runtime, which prepares the container, is traced but not recorded.
	recorded bool
	// Whether the stop with which the kernel hands over a new thread has happened.
	greeted bool
	entered bool
	call    string
	path    string
}

// start runs a program and traces it and everything that it starts, until all of it has ended. Each process of its own that ends is sent
// on the channel, which is closed at the end. A process is recorded from the moment at which it runs under a seccomp profile.
func (observer *observer) start(program string, arguments []string, output *os.File) (int, <-chan ended, error) {
	started := make(chan error, 1)
	ends := make(chan ended, 64)
	var first int
	go func() {
		// ptrace obeys only one thread. It ends with this function.
		runtime.LockOSThread()
		defer close(ends)
		if err := unix.SchedSetaffinity(0, &observer.processors); err != nil {
			started <- fmt.Errorf("failed to choose processors: %w", err)
			return
		}
		nothing, err := os.Open(os.DevNull)
		if err != nil {
			started <- err
			return
		}
		defer nothing.Close()
		process, err := os.StartProcess(program, append([]string{program}, arguments...), &os.ProcAttr{Files: []*os.File{nothing, output, output}, Sys: &syscall.SysProcAttr{Ptrace: true}, Env: []string{}})
		if err == nil {
			first = process.Pid
		}
		started <- err
		if err == nil {
			observer.follow(first, ends)
		}
	}()
	err := <-started
	return first, ends, err
}

func (observer *observer) follow(first int, ends chan<- ended) {
	tasks := map[int]*task{}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return // nothing is left
		}
		if status.Exited() || status.Signaled() {
			delete(tasks, pid)
			ends <- ended{pid: pid, status: status}
			continue
		}
		if !status.Stopped() {
			continue
		}
		known := tasks[pid]
		if known == nil {
			known = &task{recorded: isConfined(pid)}
			tasks[pid] = known
			if pid == first {
				unix.PtraceSetOptions(pid, traceOptions)
			}
		}
		deliver := 0
		switch signal := status.StopSignal(); {
		case signal == callStop:
			if known.recorded {
				observer.record(pid, known)
			}
		case signal == syscall.SIGTRAP && status.TrapCause() > 0:
			if status.TrapCause() == unix.PTRACE_EVENT_EXEC {
				known.recorded, known.entered = isConfined(pid), false
				if known.recorded {
					observer.saw("execve")
				}
			}
		case !known.greeted && (signal == syscall.SIGSTOP || pid == first):
			// A signal from the image itself can arrive before it, and is delivered.
			known.greeted = true
		default:
			deliver = int(signal)
		}
		if known.recorded {
			syscall.PtraceSyscall(pid, deliver)
		} else {
			syscall.PtraceCont(pid, deliver)
		}
	}
}

func (observer *observer) saw(name string) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	observer.calls[name] = true
}

// record reads the system call at which the process stopped.
func (observer *observer) record(pid int, task *task) {
	var info callInfo
	size, _, failed := syscall.RawSyscall6(syscall.SYS_PTRACE, unix.PTRACE_GET_SYSCALL_INFO, uintptr(pid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if failed != 0 || size == 0 {
		return
	}
	switch info.op {
	case atEntry:
		number := int(info.argument[0])
		task.entered = true
		task.call = observer.numbers[number]
		if task.call == "" {
			task.call = "call_" + strconv.Itoa(number)
		}
		task.path = pathWritten(pid, task.call, [6]uint64(info.argument[1:7]))
		observer.saw(task.call)
	case atExit:
		if task.entered {
			observer.result(task, int64(info.argument[0]))
		}
		task.entered = false
	}
}

func (observer *observer) result(task *task, result int64) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	failure := syscall.Errno(0)
	if result < 0 && result > -4096 {
		failure = syscall.Errno(-result)
	}
	// A profile answers "not permitted", and "not there" for calls that programs can replace.
	if (failure == syscall.EPERM || failure == syscall.ENOSYS) && !observer.allowed[task.call] {
		observer.refused[task.call]++
	}
	if task.path == "" {
		return
	}
	switch failure {
	case 0:
		for _, directory := range observer.tmpfs {
			if below(task.path, directory) {
				observer.used[directory] = true
			}
		}
	case syscall.EROFS:
		observer.refuse(task.path, "read-only", task.call)
	case syscall.EACCES, syscall.EPERM:
		observer.refuse(task.path, "permission", task.call)
	}
}

func (observer *observer) refuse(path, why, call string) {
	if known := observer.writes[path]; known != nil {
		known.Count++
	} else if len(observer.writes) < mostPaths {
		observer.writes[path] = &refusedWrite{Path: printable(path, longestReason), Why: why, Call: call, Count: 1}
	}
}

// tell writes the observations into a report.
func (observer *observer) tell(report *report) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	report.Calls = sortedKeys(observer.calls)
	report.UsedTmpfs = sortedKeys(observer.used)
	report.RefusedWrites = []refusedWrite{}
	for _, path := range sortedKeys(observer.writes) {
		report.RefusedWrites = append(report.RefusedWrites, *observer.writes[path])
	}
	report.RefusedCalls = []refusedCall{}
	for _, name := range sortedKeys(observer.refused) {
		report.RefusedCalls = append(report.RefusedCalls, refusedCall{Name: name, Count: observer.refused[name]})
	}
}

// isConfined reports whether a process runs under a seccomp profile and can gain no privileges: those of the image do, and no others.
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

// readText reads up to the first zero, page by page, because the next page may not be mapped.
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
