package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const sampling = 10 * time.Millisecond

// memory reads what the kernel counts for the container.
type memory struct {
	// memory.stat, and the file that counts the ends for want of memory.
	statistics, events string
	// What the kernel cannot take back.
	kept []string
	peak atomic.Int64
	done chan struct{}
}

// openMemory finds the container's group in either form of the kernel's hierarchy.
func openMemory(cgroup string) (*memory, error) {
	const hierarchy = "/sys/fs/cgroup"
	if old := filepath.Join(hierarchy, "memory", cgroup); exists(filepath.Join(old, "memory.stat")) {
		return &memory{statistics: filepath.Join(old, "memory.stat"), events: filepath.Join(old, "memory.oom_control"), kept: []string{"total_rss", "total_shmem"}, done: make(chan struct{})}, nil
	}
	if unified := filepath.Join(hierarchy, cgroup); exists(filepath.Join(unified, "memory.stat")) {
		return &memory{statistics: filepath.Join(unified, "memory.stat"), events: filepath.Join(unified, "memory.events"), kept: []string{"anon", "shmem"}, done: make(chan struct{})}, nil
	}
	return nil, errors.New("wanted a control group that limits memory, found none: the limits cannot be enforced here")
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
