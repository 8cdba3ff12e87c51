package main

import (
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// knownFrontends are the images that `# syntax=` may name: the engine reads the file itself then, as BuildKit's own frontend would (core.isKnownDockerfileSyntaxFrontend).
var knownFrontends = []string{"docker/dockerfile", "docker/dockerfile-upstream", "moby/dockerfile", "moby/dockerfile-upstream"}

// checkSyntax refuses a frontend that the engine does not have. BuildKit accepts the directive in more forms than the parser does: after `//`, in JSON, below `#!`.
func checkSyntax(text []byte) error {
	frontend, _, ranges, found := parser.DetectSyntax(text)
	if !found {
		return nil
	}
	name := strings.ToLower(strings.TrimSpace(frontend))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "index."), "docker.io/")
	for _, known := range knownFrontends {
		if name == known || strings.HasPrefix(name, known+":") || strings.HasPrefix(name, known+"@") {
			return nil
		}
	}
	line := 1
	if len(ranges) > 0 && ranges[0].Start.Line > 0 {
		line = ranges[0].Start.Line
	}
	return refuse(line, "# syntax=%s asks for a frontend that the engine does not run", printable(frontend)).instead("Write # syntax=docker/dockerfile:1, or remove the line.")
}

func lower(text string) string { return strings.ToLower(text) }
