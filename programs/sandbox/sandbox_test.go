package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

const goodPlan = `{"schemaVersion":1,"environment":{"MODE":"test","PATH":"/bin"},"minimumUid":1000,"memory":1000000,"pids":10,"cpus":0.5,"tmpfs":["/tmp"],"seccomp":null,
"probe":{"kind":"http","port":8080,"path":"/health"},"readySeconds":5,"stopSeconds":2,"services":[{"name":"database","ports":[5432]}]}`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPlanIsReadWhole(t *testing.T) {
	plan, err := readPlan(write(t, "plan.json", goodPlan))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Probe.String() != "HTTP :8080/health" || plan.Services[0].Name != "database" {
		t.Fatalf("%+v", plan)
	}
}

func TestAPlanThatCannotBeTrustedIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           "",
		"cut off":         goodPlan[:40],
		"an unknown key":  strings.Replace(goodPlan, `"pids"`, `"processes"`, 1),
		"another version": strings.Replace(goodPlan, `"schemaVersion":1`, `"schemaVersion":2`, 1),
		"two documents":   goodPlan + goodPlan,
		"no limit":        strings.Replace(goodPlan, `"memory":1000000`, `"memory":0`, 1),
		"root is allowed": strings.Replace(goodPlan, `"minimumUid":1000`, `"minimumUid":0`, 1),
		"unknown probe":   strings.Replace(goodPlan, `"http"`, `"grpc"`, 1),
	} {
		if _, err := readPlan(write(t, "plan.json", text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestUsersAreReadAsContainerEnginesReadThem(t *testing.T) {
	root := t.TempDir()
	os.MkdirAll(filepath.Join(root, "etc"), 0o755)
	os.WriteFile(filepath.Join(root, "etc/passwd"), []byte("root:x:0:0::/root:/bin/sh\napp:x:1500:1600::/app:/bin/sh\n"), 0o644)
	os.WriteFile(filepath.Join(root, "etc/group"), []byte("root:x:0:\nstaff:x:50:app,other\napp:x:1600:\n"), 0o644)
	for written, wanted := range map[string]user{
		"":            {uid: 0, gid: 0},
		"app":         {uid: 1500, gid: 1600, groups: []uint32{50}},
		"1500":        {uid: 1500, gid: 1600, groups: []uint32{50}},
		"65532":       {uid: 65532, gid: 0},
		"65532:65533": {uid: 65532, gid: 65533},
		"app:staff":   {uid: 1500, gid: 50},
	} {
		found, err := resolveUser(root, written)
		if err != nil || found.uid != wanted.uid || found.gid != wanted.gid || !slices.Equal(found.groups, wanted.groups) {
			t.Errorf("%q: %+v %v", written, found, err)
		}
	}
	if found, err := resolveUser(t.TempDir(), "root"); err != nil || found.uid != 0 {
		t.Errorf("root of an image without users: %+v %v", found, err)
	}
	for _, written := range []string{"nobody-here", "app:nothing"} {
		if _, err := resolveUser(root, written); err == nil {
			t.Errorf("%q: accepted", written)
		}
	}
}

func TestALinkOutOfTheImageIsNotFollowed(t *testing.T) {
	root := t.TempDir()
	os.MkdirAll(filepath.Join(root, "etc"), 0o755)
	os.Symlink(write(t, "passwd", "app:x:1500:1600::/:/bin/sh\n"), filepath.Join(root, "etc/passwd"))
	if _, err := resolveUser(root, "app"); err == nil {
		t.Error("a user of the machine outside was taken for one of the image")
	}
}

func TestThePlansEnvironmentWins(t *testing.T) {
	found := environment([]string{"PATH=/usr/bin", "MODE=image", "EMPTY="}, map[string]string{"MODE": "plan", "MORE": "1"})
	if strings.Join(found, " ") != "PATH=/usr/bin MODE=plan EMPTY= MORE=1" {
		t.Errorf("%q", found)
	}
	if environment(nil, nil)[0] != defaultPath {
		t.Error("without PATH nothing is found")
	}
}

func TestOutputIsCutAndBlottedOut(t *testing.T) {
	printed := newOutput()
	printed.copyFrom(strings.NewReader(strings.Repeat("noise\n", 10_000) + "connecting with correct-horse-battery\n\n" + strings.Repeat("x", 400) + "\n\xff\n"))
	lines := printed.lines([]string{"TOKEN=correct-horse-battery", "SHORT=noise", "HOME=/home/nonroot"})
	if len(lines) != keptLines || lines[len(lines)-3] != "connecting with ***" || len([]rune(lines[len(lines)-2])) != longestLine+1 || lines[len(lines)-1] != "\uFFFD" {
		t.Errorf("%q", lines)
	}
	if lines[0] != "noise" {
		t.Error("a short value blots out words")
	}
}

func TestSignalsAreReadInEverySpelling(t *testing.T) {
	for written, wanted := range map[string]syscall.Signal{"": syscall.SIGTERM, "SIGQUIT": syscall.SIGQUIT, "quit": syscall.SIGQUIT, "2": syscall.SIGINT, "nonsense": syscall.SIGTERM} {
		if found, name := stopSignal(written); found != wanted || name == "" {
			t.Errorf("%q: %v %q", written, found, name)
		}
	}
}

func TestWhereARunIsIsTold(t *testing.T) {
	before := time.Now().Add(-time.Millisecond)
	told, err := tellHere()
	if err != nil {
		t.Fatal(err)
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(told.Kernel, "Linux "+strings.TrimSpace(string(release))+" ") {
		t.Errorf("wanted the kernel's release, got %q", told.Kernel)
	}
	at, err := time.Parse(time.RFC3339, told.At)
	if err != nil || at.Before(before) || at.After(time.Now()) {
		t.Errorf("wanted the time of now, got %q (%v)", told.At, err)
	}
	if written := timestamp(time.Date(2026, 11, 29, 23, 5, 4, 30_000_000, time.FixedZone("", 3600))); written != "2026-11-29T22:05:04.030Z" {
		t.Errorf("wanted UTC with milliseconds, got %q", written)
	}
}

func TestTheKernelsAddressesAreRead(t *testing.T) {
	for written, wanted := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000:0050":                         "0.0.0.0:80",
		"00000000000000000000000000000000:0BB8": "[::]:3000",
		"nonsense":                              "",
	} {
		if found := socketAddress(written); found != wanted {
			t.Errorf("%s: %q", written, found)
		}
	}
}

func TestServicesHaveAddressesOfTheirOwn(t *testing.T) {
	text := hosts("name", []service{{Name: "database"}, {Name: "cache"}})
	if !strings.Contains(text, "127.0.1.1 database\n127.0.1.2 cache\n") {
		t.Error(text)
	}
}

func TestAProfileReplacesTheDefaultOne(t *testing.T) {
	plan, _ := readPlan(write(t, "plan.json", strings.Replace(goodPlan, `"seccomp":null`, `"seccomp":{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"}]}`, 1)))
	image, _ := readImage(write(t, "image.json", `{"config":{"Entrypoint":["/app"],"Cmd":["serve"]}}`))
	made, err := writeBundle(&store{id: newName(), userdata: t.TempDir(), root: "/image"}, plan, image, user{uid: 1500}, false)
	if err != nil {
		t.Fatal(err)
	}
	if !made.allowed["read"] || made.allowed["openat"] || len(made.allowed) != 2 {
		t.Errorf("%v", made.allowed)
	}
	plan.Seccomp = nil
	if made, err = writeBundle(&store{id: newName(), userdata: t.TempDir(), root: "/image"}, plan, image, user{uid: 1500}, false); err != nil || !made.allowed["openat"] || made.allowed["mount"] || made.allowed["unshare"] {
		t.Errorf("the default profile: %v %v", made, err)
	}
	// The refusing action must outrank every filter that an image can install itself: SCMP_ACT_TRACE does not, and would let it switch the profile off.
	refused := made.spec.Linux.Seccomp
	if refused.DefaultAction != specs.ActErrno || slices.ContainsFunc(refused.Syscalls, func(rule specs.LinuxSyscall) bool {
		return rule.Action == specs.ActTrace || rule.Action == specs.ActNotify
	}) {
		t.Errorf("the kernel alone is to refuse: %+v", refused.DefaultAction)
	}
	process := made.spec.Process
	if !made.spec.Root.Readonly || !process.NoNewPrivileges || len(process.Capabilities.Bounding) != 0 || process.User.UID != 1500 || strings.Join(process.Args, " ") != "/app serve" || process.Cwd != "/" {
		t.Errorf("%+v", process)
	}
}

func TestWhoSaysThatItIsReadyIsKnownBeforeTheStart(t *testing.T) {
	with := func(text string) *image {
		read, err := readImage(write(t, "image.json", text))
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	health := probe{Kind: "healthcheck"}
	for _, text := range []string{`{"config":{}}`, `{"config":{"Healthcheck":{"Test":["NONE"]}}}`, `{"config":{"Healthcheck":{"Test":["CMD"]}}}`} {
		if _, err := health.check(with(text), &plan{}); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	if _, err := health.check(with(`{"config":{"Healthcheck":{"Test":["CMD","/check"]}}}`), &plan{}); err != nil {
		t.Error(err)
	}
}

func TestPathsOfAnImageAreTold(t *testing.T) {
	for path, wanted := range map[string]bool{"/tmp": true, "/tmp/a": true, "/tmpfile": false, "/": false} {
		if below(path, "/tmp") != wanted {
			t.Error(path)
		}
	}
	if !below("/anything", "/") {
		t.Error("everything is below the root")
	}
}

// kernel is a directory laid out like the kernel's control groups.
func kernel(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestProcessesMakeRoomBeforeControllersAreGivenOn(t *testing.T) {
	unified := kernel(t, map[string]string{"cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma\n", "cgroup.procs": "0\n17\n", "cgroup.subtree_control": "\n"})
	for range 2 {
		if err := delegate(unified); err != nil {
			t.Fatal(err)
		}
	}
	moved, _ := os.ReadFile(filepath.Join(unified, "init", "cgroup.procs"))
	control, _ := os.ReadFile(filepath.Join(unified, "cgroup.subtree_control"))
	if string(moved) != "17" || string(control) != "+cpu +memory +pids" {
		t.Errorf("%q %q", moved, control)
	}
}

func TestAControllerThatIsMissingIsNamed(t *testing.T) {
	rootless := kernel(t, map[string]string{"cgroup.controllers": "memory pids\n", "cgroup.procs": ""})
	if err := delegate(rootless); err == nil || !strings.Contains(err.Error(), "cpu, memory, pids") || !strings.Contains(err.Error(), `"memory pids"`) {
		t.Errorf("%v", err)
	}
}

func TestTheOlderHierarchyIsLeftAlone(t *testing.T) {
	older := kernel(t, map[string]string{"memory/memory.stat": "", "pids/cgroup.procs": "17\n"})
	if err := delegate(older); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(older, "init")) {
		t.Error("a group was made")
	}
}

func TestSwapIsLimitedWhereTheKernelCountsIt(t *testing.T) {
	for name, wanted := range map[string]bool{"init/memory.swap.max": true, "memory/memory.memsw.limit_in_bytes": true, "init/memory.max": false, "memory/memory.limit_in_bytes": false} {
		counts := countsSwap(kernel(t, map[string]string{name: ""}))
		limit := memoryLimit(1000, counts)
		if counts != wanted || *limit.Limit != 1000 || (limit.Swap != nil) != wanted || (wanted && *limit.Swap != 1000) {
			t.Errorf("%s: %v %+v", name, counts, limit)
		}
	}
}

func TestARunGetsAsManyProcessorsAsItsLimitAmountsTo(t *testing.T) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		t.Fatal(err)
	}
	for limit, wanted := range map[float64]int{0.1: 1, 1: 1, 1.5: 2, 64: 64} {
		chosen, err := processorsFor(limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := chosen.Count(); got != min(wanted, allowed.Count()) {
			t.Errorf("a limit of %g: %d processors", limit, got)
		}
		for number := range processorsAtMost {
			if chosen.IsSet(number) && !allowed.IsSet(number) {
				t.Errorf("a limit of %g: processor %d is not allowed", limit, number)
			}
		}
	}
}
