package search

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"

	"loadline.dev/sealed/inspect/credential"
)

// marks are where something packed begins, wherever that is: at the start of a file, after a program, in a picture, in a git pack.
var marks = []string{
	"\x1f\x8b\x08", "PK\x03\x04", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "\x31\x41\x59\x26\x53\x59", "ustar",
	"7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "\x04\x22\x4d\x18", "LZIP\x01",
	"\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda",
}

const (
	gzipMark = iota
	zipMark
	xzMark
	zstdMark
	bzip2Mark
	tarMark
	sevenZipMark
	rarMark
	lz4Mark
	lzipMark
	// All that follow belong to zlib.
)

const (
	// mostWindow is how far a stream may look back, in bytes. A decoder keeps as many in memory.
	mostWindow = 128 << 20
	// perWindow is how many bytes of a decoder's memory cost as much as decoding one byte: memory is cleared before it is used.
	perWindow = 16
	// bzip2Tables is the initial memory of bzip2.
	bzip2Tables = 6_400_000
)

// errUnsupported means a valid stream that nothing here can decode.
var errUnsupported = errors.New("compressed in an unsupported way")

// opened is what was searched by opening something: from its first packed byte, after its header, to its end.
type opened struct{ from, end int }

// covers recognises a mark that is part of packed bytes: what begins there is unpacked with them.
func (o opened) covers(start int) bool { return start >= o.from && start < o.end }

// open unpacks and searches what may be packed at a mark. The search continues at `jump`, which is further on only if all bytes in between have already been searched.
func (v *visit) open(mark int, content []byte, start int, at place) (inside opened, jump int) {
	jump = start
	switch mark {
	case gzipMark:
		inside = v.openGzip(content, start, at)
	case zipMark:
		return v.openZip(content, start, at)
	case xzMark:
		inside = v.openXz(content, start, at)
	case zstdMark:
		inside = v.openZstd(content, start, at)
	case bzip2Mark:
		inside = v.openBzip2(content, start, at)
	case tarMark:
		return v.openTar(content, start, at)
	case sevenZipMark, rarMark, lz4Mark, lzipMark:
		v.nameForeign(mark, content[start:], start, at)
	default:
		inside = v.openZlib(content, start, at)
	}
	return inside, jump
}

// stream is data that may be packed.
type stream struct {
	how     string
	content []byte
	// start and end are its position in its content; the end is that of the content if it states none itself.
	start, end int
	decoder    func(*bytes.Reader) (io.Reader, error)
	// likely distinguishes a truncated stream from bytes that only look like the beginning of one, by its header and what was decoded.
	likely func(decoded []byte) bool
}

// begins reports whether the file is nothing but this stream: then it cannot be anything else.
func begins(start int, at place) bool { return start == 0 && at.line == nil }

// unpack decodes a stream and searches what comes out, even if it is truncated: then the rest is reported as unread.
func (v *visit) unpack(packed stream, at place) (inside opened) {
	source := bytes.NewReader(packed.content[packed.start:packed.end])
	reader, err := packed.decoder(source)
	from := packed.end - source.Len()
	var held Held
	if err == nil {
		held, err = hold(reader, 4096, v.spend)
		defer held.Release()
	}
	taken := packed.end - packed.start - source.Len()
	v.spend(int64(taken))
	within := at.inside(packed.how, "")
	if err == nil || len(held.Content) >= leastBroken || packed.likely(held.Content) {
		v.look(held.Content, within)
	}
	if err == nil {
		return opened{from: from, end: packed.start + taken}
	}
	rest := int64(taken)
	if packed.start == 0 {
		rest = int64(len(packed.content) - taken)
	}
	v.broken(err, within, rest, func() bool { return packed.likely(held.Content) })
	return opened{}
}

const (
	// shortestSecret is the length of the shortest credential, in bytes.
	shortestSecret = 18
	// leastBroken is how much an unlikely stream must yield to be searched: any bytes yield less.
	leastBroken = 256
)

// broken returns why a stream was not searched to its end, if it is one.
func (v *visit) broken(err error, within place, bytes int64, likely func() bool) {
	switch {
	case errors.Is(err, errTooMuch):
		// It is reported for the whole file.
	case errors.Is(err, errNoRoom):
		v.fault = err
	case !likely():
	case errors.Is(err, errUnsupported):
		v.skip(within, Unknown, bytes)
	default:
		v.skip(within, Damaged, bytes)
	}
}

