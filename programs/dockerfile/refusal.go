package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// refusal is why a Dockerfile is not built, reported before anything is built.
type refusal struct {
	// Line counts from 1; 0 if no line can be named.
	Line   int    `json:"line"`
	Found  string `json:"found"`
	Remedy string `json:"remedy"`
}

func (r *refusal) Error() string { return fmt.Sprintf("line %d: %s", r.Line, r.Found) }

func refuse(line int, format string, arguments ...any) *refusal {
	return &refusal{Line: line, Found: fmt.Sprintf(format, arguments...), Remedy: "Correct the instruction."}
}

func (r *refusal) because(reason string) *refusal {
	r.Found += ": " + reason
	return r
}

func (r *refusal) instead(remedy string) *refusal {
	r.Remedy = remedy
	return r
}

// disagreement is a place where this program reads a Dockerfile differently from BuildKit. It is a bug of this program, and nothing is built then.
type disagreement struct{ what string }

func (d *disagreement) Error() string { return d.what }

func disagree(format string, arguments ...any) error {
	return &disagreement{what: fmt.Sprintf(format, arguments...)}
}

// refusalOf turns BuildKit's error into a refusal, with the line that BuildKit names.
func refusalOf(err error) (*refusal, bool) {
	var own *disagreement
	if errors.As(err, &own) {
		return nil, false
	}
	var known *refusal
	if errors.As(err, &known) {
		return known, true
	}
	line := 0
	var located *parser.ErrorLocation
	if errors.As(err, &located) {
		for _, ranges := range located.Locations {
			for _, one := range ranges {
				if line == 0 || one.Start.Line < line {
					line = one.Start.Line
				}
			}
		}
	}
	found := printable(firstLine(err.Error()))
	return refuse(line, "%s", found).instead(remedyFor(found)), true
}

// remedies say what to do where BuildKit's own error does not. Each was built on the engine by test/engine/dockerfile-reading.test.ts.
var remedies = []struct{ words, remedy string }{
	{"unknown flag: security", "Remove it: a build step needs no privileges on the build machine."},
	{"invalid chmod parameter", "Write the mode in octal, e.g. --chmod=755, or set it with chmod in a RUN step."},
	{"doesn't support variable expansion", "Name the image in a separate stage (FROM image AS name), and write from=name."},
	{"circular dependency", "Use only stages above the current one."},
	{"target stage", "Correct build.target in the policy, or remove it to build the last stage."},
	{"should not be blank", "Give the build argument a default before the first FROM, or set build.args in the policy."},
	{"greater than max allowed size", "Break the line with the escape character, or put the text into a file in the source and COPY that."},
	{"unterminated heredoc", "Write the word that ends it on its own line; if it is not a here-document but part of a command, quote the whole word."},
	{"file with no instructions", "Write at least FROM and the image that the application needs."},
	{"no build stage in current context", "Start with FROM: only ARG, comments and directives may come before it."},
}

func remedyFor(found string) string {
	for _, known := range remedies {
		if strings.Contains(found, known.words) {
			return known.remedy
		}
	}
	return "Correct the instruction: this is the message of BuildKit, which reads it for the build."
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// printable removes what a terminal would interpret, and limits the length.
func printable(text string) string {
	const most = 400
	var clean strings.Builder
	for _, character := range text {
		if clean.Len() > most {
			clean.WriteString("...")
			break
		}
		if character < ' ' || character >= 0x7f && character < 0xa0 {
			character = ' '
		}
		clean.WriteRune(character)
	}
	return clean.String()
}
