package main

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/dagger/dagger/internal/buildkit/frontend/dockerfile/parser"
)

// logicalLine is one instruction as BuildKit joins it, with the position of each of its bytes in the file.
type logicalLine struct {
	text string
	// offsets holds the position in the file of each byte of text, and the position after the last one at the end.
	offsets []int
	// first and last are lines of the file, counted from 1; last includes the here-documents.
	first, last int
}

// comment is a line that BuildKit skips. A line inside a here-document that looks like a comment is not one.
type comment struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// directive is a line `# name=value` at the top of the file.
type directive struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Line  int    `json:"line"`
}

// layout holds the positions of everything in a Dockerfile. BuildKit's parser reports only lines, but references are replaced by bytes.
type layout struct {
	instructions []logicalLine
	comments     []comment
	directives   []directive
	escape       byte
}

// scanner reads the file by BuildKit's rules for lines. readLayout checks, instruction by instruction, that it agrees with BuildKit.
type scanner struct {
	text       []byte
	position   int
	line       int
	directives parser.DirectiveParser
	continued  *regexp.Regexp
	found      layout
}

// Limits that no hand-written Dockerfile comes near. BuildKit's own work, and the engine's, grows with the square of these numbers.
const (
	mostInstructions = 2000
	mostNames        = 2000
	// longestLine is BuildKit's own limit; its error names the line before.
	longestLine = 64 << 10
	// mostHeredocWork limits lines times bytes of a here-document: BuildKit copies all of it so far for each further line.
	mostHeredocWork = 2_000_000_000
)

// scanLayout finds the instructions, comments and directives of a Dockerfile, in time that grows with its length.
func scanLayout(text []byte) (layout, error) {
	s := &scanner{text: text, found: layout{escape: '\\'}}
	s.setEscape('\\')
	for {
		start, raw, more := s.next()
		if !more {
			return s.found, nil
		}
		if err := s.instruction(start, raw); err != nil {
			return layout{}, err
		}
		if len(s.found.instructions) > mostInstructions {
			return layout{}, refuse(s.line, "a Dockerfile of more than %d instructions", mostInstructions).because("BuildKit and the engine need minutes for it, and the longest that people write have a few hundred").instead("Split it into Dockerfiles that build on each other, or move steps into a script.")
		}
	}
}

func (s *scanner) setEscape(token byte) {
	s.found.escape = token
	quoted := regexp.QuoteMeta(string(token))
	s.continued = regexp.MustCompile(`(?:^|[^` + quoted + `])` + quoted + `[ \t]*$`)
}

// next returns a line of the file with its line end, and where it starts.
func (s *scanner) next() (int, []byte, bool) {
	if s.position >= len(s.text) {
		return 0, nil, false
	}
	start := s.position
	end := bytes.IndexByte(s.text[start:], '\n')
	if end < 0 {
		s.position = len(s.text)
	} else {
		s.position = start + end + 1
	}
	s.line++
	return start, s.text[start:s.position], true
}

// instruction reads the instruction that begins on a line, if there is one.
func (s *scanner) instruction(start int, raw []byte) error {
	if len(raw) >= longestLine {
		return refuse(s.line, "a line of %d bytes", len(raw)).because("BuildKit reads lines below 65536").instead("Break the line with the escape character, or put the text into a file in the source and COPY that.")
	}
	content, from := trimmed(raw, start, true)
	if err := s.directive(content); err != nil {
		return err
	}
	if isComment(raw) {
		s.comment(raw)
		return nil
	}
	joined := &logicalLine{first: s.line}
	text := &bytes.Buffer{}
	ended := s.append(joined, text, content, from)
	if ended && text.Len() == 0 {
		return nil
	}
	for !ended {
		start, raw, more := s.next()
		if !more {
			break
		}
		content, from := trimmed(raw, start, false)
		if err := s.directive(content); err != nil {
			return err
		}
		if isComment(raw) {
			s.comment(raw)
			continue
		}
		if len(bytes.TrimLeftFunc(content, unicode.IsSpace)) == 0 {
			continue
		}
		ended = s.append(joined, text, content, from)
	}
	joined.text = text.String()
	return s.finish(joined)
}

