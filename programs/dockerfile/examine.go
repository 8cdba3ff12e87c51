package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/dagger/dagger/internal/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// examined is what the engine would do for one platform, and the part of it that is refused.
type examined struct {
	refusals []*refusal
	images   []imageName
	caches   []cacheMount
	secrets  []secretMount
	// inserted has by instruction the mounts that it gets, so that no step reads a secret of an earlier one, and withheld says that one of them asks for the empty secret.
	inserted map[int][]string
	withheld bool
	// fetched lists the addresses that ADD downloads, without credentials.
	fetched []download
}

type cacheMount struct {
	ID          string `json:"id"`
	Line        int    `json:"line"`
	instruction int
	mount       int
}

type secretMount struct {
	ID       string `json:"id"`
	Path     string `json:"path,omitempty"`
	Variable string `json:"variable,omitempty"`
	Required bool   `json:"required"`
	Line     int    `json:"line"`
}

type download struct {
	Address string `json:"address"`
	// Verified is true if a checksum, or the commit of a repository, is given with it.
	Verified bool `json:"verified"`
	Line     int  `json:"line"`
}

// examiner visits the operations from the image back to what it starts from, each once, as the engine does.
type examiner struct {
	file       *dockerfile
	operations *operations
	given      given
	found      *examined
	done       map[output]container
	// trigger is the line of the first reached FROM whose base adds its own steps: they have no line here.
	trigger int
}

func examine(file *dockerfile, done *conversion, given given, trigger int) (*examined, error) {
	found := &examined{inserted: map[int][]string{}}
	if len(done.definition.Def) > 0 {
		operations, err := readOperations(done.definition)
		if err != nil {
			return nil, err
		}
		e := &examiner{file: file, operations: operations, given: given, found: found, done: map[output]container{}, trigger: trigger}
		e.visit(operations.root, 0)
	}
	found.refusals = append(found.refusals, unsupportedImage(file, done.image)...)
	slices.SortStableFunc(found.refusals, func(one, other *refusal) int { return cmp.Compare(one.Line, other.Line) })
	slices.SortStableFunc(found.caches, func(one, other cacheMount) int { return cmp.Compare(one.Line, other.Line) })
	slices.SortStableFunc(found.secrets, func(one, other secretMount) int { return cmp.Compare(one.Line, other.Line) })
	slices.SortStableFunc(found.fetched, func(one, other download) int { return cmp.Compare(one.Line, other.Line) })
	return found, nil
}

// visit examines the operation that makes a result. One that BuildKit adds by itself gets the line of the operation that it serves.
func (e *examiner) visit(from output, line int) container {
	if known, found := e.done[from]; found {
		return known
	}
	operation := e.operations.byDigest[from.operation]
	if operation == nil || operation.Op == nil {
		return container{}
	}
	lines := e.operations.lines(from.operation)
	if len(lines) == 0 {
		lines = []int{line}
	}
	inputs := make([]container, len(operation.Inputs))
	for index := range operation.Inputs {
		if given, found := e.operations.input(operation, pb.InputIndex(index)); found {
			inputs[index] = e.visit(given, lines[0])
		}
	}
	made := e.examine(operation, inputs, from, lines)
	e.done[from] = made
	return made
}

// examine judges one operation. A refusal names the first of the lines; the others are those of equal instructions.
func (e *examiner) examine(operation *pb.Op, inputs []container, from output, lines []int) container {
	switch kind := operation.Op.(type) {
	case *pb.Op_Source:
		e.refuse(lines[0], unsupportedSource(kind.Source))
		return e.source(kind.Source, operation.Platform, lines[0])
	case *pb.Op_Exec:
		return e.exec(kind.Exec, inputs, lines)
	case *pb.Op_File:
		return e.files(kind.File, inputs, from, lines[0])
	}
	e.refuse(lines[0], refuse(0, "an operation that the engine does not support").instead("Rewrite it, and report this as a bug in Loadline."))
	return container{}
}

func (e *examiner) refuse(line int, faults ...*refusal) {
	for _, fault := range faults {
		if fault == nil {
			continue
		}
		if fault.Line == 0 {
			fault.Line = line
		}
		if _, isOwn := e.instruction(fault.Line); !isOwn && fault.Line > 0 {
			fault.Found += " (in a step from the base's ONBUILD)"
			fault.Line = e.trigger
		}
		e.found.refusals = append(e.found.refusals, fault)
	}
}

// instruction returns the number of the instruction that begins on a line and does something. A step of a base's ONBUILD counts its lines in its own text, from 1, where a Dockerfile has no step.
func (e *examiner) instruction(line int) (int, bool) {
	index, found := e.file.instructionAt(line)
	if !found {
		return 0, false
	}
	return index, e.file.places[index].command != nil
}

