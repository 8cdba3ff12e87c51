package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/shell"
	"github.com/distribution/reference"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// choice decides which stages are built, and on what.
type choice struct {
	BuildArgs map[string]string `json:"buildArgs"`
	Target    string            `json:"target"`
}

// node is a stage, or an image that a COPY or a mount names without a stage of its own. BuildKit keeps both in one list, and `COPY --from=3` counts in that list.
type node struct {
	stage    int
	name     string
	base     *node
	image    string
	platform ocispecs.Platform
	needs    []*node
	use      *use
}

// use is a place that names an image from outside.
type use struct {
	kind        string
	instruction int
	// mount is the number of the mount among those of the instruction.
	mount int
	stage int
	// written has build arguments filled in; reference is the complete name, which BuildKit requests from the registry.
	written, reference string
	platform           string
	word               word
	shipped, reached   bool
}

// graph says which stages need which others, for one platform.
type graph struct {
	file    *dockerfile
	nodes   []*node
	byName  map[string]*node
	target  *node
	uses    []*use
	reached map[int]bool
	shipped map[int]bool
}

// buildGraph follows BuildKit's way from a Dockerfile to its stages (dockerfile2llb.toDispatchState). The result is compared with the images that the conversion itself requests.
func buildGraph(file *dockerfile, platform ocispecs.Platform, chosen choice) (*graph, error) {
	g := &graph{file: file, byName: map[string]*node{}, reached: map[int]bool{}, shipped: map[int]bool{}}
	variables, err := globalVariables(file, platform, chosen)
	if err != nil {
		return nil, err
	}
	if err := g.addStages(variables, platform); err != nil {
		return nil, err
	}
	g.target = g.nodes[len(g.nodes)-1]
	if chosen.Target != "" {
		found, ok := g.byName[lower(chosen.Target)]
		if !ok {
			return nil, refuse(0, "the Dockerfile has no stage %q; it has %s", chosen.Target, g.stageNames()).instead("Correct build.target in the policy, or remove it to build the last stage.")
		}
		g.target = found
	}
	if err := g.addCommands(platform); err != nil {
		return nil, err
	}
	g.reach(g.target)
	for at := g.target; at != nil; at = at.base {
		if at.stage >= 0 {
			g.shipped[at.stage] = true
		}
		if at.use != nil {
			at.use.shipped = true
		}
	}
	return g, nil
}

func (g *graph) stageNames() string {
	names := make([]string, 0, len(g.file.stages))
	for index := range g.file.stages {
		if index == 20 {
			names = append(names, "and more")
			break
		}
		names = append(names, g.file.nameOf(index))
	}
	return strings.Join(names, ", ")
}

// globalVariables returns the variables that FROM can use: the platform's own, and the ARGs above the first FROM, each expanded by those before it.
func globalVariables(file *dockerfile, platform ocispecs.Platform, chosen choice) (map[string]string, error) {
	variables := map[string]string{}
	// The engine builds on the platform that it builds for, so both have the same values.
	for _, side := range []string{"BUILD", "TARGET"} {
		variables[side+"PLATFORM"] = platforms.Format(platform)
		variables[side+"OS"] = platform.OS
		variables[side+"ARCH"] = platform.Architecture
		variables[side+"VARIANT"] = platform.Variant
	}
	for name := range variables {
		if value, given := chosen.BuildArgs[name]; given {
			variables[name] = value
		}
	}
	lex := shell.NewLex(file.parsed.EscapeToken)
	for _, command := range file.metaArgs {
		for _, argument := range command.Args {
			value, given := chosen.BuildArgs[argument.Key]
			if !given && argument.Value != nil {
				expanded, err := lex.ProcessWordWithMatches(*argument.Value, known(variables))
				if err != nil {
					return nil, parser.WithLocation(err, command.Location())
				}
				value = expanded.Result
			}
			variables[argument.Key] = value
		}
	}
	return variables, nil
}

// known gives variables to BuildKit's shell.
type known map[string]string

func (k known) Get(name string) (string, bool) {
	value, found := k[name]
	return value, found
}

func (k known) Keys() []string {
	names := make([]string, 0, len(k))
	for name := range k {
		names = append(names, name)
	}
	return names
}

