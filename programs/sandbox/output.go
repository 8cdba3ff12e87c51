package main

import (
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	keptBytes   = 16_384
	keptLines   = 8
	longestLine = 300
	lingering   = time.Second
	// longestReason is the limit for a reason, which may quote an image or a tool.
	longestReason = 1000
)

// printable makes text from an image safe to show: no escape sequences, no control or invisible characters, and a limited length.
func printable(text string, longest int) string {
	characters := []rune(strings.Map(func(character rune) rune {
		switch {
		case character == '\n' || character == '\t' || character == '\r':
			return ' '
		case !unicode.IsPrint(character):
			return utf8.RuneError
		}
		return character
	}, strings.ToValidUTF8(text, string(utf8.RuneError))))
	if len(characters) <= longest {
		return string(characters)
	}
	return string(characters[:longest]) + "…"
}

// output keeps the end of what a container prints.
type output struct {
	mutex sync.Mutex
	tail  []byte
	// Closed when nothing can print any more.
	ended chan struct{}
}

func newOutput() *output { return &output{ended: make(chan struct{})} }

// wait lets the last output arrive: the end of a process is known before its output is read.
func (output *output) wait() {
	select {
	case <-output.ended:
	case <-time.After(lingering):
	}
}

func (output *output) copyFrom(reader io.Reader) {
	defer close(output.ended)
	chunk := make([]byte, 4096)
	for {
		count, err := reader.Read(chunk)
		output.mutex.Lock()
		output.tail = append(output.tail, chunk[:count]...)
		if excess := len(output.tail) - keptBytes; excess > 0 {
			output.tail = append([]byte{}, output.tail[excess:]...)
		}
		output.mutex.Unlock()
		if err != nil {
			return
		}
	}
}

// lines are the last ones that are not empty. Values of the environment are redacted: they can be credentials.
func (output *output) lines(environment []string) []string {
	output.mutex.Lock()
	text := strings.ToValidUTF8(string(output.tail), "\uFFFD")
	output.mutex.Unlock()
	for _, entry := range environment {
		// Shorter values are not credentials, and redacting them would hide ordinary words.
		if _, value, _ := strings.Cut(entry, "="); len(value) >= 8 && !strings.HasPrefix(value, "/") {
			text = strings.ReplaceAll(text, value, "***")
		}
	}
	kept := []string{}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimRight(line, "\r \t"); strings.TrimSpace(line) != "" {
			kept = append(kept, printable(line, longestLine))
		}
	}
	return kept[max(0, len(kept)-keptLines):]
}
