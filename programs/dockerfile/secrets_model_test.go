package main

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// engineContainer does with mounts what the engine does (llbtodagger/exec.go, core/container.go and container_exec.go, oci.dedupMounts), including order and spelling: a second model, independent of the program's own.
type engineContainer struct {
	mounts    []string
	files     []mountedFile
	variables map[string]string
}

type mountedFile struct{ path, what string }

// run returns what is wrong with what the step can read, and leaves in the container what the engine leaves.
func (c *engineContainer) run(exec *pb.ExecOp) []string {
	var own []mountedFile
	var ordinary []string
	for _, mount := range exec.Mounts {
		switch {
		case mount.MountType == pb.MountType_SECRET:
			own = append(own, mountedFile{mount.Dest, mount.SecretOpt.ID})
		case mount.Dest != "/":
			ordinary = append(ordinary, mount.Dest)
			c.mounts = append(slices.DeleteFunc(c.mounts, func(one string) bool { return one == mount.Dest || strings.HasPrefix(one, mount.Dest+"/") }), mount.Dest)
		}
	}
	c.files = append(c.files, own...)
	faults := c.faults(own)
	for _, variable := range exec.Secretenv {
		c.variables[variable.Name] = variable.ID
	}
	for name, id := range c.variables {
		if id != withheldID && !slices.ContainsFunc(exec.Secretenv, func(one *pb.SecretEnv) bool { return one.Name == name }) {
			faults = append(faults, fmt.Sprintf("the variable %s has %s", name, id))
		}
	}
	for _, target := range ordinary {
		c.clear(engineClean(target))
	}
	for _, target := range c.mounts {
		faults = append(faults, "a mount stays at "+target)
	}
	return faults
}

// hidden is where a step mounts something over its own secret, as it did before it was rewritten.
const hidden = "a step does not see its secret at "

func (c *engineContainer) faults(own []mountedFile) []string {
	listed := []mountedFile{{"/.dagger_meta_mount", ""}}
	for _, target := range c.mounts {
		listed = append(listed, mountedFile{target, ""})
	}
	listed = append(listed, c.files...)
	sort.Slice(listed, func(one, other int) bool { return listed[one].path < listed[other].path })
	onTop := map[string]string{}
	for _, one := range withoutTwins(listed) {
		onTop[path.Clean(one.path)] = one.what
	}
	var found []string
	for _, one := range own {
		if seen := onTop[path.Clean(one.path)]; seen == "" {
			found = append(found, hidden+one.path)
		}
	}
	for at, what := range onTop {
		if what != "" && !slices.ContainsFunc(own, func(one mountedFile) bool { return one.what == what && path.Clean(one.path) == at }) {
			found = append(found, fmt.Sprintf("%s is readable at %s", what, at))
		}
	}
	return found
}

// withoutTwins keeps of mounts at one path the place of the first and the content of the last.
func withoutTwins(listed []mountedFile) []mountedFile {
	var kept []mountedFile
	for _, one := range listed {
		if at := slices.IndexFunc(kept, func(other mountedFile) bool { return other.path == one.path }); at >= 0 {
			kept[at] = one
			continue
		}
		kept = append(kept, one)
	}
	return kept
}

func (c *engineContainer) clear(target string) {
	c.mounts = slices.DeleteFunc(c.mounts, func(one string) bool { return one == target })
	for at := len(c.files) - 1; at >= 0; at-- {
		if c.files[at].path == target {
			c.files = slices.Delete(c.files, at, at+1)
			return
		}
	}
}

func engineClean(target string) string {
	clean := path.Clean(target)
	if clean != "/" && (strings.HasSuffix(target, "/") || strings.HasSuffix(target, "/.")) {
		return clean + "/"
	}
	return clean
}

