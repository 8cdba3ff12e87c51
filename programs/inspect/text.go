package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestPath = 1024
	longestText = 8192
)

// printablePath returns a path as valid, visible UTF-8: other bytes, control characters and backslashes become \xNN, so that two
// different paths never look alike. A very long one is cut, and marked as such.
func printablePath(path string) string {
	var out strings.Builder
	for index, width := 0, 0; index < len(path); index += width {
		if out.Len() > longestPath {
			fmt.Fprintf(&out, "... (%d more bytes)", len(path)-index)
			break
		}
		var character rune
		character, width = utf8.DecodeRuneInString(path[index:])
		if (character == utf8.RuneError && width <= 1) || character == '\\' || !unicode.IsPrint(character) {
			for _, single := range []byte(path[index : index+width]) {
				fmt.Fprintf(&out, `\x%02x`, single)
			}
			continue
		}
		out.WriteRune(character)
	}
	return out.String()
}

// printableText makes free text valid UTF-8 of limited length. Line breaks and tabs stay: they are part of commands.
func printableText(text string) string {
	text = strings.Map(func(character rune) rune {
		if unicode.IsControl(character) && character != '\n' && character != '\t' {
			return utf8.RuneError
		}
		return character
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
	if len(text) <= longestText {
		return text
	}
	cut := longestText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s... (%d more bytes)", text[:cut], len(text)-cut)
}

// singleLine keeps an error message on one line and free of control characters, wherever its parts came from.
func singleLine(text string) string {
	return strings.Map(func(character rune) rune {
		if unicode.IsControl(character) {
			return ' '
		}
		return character
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}
