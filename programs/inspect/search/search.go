// Package search looks for credentials in bytes: as they are, and inside everything that programs undo by themselves, which is compression,
// archives, base64, hexadecimal, UTF-16 and UTF-32. What it cannot read, it counts and names.
package search

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"sync/atomic"

	"loadline.dev/sealed/inspect/credential"
)

// Finding says which kind of credential is where, and never its value.
type Finding struct {
	Rule *credential.Rule
	// Path is that of the file; the names inside an archive follow, each after an exclamation mark.
	Path string
	// Through is what had to be undone on the way, outermost first: gzip, zip, base64.
	Through []string
	// Line counts from 1, in the last decoded text that has lines; 0 if there are none.
	Line int
	// Example is true if the value itself says that it is an example.
	Example bool
	// Secret is a digest of the credential, to recognise the same one at several places. It must not leave the program either: weak ones can be guessed.
	Secret [sha256.Size]byte
}

// Unread is what was not searched in one file for one reason: at how many places, and how many bytes there, as stored.
type Unread struct {
	Reason string
	Count  int
	Bytes  int64
	// Paths are the first places.
	Paths []string
}

// MostPaths is how many places of one file are named for one reason; the others are counted.
const MostPaths = 20

// Reasons why something cannot be searched.
const (
	Encrypted = "encrypted"
	Unknown   = "unknown-format"
	Damaged   = "damaged"
	KeyStore  = "key-store"
	TooDeep   = "too-deep"
	TooMuch   = "too-much"
)

// mostNested is how deep containers and encodings may be nested. An image in an image has six: tar, gzip, tar, zip, zip, gzip.
const mostNested = 10

// longestValue is the longest secret, in bytes, that may call itself an example; a key can be surrounded by prose that does.
const longestValue = 200

// Searcher searches files. Several may be searched at the same time.
type Searcher struct {
	finder *credential.Finder
	// left is how many bytes may still be decoded or examined closely.
	left atomic.Int64
}

// perByte is how many bytes may be decoded or examined closely for each byte of a file, in addition to a searcher's own allowance: machine code and compressed pictures
// have 4 marks by chance in 65,536 bytes.
const perByte = 16

// New makes a searcher that decodes and examines closely at most the given number of bytes, plus 16 for each byte of the files.
func New(decoded int64) *Searcher {
	made := &Searcher{finder: credential.NewFinder(marks...)}
	made.left.Store(decoded)
	return made
}

// File searches one file. Its findings are in the order of the file. It fails if unpacked data cannot be kept, because the disk is full or memory cannot map it:
// then the content of the file is unknown.
func (s *Searcher) File(path string, content []byte) ([]Finding, []Unread, error) {
	s.left.Add(perByte * int64(len(content)))
	file := &visit{Searcher: s, path: path, seen: map[seen]bool{}}
	file.look(content, place{path: path, settings: credential.HoldsSettings(path)})
	if file.exhausted {
		file.skip(place{path: path}, TooMuch, int64(len(content)))
	}
	return file.found, file.unread, file.fault
}

// visit is the search of one file.
type visit struct {
	*Searcher
	path   string
	found  []Finding
	unread []Unread
	seen   map[seen]bool
	// exhausted is true if something was left out because the budget is spent.
	exhausted bool
	// fault ends the search.
	fault    error
	decoders decoders
}

// seen is what two equal findings have in common.
type seen struct {
	rule, path string
	secret     [sha256.Size]byte
}

// place is where bytes come from.
type place struct {
	path    string
	through []string
	depth   int
	// settings is true for a configuration, by its name.
	settings bool
	// line is that of the encoded text, for text without its own lines; absent if it has them.
	line func() int
}

func (p place) inside(how, name string) place {
	next := place{path: p.path, through: append(slices.Clip(p.through), how), depth: p.depth + 1}
	if name != "" {
		next.path += "!" + shortened(name)
		next.settings = credential.HoldsSettings(next.path)
	} else {
		next.settings = p.settings
	}
	return next
}

