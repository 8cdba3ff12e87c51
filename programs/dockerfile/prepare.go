package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
	"github.com/distribution/reference"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// base is what to build on where the Dockerfile names an image.
type base struct {
	Reference string `json:"reference"`
	Platform  string `json:"platform"`
	// BuildOn replaces the reference in the text; empty if the reference stays.
	BuildOn string `json:"buildOn"`
	// Archive is the path of an image archive with the configuration of that image; empty if only files are copied from it.
	Archive string `json:"archive"`
}

// prepared is a Dockerfile for one platform, ready to be built.
type prepared struct {
	Platform string `json:"platform"`
	// Text is the Dockerfile with its references pinned, its caches in their scope, and secrets hidden from later steps.
	Text string `json:"text"`
	// Withheld is true if the text mounts the secret that hides others.
	Withheld bool `json:"withheld"`
}

// preparation makes the Dockerfile of one platform.
type preparation struct {
	file     *dockerfile
	request  request
	platform platformSpec
	graph    *graph
	bases    map[imageName]base
	// written and pinned hold the configurations of the bases, by their names in the Dockerfile and in the rewritten one.
	written, pinned configurations
}

func newPreparation(file *dockerfile, asked request, platform platformSpec) (*preparation, error) {
	graph, err := buildGraph(file, platform.spec, asked.choice)
	if err != nil {
		return nil, err
	}
	p := &preparation{file: file, request: asked, platform: platform, graph: graph, bases: map[imageName]base{}, written: configurations{}, pinned: configurations{}}
	return p, p.readBases()
}

func (p *preparation) prepare() (prepared, []*refusal, error) {
	done, err := convertOrLocate(p.file, p.platform.spec, p.request.choice, p.written)
	if err != nil {
		return prepared{}, nil, err
	}
	found, err := examineSource(p.file, done, p.request.given(), p.trigger())
	if err != nil || len(found.refusals) > 0 {
		return prepared{}, found.refusals, err
	}
	if faults := p.unscoped(found); len(faults) > 0 {
		return prepared{}, faults, nil
	}
	text, err := p.rewrite(found)
	if err != nil {
		return prepared{}, nil, err
	}
	return prepared{Platform: p.platform.name, Text: string(text), Withheld: found.withheld}, nil, nil
}

// readBases reads the configurations of what is built on, and names them as the rewritten Dockerfile will.
func (p *preparation) readBases() error {
	for _, one := range p.request.Bases {
		name := imageName{reference: one.Reference, platform: one.Platform}
		p.bases[name] = one
		configuration, err := one.configuration()
		if err != nil {
			return disagree("failed to read the configuration of %s: %s", one.Reference, err)
		}
		p.written[name] = configuration
		if one.BuildOn == "" {
			p.pinned[name] = configuration
			continue
		}
		named, err := reference.ParseNormalizedNamed(one.BuildOn)
		if err != nil {
			return disagree("%q is not an image reference: %s", one.BuildOn, err)
		}
		p.pinned[imageName{reference: reference.TagNameOnly(named).String(), platform: one.Platform}] = configuration
	}
	for _, one := range p.graph.images() {
		if _, found := p.bases[imageName{reference: one.reference, platform: one.platform}]; !found && one.reference != "scratch" {
			return disagree("the request has no base for %s on %s", one.reference, one.platform)
		}
	}
	return nil
}

func (b base) configuration() ([]byte, error) {
	if b.Archive != "" {
		return readConfiguration(b.Archive)
	}
	platform, err := platforms.Parse(b.Platform)
	return plainConfiguration(platform), err
}

// trigger is the line of the first reached FROM whose base adds its own steps, from outside or from a stage of this file.
func (p *preparation) trigger() int {
	for index, where := range p.file.places {
		if where.command != nil || where.stage < 0 || !p.graph.reached[where.stage] {
			continue
		}
		if p.triggers(p.graph.nodes[where.stage]) {
			return p.file.layout.instructions[index].first
		}
	}
	return 0
}

