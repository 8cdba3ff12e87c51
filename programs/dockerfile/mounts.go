package main

import (
	"path"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/instructions"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/shell"
)

// mountsOf returns the mounts of a RUN as BuildKit sees them once its variables are known.
func (f *dockerfile) mountsOf(index int, environment []string) ([]*instructions.Mount, error) {
	parsed, err := instructions.ParseInstruction(f.parsed.AST.Children[index])
	if err != nil {
		return nil, err
	}
	run, isRun := parsed.(*instructions.RunCommand)
	if !isRun {
		return nil, disagree("line %d has no RUN", f.layout.instructions[index].first)
	}
	lex, variables := shell.NewLex(f.parsed.EscapeToken), shell.EnvsFromSlice(environment)
	err = run.Expand(func(word string) (string, error) {
		expanded, _, err := lex.ProcessWord(word, variables)
		return expanded, err
	})
	if err != nil {
		return nil, err
	}
	return instructions.GetMounts(run), nil
}

// cachesOf returns the cache mounts of a RUN, each with its number among the mounts. Without an id of its own a cache is named after its target.
func (f *dockerfile) cachesOf(index int, environment []string) ([]cacheMount, error) {
	mounts, err := f.mountsOf(index, environment)
	if err != nil {
		return nil, err
	}
	var found []cacheMount
	for number, mount := range mounts {
		if mount.Type != instructions.MountTypeCache {
			continue
		}
		id := mount.CacheID
		if id == "" {
			id = path.Clean(mount.Target)
		}
		found = append(found, cacheMount{ID: id, Line: f.layout.instructions[index].first, instruction: index, mount: number})
	}
	return found, nil
}
