package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// withheldID is the secret put into a variable whose real secret a step must not read: an empty one, which the build supplies under this ID.
const withheldID = "loadline-withheld"

// mostMounts is how many mounts of a step keep their order in the engine if several have the same path: it sorts by path alone, and Go's sort is stable only for up to twelve.
const mostMounts = 12

const ownStage = "Fetch with the secret in a separate stage, and COPY --from it what the others need."

// retained is a secret that the engine leaves in a container, for every later step in it and in stages that start from it (llbtodagger/exec.go, "Back-compat").
type retained struct {
	id string
	// path or variable: where the secret is visible.
	path, variable string
	// lines is where the step begins that mounts it: several where they are the same to BuildKit.
	lines []int
	// mounts is how many mounts that step has once its files are removed, and isTwin says that it mounts another secret at the same path.
	mounts int
	isTwin bool
}

// examineSource examines what somebody wrote, and no rewritten text: there nothing asks for the secret that is Loadline's own. It would be taken for the empty one, which is given only where a rewritten step asks for it.
func examineSource(file *dockerfile, done *conversion, given given, trigger int) (*examined, error) {
	found, err := examine(file, done, given, trigger)
	if err != nil {
		return found, err
	}
	e := &examiner{file: file, found: found, trigger: trigger}
	for _, secret := range found.secrets {
		if secret.ID == withheldID {
			e.refuse(secret.Line, refuse(0, "a secret with the ID %s", withheldID).because("it stands for the empty secret that Loadline puts into later steps").instead("Give the secret a different ID."))
		}
	}
	return found, nil
}

// container is what the engine keeps from one step for the next.
type container struct {
	// is reports whether there is a container: files alone (scratch, a download) have none.
	is      bool
	secrets []retained
}

// mountedSecrets lists what a step mounts itself, in the engine's order: variables first. A secret that may be missing and was not given is left out.
func mountedSecrets(exec *pb.ExecOp, given map[string]bool, lines []int) []retained {
	var variables, files []retained
	isThere := func(id string, optional bool) bool { return !optional || given == nil || given[id] }
	for _, variable := range exec.Secretenv {
		if isThere(variable.ID, variable.Optional) {
			variables = append(variables, retained{id: variable.ID, variable: variable.Name, lines: lines})
		}
	}
	for _, mount := range exec.Mounts {
		if mount.MountType == pb.MountType_SECRET && mount.SecretOpt != nil && isThere(mount.SecretOpt.ID, mount.SecretOpt.Optional) {
			files = append(files, retained{id: mount.SecretOpt.ID, path: mount.Dest, lines: lines})
		}
	}
	at := map[string]int{}
	for _, file := range files {
		at[file.path]++
	}
	// The engine adds one mount of its own, and the root is none of those that it sorts.
	mounts := 1 + len(ordinaryPaths(exec)) + 2*len(files) + agentCount(exec)
	for index := range files {
		files[index].mounts = mounts
		files[index].isTwin = at[files[index].path] > 1
	}
	return append(variables, files...)
}

func agentCount(exec *pb.ExecOp) int {
	count := 0
	for _, mount := range exec.Mounts {
		if mount.MountType == pb.MountType_SSH {
			count++
		}
	}
	return count
}

// after gives what is left in the container when a step has ended: a variable replaces one of its name, a file does not replace another, and the path of an ordinary mount takes the last secret there with it.
func (c container) after(exec *pb.ExecOp, own []retained) container {
	left := slices.Clone(c.secrets)
	for _, secret := range own {
		if at := slices.IndexFunc(left, func(one retained) bool { return secret.variable != "" && one.variable == secret.variable }); at >= 0 {
			left[at] = secret
			continue
		}
		left = append(left, secret)
	}
	for _, target := range ordinaryPaths(exec) {
		for at := len(left) - 1; at >= 0; at-- {
			if left[at].path == target {
				left = slices.Delete(left, at, at+1)
				break
			}
		}
	}
	return container{is: true, secrets: left}
}

// ordinaryPaths are the targets that the engine clears when a step has ended, each once, as written: any other spelling is refused (isPlainTarget).
func ordinaryPaths(exec *pb.ExecOp) []string {
	var paths []string
	for _, mount := range exec.Mounts {
		isOrdinary := mount.MountType == pb.MountType_BIND || mount.MountType == pb.MountType_CACHE || mount.MountType == pb.MountType_TMPFS
		if isOrdinary && mount.Dest != "/" && !slices.Contains(paths, mount.Dest) {
			paths = append(paths, mount.Dest)
		}
	}
	return paths
}

// readable lists the secrets of earlier steps that a step could read: all files, and the variables that it does not set to a secret of its own.
func (c container) readable(own []retained) []retained {
	return slices.DeleteFunc(slices.Clone(c.secrets), func(secret retained) bool {
		return secret.variable != "" && (secret.id == withheldID || slices.ContainsFunc(own, func(one retained) bool { return one.variable == secret.variable }))
	})
}

var (
	plainPath     = regexp.MustCompile(`^/[A-Za-z0-9._/@+:-]+$`)
	plainVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// withheld writes the mount that hides a variable's secret from a later step.
func (r retained) withheld() string {
	return "--mount=type=secret,id=" + withheldID + ",required=true,env=" + r.variable
}

// givenUp writes the mount by which a step that mounts a secret as a file leaves none behind. The engine mounts the secret alone, which comes later in its order, and clears both when the step has ended.
func (r retained) givenUp() string { return "--mount=type=tmpfs,target=" + r.path }

// unremovable says why a step cannot give up a secret that it mounts as a file.
func (r retained) unremovable() *refusal {
	const kept = "the engine leaves it readable for them, and "
	found := refuse(r.lines[0], "a secret at %q with steps after it", printable(r.path))
	switch {
	case !plainPath.MatchString(r.path):
		return found.because(kept + "it cannot be hidden under this name").instead(ownStage)
	case r.isTwin:
		return found.because(kept + "hides only one of the two that are mounted there").instead("Give each secret of the step its own target.")
	case r.mounts > mostMounts:
		return found.because(fmt.Sprintf("%sof %d mounts in one step, with each secret counted twice, the order is not certain", kept, r.mounts)).instead(fmt.Sprintf("Mount fewer in that step: each secret counts twice, the engine adds one, and the order is certain for up to %d. Or fetch with the secret in a separate stage, and COPY --from it what the others need.", mostMounts))
	}
	return nil
}

// unhidable says why the secret in a variable cannot be hidden from a step that comes later.
func (r retained) unhidable(exec *pb.ExecOp) *refusal {
	switch {
	case !plainVariable.MatchString(r.variable):
		return refuse(r.lines[0], "a secret in the variable %q with steps after it", printable(r.variable)).because("the engine leaves it readable for them, and it cannot be hidden under this name").instead(ownStage)
	case slices.ContainsFunc(exec.Meta.Env, func(one string) bool { return strings.HasPrefix(one, r.variable+"=") }):
		return refuse(r.lines[0], "a secret in the variable %s, which ENV or ARG also sets", printable(r.variable)).because("the engine leaves the secret there for the steps after it").instead("Give one of them a different name.")
	}
	return nil
}
