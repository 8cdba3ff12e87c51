package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// cpuPeriod is the kernel's own default, in microseconds.
const cpuPeriod = 100_000

// bundle is a container as crun starts it.
type bundle struct {
	directory string
	spec      *specs.Spec
	// Calls that the profile allows whatever their arguments.
	allowed map[string]bool
}

// writeBundle writes the configuration of a container that is locked down as in a hardened production; only its root can be writable, for
// a container whose copy of the image is thrown away.
func writeBundle(store *store, plan *plan, image *image, as user, writable bool) (*bundle, error) {
	directory := store.userdata
	arguments := append(append([]string{}, image.Config.Entrypoint...), image.Config.Cmd...)
	workingDirectory := image.Config.WorkingDir
	if !strings.HasPrefix(workingDirectory, "/") {
		workingDirectory = "/" + workingDirectory
	}
	spec := &specs.Spec{
		Version:  "1.0.2",
		Hostname: store.hostname(),
		Root:     &specs.Root{Path: store.root, Readonly: !writable},
		Process:  process(arguments, environment(image.Config.Env, plan.Environment), workingDirectory, as),
	}
	mounts, err := mounts(store, plan)
	if err != nil {
		return nil, err
	}
	spec.Mounts = mounts
	quota, period := int64(plan.CPUs*cpuPeriod), uint64(cpuPeriod)
	spec.Linux = &specs.Linux{
		CgroupsPath: "/" + store.id,
		Namespaces: []specs.LinuxNamespace{
			{Type: specs.PIDNamespace}, {Type: specs.NetworkNamespace}, {Type: specs.IPCNamespace}, {Type: specs.UTSNamespace}, {Type: specs.MountNamespace}, {Type: specs.CgroupNamespace},
		},
		Resources: &specs.LinuxResources{
			Memory: memoryLimit(plan.Memory, countsSwap(hierarchy)),
			Pids:   &specs.LinuxPids{Limit: &plan.Pids},
			CPU:    &specs.LinuxCPU{Quota: &quota, Period: &period},
			// Only the devices that every container has, which the runtime adds itself.
			Devices: []specs.LinuxDeviceCgroup{{Allow: false, Access: "rwm"}},
		},
		// As Docker since 20.10 and containerd since 2.0: whoever is not root may listen on port 80.
		Sysctl: map[string]string{"net.ipv4.ip_unprivileged_port_start": "0"},
		// The same list as container engines use.
		MaskedPaths:   []string{"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"},
		ReadonlyPaths: []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
	}
	if spec.Linux.Seccomp, err = profile(plan, spec); err != nil {
		return nil, err
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(directory, "config.json"), text, 0o600); err != nil {
		return nil, err
	}
	return &bundle{directory: directory, spec: spec, allowed: allowedCalls(spec.Linux.Seccomp)}, nil
}

// memoryLimit also limits swap if the kernel counts it: the same number for both together, so that nothing can be swapped out, and a leak shows.
func memoryLimit(bytes int64, swap bool) *specs.LinuxMemory {
	limit := &specs.LinuxMemory{Limit: &bytes}
	if swap {
		limit.Swap = &bytes
	}
	return limit
}

func process(arguments, environment []string, workingDirectory string, as user) *specs.Process {
	return &specs.Process{
		Args:            arguments,
		Env:             environment,
		Cwd:             workingDirectory,
		User:            specs.User{UID: as.uid, GID: as.gid, AdditionalGids: as.groups},
		Capabilities:    &specs.LinuxCapabilities{},
		NoNewPrivileges: true,
	}
}

// environment is the image's, in its order, with the variables that the plan replaces and adds.
func environment(image []string, added map[string]string) []string {
	values := []string{defaultPath}
	set := func(name, entry string) {
		for index, existing := range values {
			if known, _, _ := strings.Cut(existing, "="); known == name {
				values[index] = entry
				return
			}
		}
		values = append(values, entry)
	}
	for _, entry := range image {
		name, _, _ := strings.Cut(entry, "=")
		set(name, entry)
	}
	for _, name := range sortedKeys(added) {
		set(name, name+"="+added[name])
	}
	return values
}

func mounts(store *store, plan *plan) ([]specs.Mount, error) {
	files := map[string]string{
		"hostname": store.hostname() + "\n",
		"hosts":    hosts(store.hostname(), plan.Services),
		// No name server: a name that is not in hosts fails to resolve at once.
		"resolv.conf": "options timeout:1 attempts:1\n",
	}
	mounts := []specs.Mount{
		{Destination: "/proc", Type: "proc", Source: "proc", Options: []string{"nosuid", "noexec", "nodev"}},
		{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "strictatime", "mode=755", "size=65536k"}},
		{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Options: []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}},
		{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Options: []string{"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
		{Destination: "/sys", Type: "sysfs", Source: "sysfs", Options: []string{"nosuid", "noexec", "nodev", "ro"}},
	}
	for _, path := range plan.Tmpfs {
		mounts = append(mounts, specs.Mount{Destination: path, Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "nodev", "noexec", "mode=1777"}})
	}
	for _, name := range sortedKeys(files) {
		source := filepath.Join(store.userdata, name)
		if err := os.WriteFile(source, []byte(files[name]), 0o644); err != nil {
			return nil, err
		}
		mounts = append(mounts, specs.Mount{Destination: "/etc/" + name, Type: "bind", Source: source, Options: []string{"bind", "ro", "nosuid", "noexec", "nodev"}})
	}
	return mounts, nil
}

func profile(plan *plan, spec *specs.Spec) (*specs.LinuxSeccomp, error) {
	if len(plan.Seccomp) == 0 || string(plan.Seccomp) == "null" {
		return seccomp.GetDefaultProfile(spec)
	}
	read, err := seccomp.LoadProfile(string(plan.Seccomp), spec)
	if err != nil {
		return nil, fmt.Errorf("failed to read the seccomp profile: %w", err)
	}
	return read, nil
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
