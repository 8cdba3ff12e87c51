package main

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dagger/dagger/internal/buildkit/client/llb"
	"github.com/dagger/dagger/internal/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// operations are what a conversion makes the engine do, one for each step.
type operations struct {
	definition *llb.Definition
	byDigest   map[digest.Digest]*pb.Op
	root       output
}

// output is one result of an operation.
type output struct {
	operation digest.Digest
	index     pb.OutputIndex
}

func readOperations(definition *llb.Definition) (*operations, error) {
	found := &operations{definition: definition, byDigest: map[digest.Digest]*pb.Op{}}
	for index, encoded := range definition.Def {
		operation := &pb.Op{}
		if err := operation.Unmarshal(encoded); err != nil {
			return nil, fmt.Errorf("an operation of BuildKit's cannot be read: %w", err)
		}
		name := digest.FromBytes(encoded)
		found.byDigest[name] = operation
		if index == len(definition.Def)-1 {
			found.root = output{operation: name}
			if operation.Op == nil && len(operation.Inputs) == 1 {
				found.root = output{operation: operation.Inputs[0].Digest, index: pb.OutputIndex(operation.Inputs[0].Index)}
			}
		}
	}
	return found, nil
}

func (o *operations) input(operation *pb.Op, index pb.InputIndex) (output, bool) {
	if index < 0 || int(index) >= len(operation.Inputs) {
		return output{}, false
	}
	given := operation.Inputs[index]
	return output{operation: given.Digest, index: pb.OutputIndex(given.Index)}, true
}

// lines are the first lines of the instructions that an operation stands for: several if they are equal to BuildKit, none for an operation that it adds by itself.
func (o *operations) lines(name digest.Digest) []int {
	if o.definition.Source == nil || o.definition.Source.Locations[name.String()] == nil {
		return nil
	}
	var found []int
	for _, location := range o.definition.Source.Locations[name.String()].Locations {
		first := 0
		for _, part := range location.Ranges {
			if line := int(part.Start.Line); first == 0 || line < first {
				first = line
			}
		}
		if first > 0 && !slices.Contains(found, first) {
			found = append(found, first)
		}
	}
	slices.Sort(found)
	return found
}

// unsupportedFile names what an operation on files uses and the engine does not support (llbtodagger/file.go).
func unsupportedFile(action *pb.FileAction, inContainer bool) *refusal {
	switch kind := action.Action.(type) {
	case *pb.FileAction_Mkdir:
		return unsupportedMkdir(kind.Mkdir, inContainer)
	case *pb.FileAction_Mkfile:
		switch {
		case !utf8.Valid(kind.Mkfile.Data):
			return refuse(0, "a here-document that is not UTF-8").instead("Put the bytes into a file in the source and COPY that.")
		case kind.Mkfile.Timestamp >= 0:
			return refuse(0, "a file with a fixed timestamp").instead("Omit the timestamp.")
		}
	case *pb.FileAction_Copy:
		if kind.Copy.AlwaysReplaceExistingDestPaths {
			return refuse(0, "a copy that replaces an existing path").instead("Remove it in an earlier step.")
		}
		if fault := unsupportedOwner(kind.Copy.Owner); fault != nil {
			return fault
		}
	case *pb.FileAction_Rm:
	default:
		return refuse(0, "an operation on files that the engine does not support")
	}
	return nil
}

func unsupportedMkdir(mkdir *pb.FileActionMkDir, inContainer bool) *refusal {
	owner := ownerOf(mkdir.Owner)
	switch {
	case !mkdir.MakeParents:
		return refuse(0, "a cache mount with uid, gid or mode").because("the engine does not create the directory for it").instead("Omit uid, gid and mode, and run the step as root: USER root before it, and the user again after it.")
	case mkdir.Timestamp >= 0:
		return refuse(0, "a directory with a fixed timestamp").instead("Omit the timestamp.")
	case owner != "" && !inContainer && named(owner):
		return refuse(0, "WORKDIR for the user %q in a stage from scratch", printable(owner)).because("the engine looks users up in an image, and there is none").instead("Write USER by number, e.g. USER 65532.")
	}
	return unsupportedOwner(mkdir.Owner)
}

func unsupportedOwner(owner *pb.ChownOpt) *refusal {
	if owner == nil {
		return nil
	}
	for _, side := range []*pb.UserOpt{owner.User, owner.Group} {
		named, isNamed := side.GetUser().(*pb.UserOpt_ByName)
		isGroupOnly := side == owner.User && owner.Group != nil
		if isNamed && strings.TrimSpace(named.ByName.GetName()) == "" && !isGroupOnly {
			return refuse(0, "an owner without a name").instead("Write --chown=user:group, by name or number.")
		}
	}
	return nil
}