func (e *examiner) source(source *pb.SourceOp, platform *pb.Platform, line int) container {
	scheme, rest, _ := strings.Cut(source.Identifier, "://")
	switch scheme {
	case "docker-image":
		name := imageName{reference: rest}
		if platform != nil {
			name.platform = platforms.Format(ocispecs.Platform{OS: platform.OS, Architecture: platform.Architecture, Variant: platform.Variant})
		}
		if platform != nil && (platform.OSVersion != "" || len(platform.OSFeatures) > 0) {
			e.refuse(line, refuse(0, "a platform with a version or features of the system").instead("Write FROM --platform=os/architecture."))
		}
		e.found.images = append(e.found.images, name)
		return container{is: true}
	case "http", "https":
		e.found.fetched = append(e.found.fetched, download{Address: withoutCredentials(source.Identifier), Verified: source.Attrs[pb.AttrHTTPChecksum] != "", Line: line})
	case "git":
		_, commit, _ := strings.Cut(source.Identifier, "#")
		e.found.fetched = append(e.found.fetched, download{Address: withoutCredentials(source.Attrs[pb.AttrFullRemoteURL]), Verified: wholeCommit.MatchString(commit), Line: line})
	}
	return container{}
}

func (e *examiner) exec(exec *pb.ExecOp, inputs []container, lines []int) container {
	line := lines[0]
	e.refuse(line, unsupportedExec(exec)...)
	before := container{}
	for _, mount := range exec.Mounts {
		if mount.Dest == "/" && mount.MountType == pb.MountType_BIND && mount.Input >= 0 && int(mount.Input) < len(inputs) {
			before = inputs[mount.Input]
		}
	}
	e.doAgain(exec, lines)
	own := mountedSecrets(exec, e.given.secrets, lines)
	e.agents(exec, line)
	e.mounts(exec, line)
	e.caches(exec, lines)
	for _, secret := range before.readable(own) {
		if secret.variable == "" {
			e.refuse(0, secret.unremovable())
			e.insert(secret.givenUp(), secret, secret.lines, "and steps after it")
			continue
		}
		e.refuse(0, secret.unhidable(exec))
		e.insert(secret.withheld(), secret, lines, "and steps after it from ONBUILD")
		e.found.withheld = true
	}
	// The step that mounts a secret as a file has given it up, or was refused.
	before.secrets = slices.DeleteFunc(slices.Clone(before.secrets), func(one retained) bool { return one.variable == "" })
	return before.after(exec, own)
}

// insert records a mount that the steps on the given lines get because of a secret. A step from ONBUILD has no line in this file and can get none.
func (e *examiner) insert(mount string, secret retained, lines []int, where string) {
	for _, line := range lines {
		index, isOwn := e.instruction(line)
		if !isOwn {
			e.refuse(0, refuse(secret.lines[0], "a secret at %q, %s", printable(secret.path+secret.variable), where).because("the engine leaves the secret readable for the steps after it").instead(ownStage))
			return
		}
		if !slices.Contains(e.found.inserted[index], mount) {
			e.found.inserted[index] = append(e.found.inserted[index], mount)
		}
	}
}

// caches records the cache mounts of a step, each with its flag: types, ids and targets can come from variables, which are known here and not before.
func (e *examiner) caches(exec *pb.ExecOp, lines []int) {
	var wanted []string
	for _, mount := range exec.Mounts {
		if mount.MountType == pb.MountType_CACHE && mount.CacheOpt != nil {
			wanted = append(wanted, strings.TrimPrefix(mount.CacheOpt.ID, "/"))
		}
	}
	if len(wanted) == 0 {
		return
	}
	for _, line := range lines {
		index, isOwn := e.instruction(line)
		if !isOwn {
			e.found.caches = append(e.found.caches, cacheMount{ID: wanted[0], Line: e.trigger, instruction: -1})
			continue
		}
		found, err := e.file.cachesOf(index, exec.Meta.Env)
		for _, id := range wanted {
			if err == nil && !slices.ContainsFunc(found, func(one cacheMount) bool { return one.ID == id }) {
				err = fmt.Errorf("the cache %q of this step is in none of its mounts", id)
			}
		}
		if err != nil {
			e.refuse(line, refuse(line, "%s", printable(err.Error())).instead("Write type, id and target of each cache mount without variables."))
			continue
		}
		e.found.caches = append(e.found.caches, found...)
	}
}

func (e *examiner) mounts(exec *pb.ExecOp, line int) {
	for _, variable := range exec.Secretenv {
		e.found.secrets = append(e.found.secrets, secretMount{ID: variable.ID, Variable: variable.Name, Required: !variable.Optional, Line: line})
	}
	for _, mount := range exec.Mounts {
		if mount.MountType == pb.MountType_SECRET && mount.SecretOpt != nil {
			e.found.secrets = append(e.found.secrets, secretMount{ID: mount.SecretOpt.ID, Path: mount.Dest, Required: !mount.SecretOpt.Optional, Line: line})
		}
	}
}

// files visits the actions of one operation. Its container is the one that the action behind its result works in.
func (e *examiner) files(file *pb.FileOp, inputs []container, from output, line int) container {
	results := slices.Clone(inputs)
	made := container{}
	for _, action := range file.Actions {
		base := container{}
		if action.Input >= 0 && int(action.Input) < len(results) {
			base = results[action.Input]
		}
		e.refuse(line, unsupportedFile(action, base.is))
		results = append(results, base)
		if action.Output == from.index {
			made = base
		}
	}
	return made
}

var wholeCommit = regexp.MustCompile(`^[0-9a-f]{40}(:|$)`)

func withoutCredentials(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return address
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}
