package main

import (
	"strconv"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// addCommands records what the commands of each stage copy and mount from.
func (g *graph) addCommands(platform ocispecs.Platform) error {
	stages := g.nodes
	for index, where := range g.file.places {
		var err error
		switch command := where.command.(type) {
		case *instructions.CopyCommand:
			err = g.addCopy(stages[where.stage], command, index, platform)
		case *instructions.RunCommand:
			err = g.addMounts(stages[where.stage], command, index, platform)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *graph) addCopy(stage *node, command *instructions.CopyCommand, index int, platform ocispecs.Platform) error {
	if command.From == "" {
		return nil
	}
	if number, err := strconv.Atoi(command.From); err == nil {
		if number < 0 || number >= len(g.nodes) {
			return refuse(g.file.layout.instructions[index].first, "invalid stage index %d", number).instead("Write the name of the stage.")
		}
		stage.needs = append(stage.needs, g.nodes[number])
		return nil
	}
	if found, ok := g.byName[lower(command.From)]; ok {
		stage.needs = append(stage.needs, found)
		return nil
	}
	flags, _, err := flagsOf(g.file.layout.instructions[index].text, g.file.parsed.AST.Children[index].Flags)
	if err != nil {
		return err
	}
	at := &use{kind: "copy", instruction: index, stage: stage.stage}
	for _, flag := range flags {
		if flag.value == "--from="+command.From {
			at.word = flag
		}
	}
	return g.unnamed(stage, command.From, at, platform)
}

func (g *graph) addMounts(stage *node, command *instructions.RunCommand, index int, platform ocispecs.Platform) error {
	mounts := instructions.GetMounts(command)
	if len(mounts) == 0 {
		return nil
	}
	words, err := mountWords(g.file, index)
	if err != nil {
		return err
	}
	if len(words) != len(mounts) {
		return disagree("BuildKit finds %d mounts and the layout %d", len(mounts), len(words))
	}
	for number, mount := range mounts {
		// BuildKit gives a mount without `from` the empty image, whatever its type, and counts that one in its list.
		from := mount.From
		if from == "" {
			from = "scratch"
		}
		if found, ok := g.byName[lower(from)]; ok {
			stage.needs = append(stage.needs, found)
			continue
		}
		at := &use{kind: "mount", instruction: index, mount: number, stage: stage.stage, word: words[number]}
		if err := g.unnamed(stage, from, at, platform); err != nil {
			return err
		}
	}
	return nil
}

// mountWords returns the places of an instruction's --mount flags.
func mountWords(file *dockerfile, index int) ([]word, error) {
	flags, _, err := flagsOf(file.layout.instructions[index].text, file.parsed.AST.Children[index].Flags)
	if err != nil {
		return nil, err
	}
	var mounts []word
	for _, flag := range flags {
		if strings.HasPrefix(flag.value, "--mount=") {
			mounts = append(mounts, flag)
		}
	}
	return mounts, nil
}

// unnamed adds an image that has no stage.
func (g *graph) unnamed(stage *node, written string, at *use, platform ocispecs.Platform) error {
	one := &node{stage: -1, platform: platform}
	g.nodes = append(g.nodes, one)
	stage.needs = append(stage.needs, one)
	return g.fromImage(one, written, at)
}
