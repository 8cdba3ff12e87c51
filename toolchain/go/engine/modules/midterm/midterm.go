// Package midterm stands in for the commit 3c2add750bea of github.com/vito/midterm, which the Go module proxy does not
// carry. The terminal emulation is the real release v0.2.3 of that library (under the path
// loadline.dev/sealed/upstream/midterm, by a replacement in the build's go.mod); this package adds the search that Dagger's
// log view uses.
//
// Not supported by this build: matches are counted and can be stepped through, but not highlighted in the rendered lines.
package midterm

import (
	"strings"

	upstream "loadline.dev/sealed/upstream/midterm"
)

// Reset is the format that sets a terminal back to its defaults.
var Reset = upstream.Reset

// Match is one occurrence of the text searched for: a row, and the first column and the length in characters.
type Match struct {
	Row, Col, Len int
}

// Terminal is a terminal of midterm v0.2.3 with a search.
type Terminal struct {
	*upstream.Terminal

	// SearchMatches are the occurrences that the last Search found, from top to bottom.
	SearchMatches []Match
}

// NewAutoResizingTerminal makes a terminal that grows with what is written to it.
func NewAutoResizingTerminal() *Terminal {
	return &Terminal{Terminal: upstream.NewAutoResizingTerminal()}
}

// Search looks for query, ignoring case, and returns the number of matches.
func (t *Terminal) Search(query string) int {
	t.SearchMatches = nil
	wanted := []rune(strings.ToLower(query))
	if len(wanted) == 0 {
		return 0
	}
	for row, content := range t.Content {
		line := []rune(strings.ToLower(string(content)))
		for col := 0; col+len(wanted) <= len(line); {
			if string(line[col:col+len(wanted)]) != string(wanted) {
				col++
				continue
			}
			t.SearchMatches = append(t.SearchMatches, Match{Row: row, Col: col, Len: len(wanted)})
			col += len(wanted)
		}
	}
	return len(t.SearchMatches)
}

// SearchMatchRows returns the rows that hold at least one match, each once, from top to bottom.
func (t *Terminal) SearchMatchRows() []int {
	var rows []int
	for _, match := range t.SearchMatches {
		if len(rows) == 0 || rows[len(rows)-1] != match.Row {
			rows = append(rows, match.Row)
		}
	}
	return rows
}

// SearchSetCurrent returns the row and column of the match with the given index, or -1 and -1 when there is none.
func (t *Terminal) SearchSetCurrent(index int) (row, col int) {
	if index < 0 || index >= len(t.SearchMatches) {
		return -1, -1
	}
	match := t.SearchMatches[index]
	return match.Row, match.Col
}

// SearchClear forgets the last search.
func (t *Terminal) SearchClear() {
	t.SearchMatches = nil
}
