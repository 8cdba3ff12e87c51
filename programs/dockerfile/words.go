package main

import (
	"strings"
	"unicode"
)

// word is a part of an instruction with its place in the instruction's text.
type word struct {
	// value is the word as BuildKit reads it, without quotes and escapes.
	value      string
	start, end int
}

const spaces = "\t\v\f\r "

// splitKeyword separates the keyword from an instruction, as BuildKit does: the rest begins after the space that follows it.
func splitKeyword(line string) (string, string) {
	keyword, start, end := keywordOf(line)
	return keyword.value, line[start:end]
}

// keywordOf returns the place of the keyword in an instruction's text, and where its arguments begin and end.
func keywordOf(line string) (keyword word, from, to int) {
	start := len(line) - len(strings.TrimLeftFunc(line, unicode.IsSpace))
	to = max(start, len(strings.TrimRightFunc(line, unicode.IsSpace)))
	end := to
	if length := strings.IndexAny(line[start:to], spaces); length >= 0 {
		end = start + length
	}
	from = end
	for from < to && strings.IndexByte(spaces, line[from]) >= 0 {
		from++
	}
	return word{value: line[start:end], start: start, end: end}, from, to
}

// splitFlags reads the flags in front of an instruction's arguments by BuildKit's rules, which go by bytes: the escape character is the backslash whatever the
// directive says, and quotes can stand anywhere in a word. It returns where the arguments begin.
func splitFlags(rest string) ([]word, int, error) {
	var flags []word
	position := 0
	for position < len(rest) {
		if unicode.IsSpace(rune(rest[position])) {
			position++
			continue
		}
		if !strings.HasPrefix(rest[position:], "--") {
			return flags, position, nil
		}
		flag, isNamed := readFlag(rest, position)
		position = flag.end
		if flag.value == "--" {
			return flags, position, nil
		}
		if isNamed {
			flags = append(flags, flag)
		}
	}
	return flags, len(rest), nil
}

// readFlag reads one word that begins with two dashes. An empty word counts only if it has quotes.
func readFlag(rest string, start int) (word, bool) {
	var value strings.Builder
	var quote byte
	quoted := false
	position := start
	for ; position < len(rest); position++ {
		character := rest[position]
		switch {
		case quote == 0 && unicode.IsSpace(rune(character)):
			return word{value: value.String(), start: start, end: position}, quoted || value.Len() > 0
		case quote == 0 && (character == '\'' || character == '"'):
			quote, quoted = character, true
			continue
		case quote != 0 && character == quote:
			quote = 0
			continue
		case character == '\\':
			if position+1 == len(rest) {
				continue
			}
			position++
			character = rest[position]
		}
		value.WriteRune(rune(character))
	}
	return word{value: value.String(), start: start, end: len(rest)}, quoted || value.Len() > 0
}

// flagsOf returns the flags of an instruction with their positions in its text, compared with those that BuildKit found.
func flagsOf(line string, wanted []string) ([]word, int, error) {
	_, rest, end := keywordOf(line)
	flags, arguments, err := splitFlags(line[rest:end])
	if err != nil {
		return nil, 0, err
	}
	if len(flags) != len(wanted) {
		return nil, 0, disagree("BuildKit finds %d flags and the layout %d", len(wanted), len(flags))
	}
	for index := range flags {
		flags[index].start += rest
		flags[index].end += rest
		if flags[index].value != wanted[index] {
			return nil, 0, disagree("BuildKit reads the flag %q and the layout %q", wanted[index], flags[index].value)
		}
	}
	return flags, rest + arguments, nil
}

// baseWord returns the place of the image or stage in a FROM, compared with what BuildKit found.
func baseWord(line string, flags []string, base string) (word, error) {
	_, start, err := flagsOf(line, flags)
	if err != nil {
		return word{}, err
	}
	start = len(line) - len(strings.TrimLeftFunc(line[start:], unicode.IsSpace))
	found := word{value: base, start: start, end: start + len(base)}
	if found.end > len(line) || line[found.start:found.end] != base || found.end < len(line) && strings.IndexByte(spaces, line[found.end]) < 0 {
		return word{}, disagree("BuildKit reads the base %q where the layout does not find it", base)
	}
	return found, nil
}
