package main

import (
	"slices"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func errno(value uint) *uint { return &value }

// answerTo is what the kernel answers to a call without arguments by a profile.
func answerTo(profile *specs.LinuxSeccomp, call string) (specs.LinuxSeccompAction, uint) {
	action, value := profile.DefaultAction, profile.DefaultErrnoRet
	for _, rule := range profile.Syscalls {
		if slices.Contains(rule.Names, call) && len(rule.Args) == 0 {
			action, value = rule.Action, rule.ErrnoRet
		}
	}
	if value == nil {
		return action, uint(unix.EPERM)
	}
	return action, *value
}

func TestAFilterGivesTheAnswersOfTheProfile(t *testing.T) {
	arguments := []specs.LinuxSeccompArg{{Index: 0, Value: 40, Op: specs.OpNotEqual}}
	given := &specs.LinuxSeccomp{DefaultAction: specs.ActErrno, Architectures: []specs.Arch{specs.ArchX86_64}, Syscalls: []specs.LinuxSyscall{
		{Names: []string{"read", "openat", "lseek", "fcntl", "mmap"}, Action: specs.ActAllow},
		{Names: []string{"socket"}, Action: specs.ActAllow, Args: arguments},
		{Names: []string{"clone3"}, Action: specs.ActErrno, ErrnoRet: errno(38)},
		{Names: []string{"fcntl"}, Action: specs.ActErrno, ErrnoRet: errno(13), Args: arguments},
		{Names: []string{"write"}, Action: specs.ActAllow, Args: arguments},
	}}
	made := follow(given)
	if made.everyCall || !slices.Equal(made.unseen, []string{"lseek", "mmap", "read"}) {
		t.Fatalf("%+v", made)
	}
	for call, wanted := range map[string]uint{"openat": looked, "fcntl": looked, "clone3": 38, "mount": 1, "close": 1} {
		if action, value := answerTo(made.profile, call); action != specs.ActTrace || value != wanted {
			t.Errorf("%s: %s %d", call, action, value)
		}
	}
	for _, call := range made.unseen {
		if action, _ := answerTo(made.profile, call); action != specs.ActAllow {
			t.Errorf("%s: %s", call, action)
		}
	}
	// Every rule with arguments is there, with the answer that it had.
	var kept []uint
	for _, rule := range made.profile.Syscalls {
		if len(rule.Args) > 0 {
			kept = append(kept, *rule.ErrnoRet)
		}
	}
	if !slices.Equal(kept, []uint{looked, 13, looked}) || !slices.Equal(made.profile.Architectures, given.Architectures) {
		t.Errorf("%v %+v", kept, made.profile)
	}
	if given.DefaultAction != specs.ActErrno || len(given.Syscalls[0].Names) != 5 {
		t.Error("the profile itself was changed")
	}
}

func TestAnErrorIsNeverTakenForALook(t *testing.T) {
	made := follow(&specs.LinuxSeccomp{DefaultAction: specs.ActErrno, DefaultErrnoRet: errno(looked), Syscalls: []specs.LinuxSyscall{{Names: []string{"mount"}, Action: specs.ActErrno, ErrnoRet: errno(70_000)}}})
	for _, call := range []string{"mount", "unshare"} {
		if _, value := answerTo(made.profile, call); value != mostError {
			t.Errorf("%s: %d", call, value)
		}
	}
}

func TestAProfileThatSaysMoreThanYesAndNoIsTheKernels(t *testing.T) {
	allow := specs.LinuxSyscall{Names: []string{"read"}, Action: specs.ActAllow}
	for name, given := range map[string]*specs.LinuxSeccomp{
		"kills what it does not name":   {DefaultAction: specs.ActKillProcess, Syscalls: []specs.LinuxSyscall{allow}},
		"allows what it does not name":  {DefaultAction: specs.ActAllow, Syscalls: []specs.LinuxSyscall{{Names: []string{"mount"}, Action: specs.ActErrno}}},
		"traps a call":                  {DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{allow, {Names: []string{"mount"}, Action: specs.ActTrap}}},
		"asks somebody else about one":  {DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{allow, {Names: []string{"mount"}, Action: specs.ActNotify}}},
		"wants one traced on its own":   {DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{allow, {Names: []string{"mount"}, Action: specs.ActTrace}}},
		"wants what it allows recorded": {DefaultAction: specs.ActErrno, Syscalls: []specs.LinuxSyscall{{Names: []string{"read"}, Action: specs.ActLog}}},
	} {
		if made := follow(given); !made.everyCall || made.profile != given || made.unseen != nil {
			t.Errorf("%s: %+v", name, made)
		}
	}
}