func (g *graph) addStages(variables map[string]string, platform ocispecs.Platform) error {
	lex := shell.NewLex(g.file.parsed.EscapeToken)
	index := -1
	for at, where := range g.file.places {
		if where.command != nil || where.stage < 0 {
			continue
		}
		index = where.stage
		stage := g.file.stages[index]
		expanded, err := lex.ProcessWordWithMatches(stage.BaseName, known(variables))
		if err != nil {
			return parser.WithLocation(err, stage.Location)
		}
		if expanded.Result == "" {
			return refuse(g.file.layout.instructions[at].first, "base name (%s) should not be blank", printable(stage.BaseName)).instead("Give the build argument a default before the first FROM, or set build.args in the policy.")
		}
		one := &node{stage: index, name: stage.Name, platform: platform}
		if stage.Platform != "" {
			if one.platform, err = stagePlatform(lex, stage, variables); err != nil {
				return err
			}
		}
		if err := g.place(one, expanded.Result, at); err != nil {
			return err
		}
	}
	return nil
}

func stagePlatform(lex *shell.Lex, stage instructions.Stage, variables map[string]string) (ocispecs.Platform, error) {
	expanded, err := lex.ProcessWordWithMatches(stage.Platform, known(variables))
	if err == nil && expanded.Result == "" {
		err = fmt.Errorf("empty platform value from expression %s", stage.Platform)
	}
	if err != nil {
		return ocispecs.Platform{}, parser.WithLocation(err, stage.Location)
	}
	parsed, err := platforms.Parse(expanded.Result)
	if err != nil {
		return ocispecs.Platform{}, parser.WithLocation(err, stage.Location)
	}
	return parsed, nil
}

// place puts a stage into the list: on an earlier stage of exactly that name, on nothing, or on an image.
func (g *graph) place(one *node, base string, instruction int) error {
	g.nodes = append(g.nodes, one)
	if earlier, found := g.byName[base]; found {
		one.base = earlier
		one.platform = earlier.platform
	} else {
		at, err := baseWord(g.file.layout.instructions[instruction].text, g.file.parsed.AST.Children[instruction].Flags, g.file.stages[one.stage].BaseName)
		if err != nil {
			return err
		}
		if err := g.fromImage(one, base, &use{kind: "from", instruction: instruction, stage: one.stage, word: at}); err != nil {
			return err
		}
	}
	if one.name != "" {
		g.byName[one.name] = one
	}
	return nil
}

// fromImage lets a node start from an image. The empty one is not an image.
func (g *graph) fromImage(one *node, written string, at *use) error {
	at.written, at.reference = written, written
	if written != "scratch" {
		named, err := reference.ParseNormalizedNamed(written)
		if err != nil {
			return refuse(g.file.layout.instructions[at.instruction].first, "%q is not an image reference: %s", printable(written), printable(err.Error())).instead(remedyForBase(g.file.stages[max(0, at.stage)].BaseName))
		}
		if digested, isDigested := named.(reference.Digested); isDigested && digested.Digest().Algorithm() != digest.SHA256 {
			return refuse(g.file.layout.instructions[at.instruction].first, "an image by a digest of %s", digested.Digest().Algorithm()).instead("Reference it by its SHA-256 digest.")
		}
		at.reference = reference.TagNameOnly(named).String()
	}
	at.platform = platforms.Format(one.platform)
	one.image, one.use = at.reference, at
	g.uses = append(g.uses, at)
	return nil
}

func remedyForBase(written string) string {
	remedy := "Write registry/repository:tag in lower case, or the name of an earlier stage."
	if strings.Contains(written, "$") {
		remedy += " An ARG without a value is empty here, not unset: give it a default, write ${NAME:-default}, or set build.args in the policy."
	}
	return remedy
}

func (g *graph) reach(from *node) {
	waiting := []*node{from}
	seen := map[*node]bool{from: true}
	for len(waiting) > 0 {
		at := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if at.stage >= 0 {
			g.reached[at.stage] = true
		}
		if at.use != nil {
			at.use.reached = true
		}
		for _, next := range append([]*node{at.base}, at.needs...) {
			if next != nil && !seen[next] {
				seen[next] = true
				waiting = append(waiting, next)
			}
		}
	}
}

// images lists the reached places that name an image, in the order of the text; the empty image only where a stage starts from it.
func (g *graph) images() []*use {
	var found []*use
	for _, one := range g.uses {
		if one.reached && (one.reference != "scratch" || one.kind == "from") {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(one, other *use) int {
		return cmp.Or(cmp.Compare(one.instruction, other.instruction), cmp.Compare(one.mount, other.mount))
	})
	return found
}