func (p *preparation) triggers(stage *node) bool {
	if stage.base != nil && stage.base.stage >= 0 {
		return slices.ContainsFunc(p.file.stages[stage.base.stage].Commands, func(command instructions.Command) bool {
			_, isTrigger := command.(*instructions.OnbuildCommand)
			return isTrigger
		}) || p.triggers(stage.base)
	}
	if stage.use == nil {
		return false
	}
	image := dockerspec.DockerOCIImage{}
	return json.Unmarshal(p.written[imageName{reference: stage.use.reference, platform: stage.use.platform}], &image) == nil && len(image.Config.OnBuild) > 0
}

// unscoped refuses cache mounts that cannot be put into a scope, because they are not in this file.
func (p *preparation) unscoped(found *examined) []*refusal {
	for _, cache := range found.caches {
		if cache.instruction < 0 {
			return []*refusal{refuse(cache.Line, "a cache mount in a step from ONBUILD").because("it would be shared with other people's builds").instead("Move the step into the stage itself, or start from a base without ONBUILD.")}
		}
	}
	return nil
}

func (p *preparation) rewrite(found *examined) ([]byte, error) {
	changes := &plan{intents: map[int]*intent{}}
	for _, one := range p.graph.images() {
		if buildOn := p.bases[imageName{reference: one.reference, platform: one.platform}].BuildOn; buildOn != "" {
			changes.pin(p.file, one, buildOn)
		}
	}
	for _, cache := range found.caches {
		if err := changes.scope(p.file, cache, p.request.CacheScope); err != nil {
			return nil, err
		}
	}
	for _, instruction := range slices.Sorted(maps.Keys(found.inserted)) {
		changes.insert(p.file, instruction, found.inserted[instruction])
	}
	text := changes.apply(p.file)
	if bytes.Equal(text, p.file.text) {
		return text, nil
	}
	after, err := readDockerfile(text)
	if err != nil {
		return nil, disagree("the rewritten Dockerfile cannot be read: %s", err)
	}
	if difference := changes.confirm(p.file, after); difference != "" {
		return nil, disagree("the rewritten Dockerfile has %s", difference)
	}
	return text, p.confirmBuild(after, found)
}

// confirmBuild converts the rewritten Dockerfile: it must be built on the pinned images and on no others, with every cache in the scope, the same secrets, and none of them for a later step.
func (p *preparation) confirmBuild(after *dockerfile, before *examined) error {
	done, err := convert(after.text, p.platform.spec, p.request.choice, p.pinned, nil)
	if err != nil {
		return disagree("the rewritten Dockerfile cannot be converted: %s", err)
	}
	given := p.request.given()
	given.again = ""
	found, err := examine(after, done, given, 0)
	if err != nil {
		return err
	}
	if len(found.refusals) > 0 {
		return disagree("the rewritten Dockerfile has on line %d %s", found.refusals[0].Line, found.refusals[0].Found)
	}
	if len(found.inserted) > 0 {
		return disagree("the rewritten Dockerfile shows a secret to a later step")
	}
	for _, name := range append(slices.Clone(done.asked), found.images...) {
		if _, known := p.pinned[name]; !known {
			return disagree("the rewritten Dockerfile is built on %s, which is not pinned", name.reference)
		}
	}
	for _, cache := range found.caches {
		if !strings.HasPrefix(cache.ID, p.request.CacheScope+":") {
			return disagree("the rewritten Dockerfile shares the cache %s with everybody", cache.ID)
		}
	}
	if len(found.caches) != len(before.caches) || !slices.Equal(ownSecrets(found), ownSecrets(before)) {
		return disagree("the rewritten Dockerfile mounts other caches or secrets")
	}
	return nil
}

// ownSecrets lists the secrets that a Dockerfile asks for, without those that only hide others.
func ownSecrets(found *examined) []secretMount {
	kept := slices.DeleteFunc(slices.Clone(found.secrets), func(one secretMount) bool { return one.ID == withheldID })
	slices.SortFunc(kept, func(one, other secretMount) int {
		return cmp.Or(cmp.Compare(one.Line, other.Line), cmp.Compare(one.ID, other.ID), cmp.Compare(one.Path, other.Path), cmp.Compare(one.Variable, other.Variable))
	})
	return kept
}