// append adds a line to an instruction, and reports whether the instruction ends with it.
func (s *scanner) append(joined *logicalLine, text *bytes.Buffer, content []byte, from int) bool {
	ended := true
	if s.continued.Match(content) {
		content, ended = content[:bytes.LastIndexByte(content, s.found.escape)], false
	}
	text.Write(content)
	for index := range content {
		joined.offsets = append(joined.offsets, from+index)
	}
	return ended
}

// finish skips the here-documents of an instruction and stores it.
func (s *scanner) finish(joined *logicalLine) error {
	end := s.position
	if size := len(joined.offsets); size > 0 {
		end = joined.offsets[size-1] + 1
	}
	joined.offsets = append(joined.offsets, end)
	documents, err := heredocs(joined.text)
	if err != nil {
		return err
	}
	for _, document := range documents {
		if err := s.passHeredoc(document, joined.first); err != nil {
			return err
		}
	}
	joined.last = s.line
	s.found.instructions = append(s.found.instructions, *joined)
	return nil
}

func (s *scanner) passHeredoc(document parser.Heredoc, line int) error {
	lines, size := 0, 0
	for {
		_, raw, more := s.next()
		if !more {
			return refuse(line, "the here-document %s is not terminated", document.Name).because("BuildKit reads to the end of the file for it").instead("Write " + document.Name + " on its own line after it; if it is not a here-document but part of a command, quote the whole word.")
		}
		content := bytes.TrimRight(raw, "\r\n")
		if document.Chomp {
			content = bytes.TrimLeft(content, "\t")
		}
		if string(content) == document.Name {
			return nil
		}
		lines, size = lines+1, size+len(raw)
		if lines*size > mostHeredocWork {
			return refuse(line, "the here-document %s has more than %d lines and %d bytes", document.Name, lines-1, size-len(raw)).because("BuildKit copies it for each of its lines").instead("Put it into a file in the source and COPY that.")
		}
	}
}

func (s *scanner) directive(content []byte) error {
	found, err := s.directives.ParseLine(content)
	if err != nil {
		return refuse(s.line, "%s", err.Error()).instead("Keep only one of them.")
	}
	if found == nil {
		return nil
	}
	if found.Name == "escape" {
		if found.Value != "`" && found.Value != `\` {
			return refuse(s.line, "invalid escape token %q", found.Value).instead("Write # escape=\\ or # escape=`.")
		}
		s.setEscape(found.Value[0])
	}
	s.found.directives = append(s.found.directives, directive{Name: found.Name, Value: found.Value, Line: s.line})
	return nil
}

func (s *scanner) comment(raw []byte) {
	s.found.comments = append(s.found.comments, comment{Line: s.line, Text: strings.TrimSpace(string(raw))})
}

// trimmed removes the line end, and the space before it where BuildKit does.
func trimmed(raw []byte, start int, left bool) ([]byte, int) {
	content := bytes.TrimRight(raw, "\r\n")
	if !left {
		return content, start
	}
	shorter := bytes.TrimLeftFunc(content, unicode.IsSpace)
	return shorter, start + len(content) - len(shorter)
}

func isComment(raw []byte) bool {
	content := bytes.TrimLeftFunc(raw, unicode.IsSpace)
	return len(content) > 0 && content[0] == '#'
}

type noVariables struct{}

func (noVariables) Get(string) (string, bool) { return "", false }
func (noVariables) Keys() []string            { return nil }

// readLayout scans a Dockerfile and compares the result with BuildKit's own parse: the same instructions, with the same text, on the same lines.
func readLayout(text []byte) (layout, *parser.Result, error) {
	found, err := scanLayout(text)
	if err != nil {
		return layout{}, nil, err
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return layout{}, nil, err
	}
	nodes := parsed.AST.Children
	if len(nodes) != len(found.instructions) || parsed.EscapeToken != rune(found.escape) {
		return layout{}, nil, disagree("BuildKit finds %d instructions and the layout %d", len(nodes), len(found.instructions))
	}
	for index, node := range nodes {
		line := found.instructions[index]
		if node.Original != line.text || node.StartLine != line.first || node.EndLine != line.last {
			return layout{}, nil, disagree("BuildKit finds an instruction on lines %d to %d that the layout has on %d to %d", node.StartLine, node.EndLine, line.first, line.last)
		}
	}
	return found, parsed, nil
}