// runInEngine returns what is wrong when the steps of a Dockerfile run in sequence.
func runInEngine(t *testing.T, text string) []string {
	t.Helper()
	done, err := convert([]byte(text), asked(t, nil).platforms[0].spec, choice{}, configurations{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	operations, err := readOperations(done.definition)
	if err != nil {
		t.Fatal(err)
	}
	var execs []*pb.ExecOp
	for at := operations.root; ; {
		operation := operations.byDigest[at.operation]
		exec, isExec := operation.Op.(*pb.Op_Exec)
		if !isExec {
			break
		}
		execs = append(execs, exec.Exec)
		at, _ = operations.input(operation, exec.Exec.Mounts[slices.IndexFunc(exec.Exec.Mounts, func(one *pb.Mount) bool { return one.Dest == "/" })].Input)
	}
	container, faults := &engineContainer{variables: map[string]string{}}, []string(nil)
	for _, exec := range slices.Backward(execs) {
		faults = append(faults, container.run(exec)...)
	}
	return faults
}

// one is more often one of the first.
func one(random *rand.Rand, of []string) string {
	return of[min(random.IntN(len(of)), random.IntN(len(of)), random.IntN(len(of)))]
}

func randomSteps(random *rand.Rand) string {
	secrets := []string{"id=t", "id=u", "id=v", "id=x/t", "id=t,env=T", "id=u,env=T", "id=u,env=U,target=/-", "id=t,target=/run/a", "id=u,target=/run/a", "id=v,target=/z/../run/a", "id=t,target=/run/a/"}
	others := []string{"/c", "/z", "/-", "/run/a", "/run/x/../a", "/run/secrets/t", "/c/", "/run/a/"}
	text := &strings.Builder{}
	for number := range 2 + random.IntN(14) {
		fmt.Fprintf(text, "RUN")
		for range max(0, random.IntN(7)-3) {
			fmt.Fprintf(text, " --mount=type=secret,required=true,%s", one(random, secrets))
		}
		for range max(0, random.IntN(6)-3) {
			fmt.Fprintf(text, " --mount=type=tmpfs,target=%s", one(random, others))
		}
		if random.IntN(6) == 0 {
			fmt.Fprintf(text, " %s", manyMounts(random.IntN(14)))
		}
		fmt.Fprintf(text, " step-%d\n", number)
	}
	return text.String()
}

func TestNoStepReadsAnothersSecretInTheEngine(t *testing.T) {
	empty := " --mount=type=secret,id=loadline-withheld,target="
	for text, leaks := range map[string][]string{
		"RUN --mount=type=secret,id=t one\nRUN two\n":                                       {"t is readable at /run/secrets/t"},
		"RUN --mount=type=secret,id=t,target=/z/../run/t one\nRUN" + empty + "/run/t two\n": {"t is readable at /run/t"},
		"RUN --mount=type=secret,id=t,env=T one\nRUN two\n":                                 {"the variable T has t"},
		// With an empty secret over each of two, the engine showed the first of them in the steps 10, 11, 15, 19 and 23 of 24 (release 0.21.8, 2026-11-29).
		"RUN --mount=type=secret,id=a,target=/run/s/a --mount=type=secret,id=b,target=/run/s/b one\n" + strings.Repeat("RUN"+empty+"/run/s/a"+empty+"/run/s/b two\n", 24): slices.Repeat([]string{"a is readable at /run/s/a"}, 5),
	} {
		wantEqual(t, text, runInEngine(t, "FROM a\n"+text), leaks)
	}
	random, prepared := rand.New(rand.NewPCG(1, 2)), 0
	for range 150 {
		text := "FROM a\n" + randomSteps(random)
		if len(read(t, text, nil).Refusals) > 0 {
			continue
		}
		prepared++
		rewritten, before := prepareText(t, text, nil), runInEngine(t, text)
		for _, fault := range runInEngine(t, rewritten) {
			if !strings.HasPrefix(fault, hidden) || !slices.Contains(before, fault) {
				t.Errorf("%s in %s", fault, rewritten)
			}
		}
	}
	if prepared < 40 {
		t.Errorf("expected that most of what is made up is built, found only %d of 150", prepared)
	}
}