func ownerOf(owner *pb.ChownOpt) string {
	if owner == nil {
		return ""
	}
	one := func(side *pb.UserOpt) string {
		switch kind := side.GetUser().(type) {
		case *pb.UserOpt_ByID:
			return strconv.FormatUint(uint64(kind.ByID), 10)
		case *pb.UserOpt_ByName:
			return strings.TrimSpace(kind.ByName.GetName())
		}
		return ""
	}
	user, group := one(owner.User), one(owner.Group)
	if group == "" {
		return user
	}
	return user + ":" + group
}

// named reports whether a user or group is to be looked up.
func named(owner string) bool {
	for _, part := range strings.SplitN(owner, ":", 2) {
		if _, err := strconv.ParseUint(part, 10, 32); part != "" && err != nil {
			return true
		}
	}
	return false
}

// unsupportedExec names what a step uses and the engine does not support (llbtodagger/exec.go), and what it would do that no build may do.
func unsupportedExec(exec *pb.ExecOp) []*refusal {
	var found []*refusal
	switch {
	case exec.Network == pb.NetMode_HOST:
		found = append(found, refuse(0, "RUN --network=host").because("the step could reach what listens on the build machine's loopback interface").instead("Remove the flag: a step reaches other machines without it."))
	case exec.Network != pb.NetMode_UNSET && exec.Network != pb.NetMode_NONE:
		found = append(found, refuse(0, "a network of a kind that the engine does not support").instead("Write --network=none, or omit it."))
	}
	if exec.Security != pb.SecurityMode_SANDBOX {
		found = append(found, refuse(0, "RUN --security=insecure").instead("Remove it: a build step needs no privileges on the build machine."))
	}
	if meta := exec.Meta; meta == nil || meta.Hostname != "" || len(meta.ExtraHosts) > 0 || len(meta.Ulimit) > 0 || meta.CgroupParent != "" || len(meta.ValidExitCodes) > 0 {
		found = append(found, refuse(0, "a step with limits or host names, which the engine does not set").instead("Remove them."))
	}
	for _, mount := range exec.Mounts {
		if fault := unsupportedMount(mount); fault != nil {
			found = append(found, fault)
		}
	}
	return found
}

func unsupportedMount(mount *pb.Mount) *refusal {
	switch {
	case mount.ResultID != "" || mount.ContentCache != pb.MountContentCache_DEFAULT:
		return refuse(0, "a mount with an identity or a cache of its content").instead("Remove that option.")
	case mount.MountType == pb.MountType_SSH && mount.SSHOpt != nil && mount.SSHOpt.Mode != 0 && mount.SSHOpt.Mode != 0o600:
		return refuse(0, "an ssh agent with the mode %04o", mount.SSHOpt.Mode).because("the engine mounts it with 0600").instead("Omit mode, and set uid if the step runs as another user.")
	case mount.MountType == pb.MountType_SECRET && !path.IsAbs(mount.Dest):
		return refuse(0, "a secret mounted at the relative path %q", printable(mount.Dest)).because("the engine resolves it from a different directory than BuildKit").instead("Write the absolute path, e.g. target=/run/secrets/token.")
	case !isPlainTarget(mount):
		return refuse(0, "a mount at %q", printable(mount.Dest)).because("the engine uses paths as written, and would leave this one mounted for the steps after it").instead("Write the path without //, . and .., e.g. target=" + path.Clean("/"+printable(mount.Dest)) + ".")
	case mount.MountType == pb.MountType_CACHE && (mount.CacheOpt == nil || mount.CacheOpt.ID == ""):
		return refuse(0, "a cache mount without an id").instead("Write id=NAME.")
	case mount.MountType == pb.MountType_BIND, mount.MountType == pb.MountType_CACHE, mount.MountType == pb.MountType_TMPFS, mount.MountType == pb.MountType_SECRET, mount.MountType == pb.MountType_SSH:
		return nil
	}
	return refuse(0, "a mount of a type that the engine does not support").instead("Use bind, cache, tmpfs, secret or ssh.")
}

// isPlainTarget reports whether the engine finds a mount again by its path: it compares the path of a secret as written, and that of any other mount after path.Clean, but keeping a trailing slash.
func isPlainTarget(mount *pb.Mount) bool {
	clean := path.Clean(mount.Dest)
	if mount.MountType == pb.MountType_SECRET || mount.MountType == pb.MountType_SSH {
		return mount.Dest == clean && clean != "/"
	}
	return mount.Dest == clean || mount.Dest == clean+"/" && clean != "/"
}
