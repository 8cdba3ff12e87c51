package search

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
)

// shortestRun is the length of the shortest credential, 18 bytes, in base64.
const shortestRun = 24

// shortestHex is the same in hexadecimal.
const shortestHex = 36

// wrapped is the least length of a line whose text continues in the next.
const wrapped = 60

var inRun = func() (table [256]bool) {
	for _, character := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") {
		table[character] = true
	}
	return table
}()

// lookIntoRuns decodes what may be base64 or hexadecimal. A long enough run has one of its characters at each step of that length, so that most bytes
// are never touched. Anything inside a credential that was already found is skipped.
func (v *visit) lookIntoRuns(content []byte, at place, known []span) {
	known = joined(known)
	done := 0
	lines := &lineCounter{content: content}
	for probe := shortestRun - 1; probe < len(content) && v.spend(0); probe += shortestRun {
		if !inRun[content[probe]] {
			continue
		}
		start := probe
		for start > done && inRun[content[start-1]] {
			start--
		}
		end := probe + 1
		for end < len(content) && inRun[content[end]] {
			end++
		}
		if end-start < shortestRun {
			continue
		}
		run, after := unwrap(content, start, end)
		known = behind(known, start)
		if len(known) == 0 || start < known[0].start {
			v.decodeRun(run, func() int { return lines.at(start) }, at)
		}
		done = after
		probe = max(probe, after)
	}
}

// joined sorts spans and merges those that touch: a file may have millions of the same key.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(left, right span) int { return left.start - right.start })
	apart := spans[:0]
	for _, one := range spans {
		if last := len(apart) - 1; last >= 0 && one.start <= apart[last].end {
			apart[last].end = max(apart[last].end, one.end)
		} else {
			apart = append(apart, one)
		}
	}
	return apart
}

// behind drops the spans that end before a position. Positions come in order, so that each span is passed once.
func behind(spans []span, place int) []span {
	for len(spans) > 0 && spans[0].end <= place {
		spans = spans[1:]
	}
	return spans
}

// unwrap joins the lines of a text that was broken into lines of one length, as MIME and YAML do.
func unwrap(content []byte, start, end int) (run []byte, after int) {
	run, after = content[start:end:end], end
	width := end - start
	for width >= wrapped {
		next := after
		for next < len(content) && next-after < 40 && bytes.IndexByte([]byte("\r\n \t\\n\"'+"), content[next]) >= 0 {
			next++
		}
		last := next
		for last < len(content) && inRun[content[last]] {
			last++
		}
		if next == after || last == next || last-next > width {
			return run, after
		}
		// The first one copies, because the run ends where it does.
		run = append(run, content[next:last]...)
		if after = last; last-next < width {
			return run, after
		}
	}
	return run, after
}

// decodeRun tries each of the four places where a group of characters may begin, because what comes before may not be part of it.
func (v *visit) decodeRun(run []byte, line func() int, at place) {
	if at.line != nil {
		line = at.line
	}
	inside := func(how string) place {
		next := at.inside(how, "")
		next.line = line
		return next
	}
	if digits := run[:len(run)&^1]; len(run) >= shortestHex && v.spend(int64(len(run))) {
		decoded := make([]byte, len(digits)/2)
		if _, err := hex.Decode(decoded, digits); err == nil {
			v.look(decoded, inside("hexadecimal"))
			return
		}
	}
	standard := bytes.ReplaceAll(bytes.ReplaceAll(run, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
	decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(standard)))
	for offset := range 4 {
		text := standard[offset:]
		if len(text)%4 == 1 {
			text = text[:len(text)-1]
		}
		if len(text) < shortestRun-4 || !v.spend(int64(len(text))) {
			return
		}
		count, _ := base64.RawStdEncoding.Decode(decoded, text)
		v.look(decoded[:count], inside("base64"))
	}
}
