package main

import (
	"regexp"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
)

var plainPort = regexp.MustCompile(`^[0-9]+(/[A-Za-z0-9_]+)?$`)

func (f *dockerfile) instructions() []instruction {
	found := make([]instruction, 0, len(f.places))
	global := 0
	for index, node := range f.parsed.AST.Children {
		where, line := f.places[index], f.layout.instructions[index]
		one := instruction{
			Keyword: strings.ToUpper(node.Value), Line: line.first, LastLine: line.last, Stage: where.stage, Flags: append([]string{}, node.Flags...),
			Words: []string{}, JSON: node.Attributes["json"], Heredocs: len(node.Heredocs), Names: []string{},
		}
		for argument := node.Next; argument != nil; argument = argument.Next {
			if len(argument.Children) == 0 {
				one.Words = append(one.Words, argument.Value)
			} else {
				one.Words = append(one.Words, argument.Children[0].Original)
			}
		}
		switch {
		case one.Keyword == "EXPOSE":
			// BuildKit sorts them; here they stay in the order of the text.
			one.Names = append(one.Names, portsOf(one.Words)...)
		case where.command != nil:
			one.Names = append(one.Names, namesOf(where.command)...)
		case one.Keyword == "ARG":
			one.Names = append(one.Names, namesOf(&f.metaArgs[global])...)
			global++
		}
		found = append(found, one)
	}
	return found
}

func namesOf(command instructions.Command) []string {
	var names []string
	pairs := func(pairs instructions.KeyValuePairs) {
		for _, pair := range pairs {
			names = append(names, pair.Key)
		}
	}
	switch one := command.(type) {
	case *instructions.EnvCommand:
		pairs(one.Env)
	case *instructions.LabelCommand:
		pairs(one.Labels)
	case *instructions.ArgCommand:
		for _, argument := range one.Args {
			names = append(names, argument.Key)
		}
	}
	return names
}

// portsOf lists the ports that are written as numbers, not as a variable or a range.
func portsOf(words []string) []string {
	var ports []string
	for _, port := range words {
		if !plainPort.MatchString(port) {
			continue
		}
		if !strings.Contains(port, "/") {
			port += "/tcp"
		}
		ports = append(ports, lower(port))
	}
	return ports
}
