package main

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// withheldID is the secret that stands where a step must not read another step's: an empty one, which whoever builds gives under this id.
const withheldID = "loadline-withheld"

// mostMounts is how many mounts of a step the engine keeps in order where several have one path (it sorts them, and Go's sort keeps the order of at most twelve).
const mostMounts = 12

const ownStage = "Fetch with the secret in a stage of its own, and COPY --from that what the others need."

// retained is a secret that the engine leaves in a container, for every later step in it and in stages that start from it (llbtodagger/exec.go, "Back-compat").
type retained struct {
	id string
	// path or variable, where the secret is seen.
	path, variable string
	line           int
}

// container is what the engine keeps from one step for the next.
type container struct {
	// is says that there is one: files alone (scratch, a download) have nothing of it.
	is      bool
	secrets []retained
}

// mountedSecrets lists what a step mounts itself, in the engine's order: variables first. A secret that may be missing and was not given is left out.
func mountedSecrets(exec *pb.ExecOp, given map[string]bool, line int) []retained {
	var found []retained
	isThere := func(id string, optional bool) bool { return !optional || given == nil || given[id] }
	for _, variable := range exec.Secretenv {
		if isThere(variable.ID, variable.Optional) {
			found = append(found, retained{id: variable.ID, variable: variable.Name, line: line})
		}
	}
	for _, mount := range exec.Mounts {
		if mount.MountType == pb.MountType_SECRET && mount.SecretOpt != nil && isThere(mount.SecretOpt.ID, mount.SecretOpt.Optional) {
			found = append(found, retained{id: mount.SecretOpt.ID, path: path.Clean(mount.Dest), line: line})
		}
	}
	return found
}

// after gives what is left in the container when a step has ended: a variable replaces one of its name, a file does not replace another, and the path of an ordinary mount takes one secret with it.
func (c container) after(exec *pb.ExecOp, own []retained) container {
	left := slices.Clone(c.secrets)
	for _, secret := range own {
		if at := slices.IndexFunc(left, func(one retained) bool { return secret.variable != "" && one.variable == secret.variable }); at >= 0 {
			left[at] = secret
			continue
		}
		left = append(left, secret)
	}
	for _, target := range cleanedPaths(exec) {
		for at := len(left) - 1; at >= 0; at-- {
			if left[at].path == target {
				left = slices.Delete(left, at, at+1)
				break
			}
		}
	}
	return container{is: true, secrets: left}
}

func cleanedPaths(exec *pb.ExecOp) []string {
	var paths []string
	for _, mount := range exec.Mounts {
		target := path.Clean(mount.Dest)
		isOrdinary := mount.MountType == pb.MountType_BIND || mount.MountType == pb.MountType_CACHE || mount.MountType == pb.MountType_TMPFS
		if isOrdinary && target != "/" && !slices.Contains(paths, target) {
			paths = append(paths, target)
		}
	}
	return paths
}

// readable lists the secrets of earlier steps that a step could read. One that lies below a secret of the step's own is hidden by it.
func (c container) readable(exec *pb.ExecOp, own []retained) []retained {
	var found []retained
	for _, secret := range c.secrets {
		isHidden := slices.ContainsFunc(own, func(one retained) bool {
			return one.variable == secret.variable && one.path == secret.path
		})
		isKnown := slices.ContainsFunc(found, func(one retained) bool {
			return one.variable == secret.variable && one.path == secret.path
		})
		if secret.id != withheldID && !isHidden && !isKnown {
			found = append(found, secret)
		}
	}
	return found
}

var (
	plainPath     = regexp.MustCompile(`^/[A-Za-z0-9._/@+:-]+$`)
	plainVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// withheld writes the mount that hides a secret from a step.
func (r retained) withheld() string {
	if r.variable != "" {
		return "--mount=type=secret,id=" + withheldID + ",required=true,env=" + r.variable
	}
	return "--mount=type=secret,id=" + withheldID + ",required=true,target=" + r.path
}

// unhidable says why a secret cannot be hidden from a step that comes later.
func (r retained) unhidable(exec *pb.ExecOp, inContainer int) *refusal {
	name := r.path + r.variable
	switch {
	case r.path != "" && !plainPath.MatchString(r.path), r.variable != "" && !plainVariable.MatchString(r.variable):
		return refuse(r.line, "a secret at %q with steps after it", printable(name)).because("the engine leaves it readable for them, and under this name it cannot be hidden").instead(ownStage)
	case len(exec.Mounts)+inContainer+1 > mostMounts:
		return refuse(r.line, "a secret at %q, and a step after it with more than %d mounts", printable(name), mostMounts).because("the engine leaves the secret readable for it").instead(ownStage)
	case r.variable != "" && slices.ContainsFunc(exec.Meta.Env, func(one string) bool { return strings.HasPrefix(one, r.variable+"=") }):
		return refuse(r.line, "a secret in the variable %s, which ENV or ARG sets as well", printable(r.variable)).because("the engine leaves the secret there for the steps after it").instead("Give one of them another name.")
	}
	return nil
}
