package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/containerd/platforms"
	"github.com/dagger/dagger/internal/buildkit/client/llb"
	"github.com/dagger/dagger/internal/buildkit/client/llb/sourceresolver"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/linter"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerui"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// imageName is an image as BuildKit asks a registry for it.
type imageName struct{ reference, platform string }

// configurations holds the configurations of the images that a Dockerfile starts from. An image that is not in it is assumed to set nothing.
type configurations map[imageName][]byte

// conversion is what the engine would build from.
type conversion struct {
	definition *llb.Definition
	image      *dockerspec.DockerOCIImage
	// asked lists the images whose configurations were requested, each once.
	asked []imageName
}

// layerOfSomething stands for the layers of an image: an image without layers would be taken for the empty image.
const layerOfSomething = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// convert does with a Dockerfile what the engine will do with it, by the same code, called as the engine calls it (core.Container.Build), before any part of it can harm the engine.
func convert(text []byte, platform ocispecs.Platform, chosen choice, known configurations, warn linter.LintWarnFunc) (done *conversion, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = &panicked{reason: fmt.Sprint(reason)}
		}
	}()
	resolver := &resolver{known: known, calls: map[imageName]bool{}}
	context, source := context.Background(), llb.Local("context")
	state, image, _, _, err := dockerfile2llb.Dockerfile2LLB(context, text, dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildArgs: chosen.BuildArgs, Target: chosen.Target},
		MainContext:    &source,
		TargetPlatform: &platform,
		MetaResolver:   resolver,
		SourceMap:      llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text),
		Warn:           warn,
	})
	if err != nil {
		return nil, err
	}
	definition, err := state.Marshal(context, llb.Platform(platform))
	if err != nil {
		return nil, err
	}
	return &conversion{definition: definition, image: image, asked: resolver.asked()}, nil
}

// panicked is a panic in BuildKit, which would end the engine's process, and with it every run on it.
type panicked struct{ reason string }

func (p *panicked) Error() string { return "the engine would end: " + p.reason }

// resolver answers in place of the registries. Several goroutines use it.
type resolver struct {
	known configurations
	lock  sync.Mutex
	calls map[imageName]bool
}

func (r *resolver) ResolveImageConfig(_ context.Context, reference string, options sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	name := imageName{reference: reference, platform: platforms.Format(*options.Platform)}
	r.lock.Lock()
	r.calls[name] = true
	r.lock.Unlock()
	configuration, found := r.known[name]
	if !found {
		return reference, "", plainConfiguration(*options.Platform), nil
	}
	return reference, "", configuration, nil
}

func (r *resolver) asked() []imageName {
	return slices.SortedFunc(maps.Keys(r.calls), func(one, other imageName) int {
		return cmp.Or(cmp.Compare(one.reference, other.reference), cmp.Compare(one.platform, other.platform))
	})
}

func plainConfiguration(platform ocispecs.Platform) []byte {
	image := dockerspec.DockerOCIImage{Image: ocispecs.Image{Platform: platform, RootFS: ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{layerOfSomething}}}}
	text, err := json.Marshal(image)
	if err != nil {
		panic(err)
	}
	return text
}

// convertOrLocate converts, and names the instruction that makes BuildKit panic.
func convertOrLocate(file *dockerfile, platform ocispecs.Platform, chosen choice, known configurations) (*conversion, error) {
	done, err := convert(file.text, platform, chosen, known, nil)
	ended, isPanic := err.(*panicked)
	if !isPanic {
		return done, err
	}
	at := locatePanic(file, platform, chosen, known)
	return nil, refuse(file.layout.instructions[at].first, "%s ends the engine", strings.ToUpper(file.parsed.AST.Children[at].Value)).because(printable(ended.reason)).instead(remedyForPanic(file, at))
}

func remedyForPanic(file *dockerfile, at int) string {
	if file.places[at].command == nil {
		return "Start from a different base: this one adds its own steps (ONBUILD)."
	}
	for _, flag := range file.parsed.AST.Children[at].Flags {
		if strings.HasPrefix(flag, "--mount=") {
			return "Mount without rw and readwrite (a bind mount is read-only by default), and copy what the step must change."
		}
	}
	return "Rewrite the instruction."
}

// locatePanic finds the instruction that makes BuildKit panic: the first stage that panics when built by itself, and in it the last instruction of the shortest beginning that panics.
func locatePanic(file *dockerfile, platform ocispecs.Platform, chosen choice, known configurations) int {
	panics := func(last int) bool {
		end := len(file.text)
		if last+1 < len(file.layout.instructions) {
			end = file.layout.instructions[last+1].offsets[0]
		}
		_, err := convert(file.text[:end], platform, choice{BuildArgs: chosen.BuildArgs}, known, nil)
		_, isPanic := err.(*panicked)
		return isPanic
	}
	first := 0
	for last := range file.places {
		if last+1 < len(file.places) && file.places[last+1].stage == file.places[last].stage {
			continue
		}
		if panics(last) {
			return first + sort.Search(last-first, func(length int) bool { return panics(first + length) })
		}
		first = last + 1
	}
	return len(file.places) - 1
}
