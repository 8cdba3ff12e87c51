package main

import (
	"encoding/json"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/shell"
)

// heredocs lists the here-documents that BuildKit finds in an instruction. It gives the parser only this line, and the parser complains that the first of them does not end.
func heredocs(line string) ([]parser.Heredoc, error) {
	if !strings.Contains(line, "<<") {
		return nil, nil
	}
	keyword, rest := splitKeyword(line)
	if strings.EqualFold(keyword, "onbuild") {
		keyword, rest = splitKeyword(rest)
	}
	switch strings.ToLower(keyword) {
	case "add", "copy", "run":
	default:
		return nil, nil
	}
	if isArray(rest) {
		return nil, nil
	}
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	// BuildKit ignores this error too; the result is empty then.
	words, _ := lex.ProcessWords(line, noVariables{})
	var documents []parser.Heredoc
	for _, word := range words {
		document, err := parser.ParseHeredoc(word)
		if err != nil {
			return nil, err
		}
		if document != nil {
			documents = append(documents, *document)
		}
	}
	return documents, nil
}

// isArray reports whether the arguments behind the flags are a JSON array of strings, which has no here-documents.
func isArray(rest string) bool {
	_, arguments, err := splitFlags(rest)
	if err != nil {
		return false
	}
	var words []string
	trimmed := strings.TrimSpace(rest[arguments:])
	return strings.HasPrefix(trimmed, "[") && json.Unmarshal([]byte(trimmed), &words) == nil
}
