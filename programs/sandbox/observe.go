package main

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

const (
	traceOptions = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL
	callStop     = syscall.SIGTRAP | 0x80
	mostPaths    = 1000
)

// observer collects what the processes of a container do.
type observer struct {
	mutex   sync.Mutex
	numbers map[int]string
	filter  filter
	tmpfs   []string
	calls   map[string]bool
	refused map[string]int
	writes  map[string]*refusedWrite
	used    map[string]bool
}

func newObserver(filter filter, tmpfs []string) (*observer, error) {
	processor, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	return &observer{numbers: processor.SyscallNumbers, filter: filter, tmpfs: tmpfs, calls: map[string]bool{}, refused: map[string]int{}, writes: map[string]*refusedWrite{}, used: map[string]bool{}}, nil
}

// ended is how a process ended.
type ended struct {
	pid    int
	status syscall.WaitStatus
}

// task is a thread that is followed.
type task struct {
	// Whether it runs the image's program. The runtime, which prepares the container, is followed and not recorded.
	recorded bool
	// Whether the stop with which the kernel hands a new thread over is behind it.
	greeted bool
	// Whether it is in a call whose result is waited for.
	entered bool
	call    string
	path    string
}

// start runs a program and follows it and everything that it starts, until all of it has ended. Each process of its own that ends is told
// on the channel, which is closed at the end. A process is recorded from the moment at which it runs under a seccomp profile.
func (observer *observer) start(program string, arguments []string, output *os.File) (int, <-chan ended, error) {
	started := make(chan error, 1)
	ends := make(chan ended, 64)
	var first int
	go func() {
		// ptrace obeys one thread alone. It ends with this function.
		runtime.LockOSThread()
		defer close(ends)
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
				unix.PtraceSetOptions(pid, observer.options())
			}
		}
		deliver := 0
		switch signal := status.StopSignal(); {
		case signal == callStop:
			if known.recorded {
				observer.record(pid, known)
			}
		case signal == syscall.SIGTRAP && status.TrapCause() == unix.PTRACE_EVENT_SECCOMP:
			observer.answer(pid, known)
		case signal == syscall.SIGTRAP && status.TrapCause() > 0:
			if status.TrapCause() == unix.PTRACE_EVENT_EXEC {
				known.recorded, known.entered = isConfined(pid), false
				if known.recorded {
					observer.saw("execve")
				}
			}
		case !known.greeted && (signal == syscall.SIGSTOP || pid == first):
			// A signal of the image's own can come before it, and is delivered.
			known.greeted = true
		default:
			deliver = int(signal)
		}
		if known.recorded && (known.entered || observer.filter.everyCall) {
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

// options says at what a process that is followed stops.
func (observer *observer) options() int {
	if observer.filter.everyCall {
		return traceOptions
	}
	return traceOptions | unix.PTRACE_O_TRACESECCOMP
}

// record reads what stands behind the stop at a system call.
func (observer *observer) record(pid int, task *task) {
	info, known := readCall(pid)
	switch {
	case !known:
	case info.op == atEntry:
		observer.enter(pid, task, info)
		task.entered = true
	case info.op == atExit:
		if task.entered {
			observer.result(task, int64(info.argument[0]))
		}
		task.entered = false
	}
}

func (observer *observer) enter(pid int, task *task, info callInfo) {
	task.call = observer.nameOf(info)
	task.path = pathWritten(pid, task.call, [6]uint64(info.argument[1:7]))
	observer.saw(task.call)
}

func (observer *observer) nameOf(info callInfo) string {
	number := int(info.argument[0])
	if name := observer.numbers[number]; name != "" {
		return name
	}
	return "call_" + strconv.Itoa(number)
}

// answer gives what the profile says of the call at which the filter has stopped a process: it goes on, and its result is waited for where it
// writes to a path; or it is refused, as whatever the filter says that nobody understands.
func (observer *observer) answer(pid int, task *task) {
	info, known := readCall(pid)
	if known && info.op == atFilter && info.answer == looked {
		if task.recorded {
			observer.enter(pid, task, info)
			task.entered = task.path != ""
		}
		return
	}
	failure := syscall.EPERM
	if known && info.op == atFilter && info.answer <= mostError {
		failure = syscall.Errno(info.answer)
	}
	if err := refuseCall(pid, failure); err != nil {
		// Gone already, or to go: what cannot be refused must not happen.
		unix.Kill(pid, unix.SIGKILL)
		return
	}
	task.entered = false
	if task.recorded && known {
		observer.refusedCall(observer.nameOf(info))
	}
}

func (observer *observer) refusedCall(name string) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	observer.calls[name] = true
	observer.refused[name]++
}

func (observer *observer) result(task *task, result int64) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	failure := syscall.Errno(0)
	if result < 0 && result > -4096 {
		failure = syscall.Errno(-result)
	}
	// A profile answers "not permitted", and "not there" to calls for which programs have another way. Where the filter stops processes, it says so itself.
	if observer.filter.everyCall && (failure == syscall.EPERM || failure == syscall.ENOSYS) && !observer.filter.allowed[task.call] {
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

// tell writes what was seen into a report.
func (observer *observer) tell(report *report) {
	observer.mutex.Lock()
	defer observer.mutex.Unlock()
	if len(observer.calls) > 0 {
		for _, name := range observer.filter.unseen {
			observer.calls[name] = true
		}
	}
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

func sortedKeys[Value any](values map[string]Value) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
