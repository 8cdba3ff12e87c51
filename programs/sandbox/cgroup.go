package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const sampling = 10 * time.Millisecond

// hierarchy is where the kernel's control groups are.
const hierarchy = "/sys/fs/cgroup"

// limiting are the controllers that the plan's limits need.
var limiting = []string{"cpu", "memory", "pids"}

// delegate makes the controllers usable below the group that this process is in. In the unified hierarchy a group with processes of its own passes none to its children,
// and the engine puts an exec into the root of its own namespace: so every process moves into a group beside the container's first. The older hierarchy needs nothing.
func delegate(hierarchy string) error {
	available, err := os.ReadFile(filepath.Join(hierarchy, "cgroup.controllers"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range limiting {
		if !slices.Contains(strings.Fields(string(available)), name) {
			return fmt.Errorf("expected the controllers %s in the engine's control group, found %q: the limits cannot be enforced here", strings.Join(limiting, ", "), strings.TrimSpace(string(available)))
		}
	}
	own := filepath.Join(hierarchy, "init")
	if err := os.Mkdir(own, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("expected a control group of its own for the sandbox, cannot make it: %w", err)
	}
	control := "+" + strings.Join(limiting, " +")
	for attempt := 0; ; attempt++ {
		if err := moveProcesses(hierarchy, own); err != nil {
			return err
		}
		err := os.WriteFile(filepath.Join(hierarchy, "cgroup.subtree_control"), []byte(control), 0o644)
		// A process that was started between the two steps is moved by the next attempt.
		if err == nil || !errors.Is(err, unix.EBUSY) || attempt == 20 {
			return err
		}
		time.Sleep(sampling)
	}
}

func moveProcesses(from, to string) error {
	found, err := os.ReadFile(filepath.Join(from, "cgroup.procs"))
	if err != nil {
		return err
	}
	for _, pid := range strings.Fields(string(found)) {
		// 0 is a process that this namespace cannot name, and means the caller when written.
		if pid == "0" {
			continue
		}
		if err := os.WriteFile(filepath.Join(to, "cgroup.procs"), []byte(pid), 0o644); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("failed to move process %s to another control group: %w", pid, err)
		}
	}
	return nil
}

// countsSwap reports whether the kernel counts swap: only then can it be limited, and requests beyond the limit fail.
func countsSwap(hierarchy string) bool {
	return exists(filepath.Join(hierarchy, "init", "memory.swap.max")) || exists(filepath.Join(hierarchy, "memory", "memory.memsw.limit_in_bytes"))
}

// memory reads the kernel's counters for the container.
type memory struct {
	// memory.stat, and the file that counts processes killed for lack of memory.
	statistics, events string
	// Memory that the kernel cannot reclaim.
	kept []string
	peak atomic.Int64
	done chan struct{}
}

// openMemory finds the container's group in either form of the kernel's hierarchy.
func openMemory(cgroup string) (*memory, error) {
	if old := filepath.Join(hierarchy, "memory", cgroup); exists(filepath.Join(old, "memory.stat")) {
		return &memory{statistics: filepath.Join(old, "memory.stat"), events: filepath.Join(old, "memory.oom_control"), kept: []string{"total_rss", "total_shmem"}, done: make(chan struct{})}, nil
	}
	if unified := filepath.Join(hierarchy, cgroup); exists(filepath.Join(unified, "memory.stat")) {
		return &memory{statistics: filepath.Join(unified, "memory.stat"), events: filepath.Join(unified, "memory.events"), kept: []string{"anon", "shmem"}, done: make(chan struct{})}, nil
	}
	return nil, errors.New("expected a control group that limits memory, found none: the limits cannot be enforced here")
}

// watch samples until stopWatching.
func (memory *memory) watch() {
	ticker := time.NewTicker(sampling)
	defer ticker.Stop()
	for {
		memory.sample()
		select {
		case <-memory.done:
			return
		case <-ticker.C:
		}
	}
}

func (memory *memory) stopWatching() { close(memory.done) }

func (memory *memory) sample() {
	values := readNumbers(memory.statistics)
	var used int64
	for _, name := range memory.kept {
		used += values[name]
	}
	if used > memory.peak.Load() {
		memory.peak.Store(used)
	}
}

func (memory *memory) outOfMemory() int {
	return int(readNumbers(memory.events)["oom_kill"])
}

func readNumbers(path string) map[string]int64 {
	values := map[string]int64{}
	file, err := os.Open(path)
	if err != nil {
		return values
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, number, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseInt(number, 10, 64); err == nil {
			values[name] = value
		}
	}
	return values
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
