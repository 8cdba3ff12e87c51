package main

import (
	"bytes"
	"fmt"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// dockerfile is a Dockerfile as BuildKit reads it, with the positions of its parts.
type dockerfile struct {
	text     []byte
	layout   layout
	parsed   *parser.Result
	stages   []instructions.Stage
	metaArgs []instructions.ArgCommand
	// places holds, for each instruction, the stage that it belongs to, -1 above the first FROM, and its command; nil for FROM and for ARG above the first.
	places []place
}

type place struct {
	stage   int
	command instructions.Command
}

// readDockerfile reads a Dockerfile. If BuildKit cannot read it, BuildKit's error is returned.
func readDockerfile(text []byte) (*dockerfile, error) {
	// BuildKit skips a byte order mark; here it would shift every position.
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return nil, disagree("the Dockerfile still has its byte order mark")
	}
	if err := checkSyntax(text); err != nil {
		return nil, err
	}
	found, parsed, err := readLayout(text)
	if err != nil {
		return nil, err
	}
	names := 0
	for index, node := range parsed.AST.Children {
		switch lower(node.Value) {
		case "arg":
			names += len(argumentsOf(node))
		case "env", "label":
			// BuildKit keeps the name, the value and what is between them.
			names += len(argumentsOf(node)) / 3
		}
		if names > mostNames {
			return nil, refuse(found.instructions[index].first, "a Dockerfile with more than %d variables and labels", mostNames).because("BuildKit goes through all of them for each instruction").instead("Put them into a file in the source.")
		}
	}
	stages, metaArgs, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, err
	}
	if len(stages) == 0 {
		return nil, refuse(1, "no FROM").because("a Dockerfile starts with one").instead("Write at least FROM and the image that the application needs.")
	}
	file := &dockerfile{text: text, layout: found, parsed: parsed, stages: stages, metaArgs: metaArgs}
	return file, file.place()
}

// place matches the instructions with their parsed commands, which BuildKit returns stage by stage.
func (f *dockerfile) place() error {
	stage, command := -1, 0
	for _, node := range f.parsed.AST.Children {
		switch {
		case lower(node.Value) == "from":
			stage, command = stage+1, 0
			f.places = append(f.places, place{stage: stage})
		case stage < 0:
			f.places = append(f.places, place{stage: -1})
		case command < len(f.stages[stage].Commands):
			f.places = append(f.places, place{stage: stage, command: f.stages[stage].Commands[command]})
			command++
		default:
			return disagree("BuildKit finds fewer commands in a stage than the layout")
		}
	}
	if stage != len(f.stages)-1 {
		return disagree("BuildKit finds %d stages and the layout %d", len(f.stages), stage+1)
	}
	return nil
}

// nameOf is the name of a stage in messages: its own, or its number.
func (f *dockerfile) nameOf(stage int) string {
	if stage >= 0 && stage < len(f.stages) && f.stages[stage].Name != "" {
		return f.stages[stage].Name
	}
	return fmt.Sprint(stage)
}

// instructionAt returns the number of the instruction that begins on a line.
func (f *dockerfile) instructionAt(line int) (int, bool) {
	low, high := 0, len(f.layout.instructions)
	for low < high {
		middle := (low + high) / 2
		if f.layout.instructions[middle].first < line {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(f.layout.instructions) && f.layout.instructions[low].first == line
}

func argumentsOf(node *parser.Node) []string {
	var words []string
	for argument := node.Next; argument != nil; argument = argument.Next {
		words = append(words, argument.Value)
	}
	return words
}