// openGzip accepts a header whose flags, kind and system are those of the standard (RFC 1952, 2.3.1), once something was decoded after it.
func (v *visit) openGzip(content []byte, start int, at place) opened {
	likely := func(decoded []byte) bool {
		header := content[start:]
		return begins(start, at) ||
			len(decoded) >= shortestSecret && len(header) >= 10 && header[3]&0xe0 == 0 && header[8]&^6 == 0 && (header[9] <= 13 || header[9] == 255)
	}
	return v.unpack(stream{how: "gzip", content: content, start: start, end: len(content), decoder: v.decoders.gzip, likely: likely}, at)
}

// openZlib accepts a stream at the beginning of a file, and elsewhere only one with text: its mark of two bytes is everywhere, a decoder may go on for megabytes by chance, and pictures split their streams.
func (v *visit) openZlib(content []byte, start int, at place) opened {
	likely := func(decoded []byte) bool { return begins(start, at) && len(decoded) >= leastBroken || isText(decoded) }
	return v.unpack(stream{how: "zlib", content: content, start: start, end: len(content), decoder: v.decoders.zlib, likely: likely}, at)
}

// isText recognises ASCII text, as in settings and programs, in the output of a broken stream: random output repeats a few characters.
func isText(content []byte) bool {
	const least, kinds = 2 * shortestSecret, 12
	if len(content) < least {
		return false
	}
	var seen [128]bool
	different := 0
	for _, character := range content {
		if character >= 0x7f || character < ' ' && character != '\n' && character != '\t' && character != '\r' {
			return false
		}
		if !seen[character] {
			seen[character] = true
			different++
		}
	}
	return different >= kinds
}

// openBzip2 begins before the mark, which is that of a block. A mark of ten bytes never occurs by chance.
func (v *visit) openBzip2(content []byte, start int, at place) opened {
	start -= len("BZh9")
	if start < 0 || string(content[start:start+3]) != "BZh" || !v.spend(bzip2Tables/perWindow) {
		return opened{}
	}
	decoder := func(source *bytes.Reader) (io.Reader, error) { return &bzip2Stream{bzip2.NewReader(source)}, nil }
	return v.unpack(stream{how: "bzip2", content: content, start: start, end: len(content), decoder: decoder, likely: func([]byte) bool { return true }}, at)
}

// bzip2Stream ends where the stream does: bytes after it are not an error.
type bzip2Stream struct{ io.Reader }

func (s *bzip2Stream) Read(buffer []byte) (int, error) {
	count, err := s.Reader.Read(buffer)
	if err == bzip2.StructuralError("bad magic value in continuation file") {
		err = io.EOF
	}
	return count, err
}

// lookAtHeader searches the names and comments of a member, as they are.
func (v *visit) lookAtHeader(header []byte, at place) {
	lines := &lineCounter{content: header}
	v.finder.Find(header, credential.Seeker{Written: at.line != nil, Afford: v.spend, Met: func(found credential.Match) { v.report(found, lines, at) }})
}

// ustarAt is where the word is in a tar header.
const ustarAt = 257

// openTar searches one entry of a tar archive, and its headers as they are. An archive is not compressed: if one is damaged, its bytes are searched anyway.
func (v *visit) openTar(content []byte, mark int, at place) (inside opened, jump int) {
	start := mark - ustarAt
	if start < 0 {
		return opened{}, mark
	}
	source := bytes.NewReader(content[start:])
	header, err := tar.NewReader(source).Next()
	if !v.spend(source.Size() - int64(source.Len())) {
		return opened{}, mark
	}
	if err != nil || header.Typeflag != tar.TypeReg || header.PAXRecords["GNU.sparse.major"] != "" {
		return opened{}, mark
	}
	first := start + int(source.Size()) - source.Len()
	if first < mark {
		return opened{}, mark
	}
	last := first + int(min(header.Size, int64(len(content)-first)))
	v.lookAtHeader(content[mark:first], at)
	v.look(content[first:last], at.inside("tar", header.Name))
	return opened{first, last}, last
}
