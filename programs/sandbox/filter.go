package main

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// looked is what the kernel's filter says of a call that the profile allows and that is worth a look. Whatever else it says of a call is the
// error with which the profile refuses it.
const looked = 0x7fff

// mostError is the highest error that a filter can answer with.
const mostError = 4095

// unseenCalls are made by every program all the time, write to no path, and are allowed by every profile under which anything starts. To stop a
// process at each of them takes longer than the rest of its start, so that it is not done where the profile allows them whatever their arguments.
var unseenCalls = []string{
	"brk", "clock_gettime", "close", "epoll_pwait", "epoll_wait", "fcntl", "fstat", "futex", "getdents64", "getpid", "gettid", "lseek", "madvise",
	"mmap", "mprotect", "munmap", "nanosleep", "newfstatat", "pread64", "read", "readlinkat", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sched_yield", "statx", "write",
}

// filter is what the kernel asks at each call of a container that is followed.
type filter struct {
	// The answers are those of the profile that was given. The sandbox gives them where the kernel stops a process at a call, and where nobody
	// is there to give them, the kernel refuses.
	profile *specs.LinuxSeccomp
	// Calls that are not stopped at.
	unseen []string
	// Where the profile says more than yes and no, the kernel answers by itself, and processes are stopped at every call.
	everyCall bool
	// Calls that the profile allows whatever their arguments.
	allowed map[string]bool
}

// follow makes a filter that stops a process at calls that are worth a look, and at those that are refused.
func follow(given *specs.LinuxSeccomp) filter {
	allowed := allowedCalls(given)
	made := *given
	made.DefaultAction, made.DefaultErrnoRet = specs.ActTrace, refusal(given.DefaultErrnoRet)
	made.Syscalls = nil
	if given.DefaultAction != specs.ActErrno {
		return filter{profile: given, everyCall: true, allowed: allowed}
	}
	unseen := unseenOf(given)
	for _, rule := range given.Syscalls {
		stopped := rule
		stopped.Action = specs.ActTrace
		switch rule.Action {
		case specs.ActErrno:
			stopped.ErrnoRet = refusal(rule.ErrnoRet)
		case specs.ActAllow:
			look := uint(looked)
			stopped.ErrnoRet = &look
			stopped.Names = slices.DeleteFunc(slices.Clone(rule.Names), func(name string) bool { return slices.Contains(unseen, name) })
		default:
			return filter{profile: given, everyCall: true, allowed: allowed}
		}
		if len(stopped.Names) > 0 {
			made.Syscalls = append(made.Syscalls, stopped)
		}
	}
	if len(unseen) > 0 {
		made.Syscalls = append(made.Syscalls, specs.LinuxSyscall{Names: unseen, Action: specs.ActAllow})
	}
	return filter{profile: &made, unseen: unseen, allowed: allowed}
}

// refusal is the error of a rule that refuses, as the runtime reads it: not permitted, where it says none.
func refusal(written *uint) *uint {
	failure := uint(unix.EPERM)
	if written != nil {
		failure = min(*written, mostError)
	}
	return &failure
}

// unseenOf are the calls that the profile allows whatever their arguments, and of which it says nothing else.
func unseenOf(profile *specs.LinuxSeccomp) []string {
	allowed := allowedCalls(profile)
	for _, rule := range profile.Syscalls {
		if rule.Action == specs.ActAllow && len(rule.Args) == 0 {
			continue
		}
		for _, name := range rule.Names {
			delete(allowed, name)
		}
	}
	var unseen []string
	for _, name := range unseenCalls {
		if allowed[name] {
			unseen = append(unseen, name)
		}
	}
	return unseen
}

func allowedCalls(profile *specs.LinuxSeccomp) map[string]bool {
	allowed := map[string]bool{}
	for _, rule := range profile.Syscalls {
		if rule.Action != specs.ActAllow || len(rule.Args) > 0 {
			continue
		}
		for _, name := range rule.Names {
			allowed[name] = true
		}
	}
	return allowed
}
