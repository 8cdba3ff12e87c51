package main

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/linter"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// check is a finding of BuildKit's own build checks.
type check struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
	// About is the rule in one sentence, and URL its page; some rules have none.
	About    string `json:"about"`
	URL      string `json:"url,omitempty"`
	Line     int    `json:"line"`
	LastLine int    `json:"lastLine"`
}

// silenced is a `# check=` directive that disables checks.
type silenced struct {
	Rules []string `json:"rules"`
	Line  int      `json:"line"`
}

// runChecks collects the findings of the build checks while a Dockerfile is converted.
func runChecks(file *dockerfile, asked request, platform platformSpec, known configurations) ([]check, error) {
	var found []check
	warn := func(rule, about, url, message string, places []parser.Range) {
		one := check{Rule: rule, About: about, URL: url, Message: printable(message)}
		for _, part := range places {
			if one.Line == 0 || part.Start.Line < one.Line {
				one.Line = part.Start.Line
			}
			one.LastLine = max(one.LastLine, part.End.Line)
		}
		found = append(found, one)
	}
	text := file.text
	if !asked.ObeyChecks {
		text = withoutChecks(file)
	}
	_, err := convert(text, platform.spec, asked.choice, known, linter.LintWarnFunc(warn))
	// `# check=error=true` turns findings into errors, for docker build; here the policy decides.
	if err != nil && !strings.HasPrefix(err.Error(), "lint violation found for rules") {
		return nil, err
	}
	return found, nil
}

// mergeChecks returns the findings of all platforms, each once, in the order of the file.
func mergeChecks(found []check) []check {
	slices.SortFunc(found, func(one, other check) int {
		return cmp.Or(cmp.Compare(one.Line, other.Line), cmp.Compare(one.Rule, other.Rule), cmp.Compare(one.Message, other.Message), cmp.Compare(one.LastLine, other.LastLine))
	})
	return slices.Compact(found)
}

// withoutChecks takes the `# check=` directive out. The other directives move up, so that BuildKit still finds them, and nothing below moves.
func withoutChecks(file *dockerfile) []byte {
	if !slices.ContainsFunc(file.layout.directives, func(one directive) bool { return one.Name == "check" }) {
		return file.text
	}
	lines := bytes.SplitAfter(file.text, []byte("\n"))
	last := file.layout.directives[len(file.layout.directives)-1].Line
	var kept [][]byte
	for _, one := range file.layout.directives {
		if one.Name != "check" {
			kept = append(kept, lines[one.Line-1])
		}
	}
	for len(kept) < last {
		kept = append(kept, []byte("\n"))
	}
	return bytes.Join(append(kept, lines[last:]...), nil)
}

// silencedChecks returns the checks that the file's own directive disables; "all" means every check.
func silencedChecks(file *dockerfile) []silenced {
	for _, one := range file.layout.directives {
		if one.Name != "check" {
			continue
		}
		// BuildKit reads the directive up to its first space.
		value, _, _ := strings.Cut(one.Value, " ")
		config, err := linter.ParseLintOptions(value)
		if err != nil {
			continue
		}
		rules := config.SkipRules
		if config.SkipAll {
			rules = []string{"all"}
		}
		if len(rules) > 0 {
			return []silenced{{Rules: rules, Line: one.Line}}
		}
	}
	return []silenced{}
}
