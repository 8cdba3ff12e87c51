package main

import (
	"path"
	"slices"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// doAgain gives a step the mount by which the engine does not know it, and refuses a step that cannot have it: it would be taken from the cache, and then proves nothing.
func (e *examiner) doAgain(exec *pb.ExecOp, lines []int) {
	if e.given.again == "" {
		return
	}
	const why = "it would come from the engine's cache, and a second build of it proves nothing"
	for _, mount := range exec.Mounts {
		if path.Clean(mount.Dest) == sharedMemory {
			e.refuse(lines[0], refuse(0, "a mount at %s", sharedMemory).because(why).instead("Mount something else, or set build.reproducible to normalize."))
			return
		}
	}
	for _, line := range lines {
		index, isOwn := e.instruction(line)
		if !isOwn {
			e.refuse(line, refuse(0, "a step").because(why).instead("Move the step into the stage itself, or set build.reproducible to normalize."))
			return
		}
		if !slices.Contains(e.found.inserted[index], e.given.again) {
			e.found.inserted[index] = append(e.found.inserted[index], e.given.again)
		}
	}
}

// agents refuses an ssh agent that is not given, and one for a step that the author of this file did not write: whoever has an agent acts for its owner.
func (e *examiner) agents(exec *pb.ExecOp, line int) {
	for _, mount := range exec.Mounts {
		if mount.MountType != pb.MountType_SSH {
			continue
		}
		if _, isOwn := e.instruction(line); !isOwn {
			e.refuse(line, refuse(0, "a mount of type ssh").because("an agent is only for steps of this file").instead("Write the step into the stage itself, or start from a base without ONBUILD."))
		} else if !e.given.agent {
			e.refuse(line, refuse(0, "a mount of type ssh").because("no agent is given").instead("Give one with --ssh env:SSH_AUTH_SOCK; or fetch by HTTPS with a token: RUN --mount=type=secret,id=token ..., and --build-secret token=env:NAME."))
		}
	}
}