// longestName is how many bytes are kept of the name of a member: it may have 64 kB, and one file millions of members.
const longestName = 200

// shortened keeps the end of a name, which shows what kind of file it is.
func shortened(name string) string {
	if len(name) <= longestName {
		return strings.Clone(name)
	}
	return "..." + strings.Clone(name[len(name)-longestName:])
}

// look scans the bytes once for words and marks, and again for long runs of an encoding.
func (v *visit) look(content []byte, at place) {
	if at.depth > mostNested {
		v.skip(at, TooDeep, int64(len(content)))
		return
	}
	v.nameUnreadable(content, at)
	var spans []span
	lines := &lineCounter{content: content}
	met := func(found credential.Match) {
		v.report(found, lines, at)
		if found.Rule.Encoded() {
			spans = append(spans, span{found.Start, found.End})
		}
	}
	v.openUnmarked(content, at)
	var inside opened
	v.finder.Find(content, credential.Seeker{Settings: at.settings, Written: at.line != nil, Met: met, Afford: v.spend, Marked: func(mark, start int) int {
		if inside.covers(start) || !v.spend(perAttempt) {
			return start
		}
		next, jump := v.open(mark, content, start, at)
		if next.end > inside.end {
			inside = next
		}
		return jump
	}})
	if at.settings {
		credential.FindKept(at.path, content, met)
	}
	v.lookIntoRuns(content, at, spans)
}

type span struct{ start, end int }

// mostFound is how many credentials of one file are reported. An image with that many is refused.
const mostFound = 10_001

func (v *visit) report(found credential.Match, lines *lineCounter, at place) {
	if len(v.found) >= mostFound {
		return
	}
	one := Finding{
		Rule: found.Rule, Path: at.path, Through: at.through,
		Example: len(found.Secret) < longestValue && bytes.Contains(bytes.ToUpper(found.Secret), []byte("EXAMPLE")),
		Secret:  sha256.Sum256(found.Secret),
	}
	key := seen{rule: one.Rule.ID, path: one.Path, secret: one.Secret}
	if v.seen[key] {
		return
	}
	v.seen[key] = true
	if at.line == nil {
		one.Line = lines.at(found.Start)
	} else {
		one.Line = at.line()
	}
	v.found = append(v.found, one)
}

func (v *visit) skip(at place, reason string, bytes int64) {
	index := slices.IndexFunc(v.unread, func(one Unread) bool { return one.Reason == reason })
	if index < 0 {
		index = len(v.unread)
		v.unread = append(v.unread, Unread{Reason: reason})
	}
	one := &v.unread[index]
	one.Count++
	one.Bytes += bytes
	if len(one.Paths) < MostPaths {
		one.Paths = append(one.Paths, at.path)
	}
}

// perAttempt is what it costs to try whether something packed begins at a mark.
const perAttempt = 4096

// spend reports whether that many more bytes may be decoded or examined closely.
func (v *visit) spend(bytes int64) bool {
	if !v.exhausted && v.left.Add(-bytes) < 0 {
		// The next file has what is left, and its own allowance.
		v.left.Add(bytes)
		v.exhausted = true
	}
	return !v.exhausted && v.fault == nil
}

// lineCounter counts lines from the last position on, or back: matches overlap, and a long file may have thousands.
type lineCounter struct {
	content       []byte
	offset, lines int
}

func (c *lineCounter) at(offset int) int {
	if !hasLines(c.content) {
		return 0
	}
	between := c.content[min(c.offset, offset):max(c.offset, offset)]
	if offset < c.offset {
		c.lines -= bytes.Count(between, []byte("\n"))
	} else {
		c.lines += bytes.Count(between, []byte("\n"))
	}
	c.offset = offset
	return c.lines + 1
}

// hasLines distinguishes text from other content, by the beginning.
func hasLines(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), 8000)], 0) < 0
}
