package search

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"loadline.dev/sealed/inspect/credential"
)

// marks are where something packed begins, wherever that is: at the start of a file, behind a program, in a picture, in a git pack.
var marks = []string{
	"\x1f\x8b\x08", "PK\x03\x04", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "\x31\x41\x59\x26\x53\x59", "ustar",
	"\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda",
}

const (
	gzipMark = iota
	zipMark
	xzMark
	zstdMark
	bzip2Mark
	tarMark
	// All that follow are of zlib.
)

// bzip2Table is what it costs to begin with bzip2, which first makes tables of 3.6 MB.
const bzip2Table = 400_000

// open looks into what may be packed at a mark. `end` is behind what was opened there; `jump` is where the search goes on, which is further only where all bytes
// between have been looked at already.
func (v *visit) open(mark int, content []byte, start int, at place) (end, jump int) {
	jump = start
	switch mark {
	case zipMark:
		return v.openZip(content, start, at)
	case tarMark:
		return v.openTar(content, start, at)
	case gzipMark:
		end = v.unpack("gzip", content, start, at, v.decoders.gzip)
	case xzMark:
		end = v.unpack("xz", content, start, at, func(source *bytes.Reader) (io.Reader, error) {
			return xz.ReaderConfig{DictCap: 1 << 16, SingleStream: true}.NewReader(source)
		})
	case bzip2Mark:
		if start < 4 || string(content[start-4:start-1]) != "BZh" || !v.spend(bzip2Table) {
			return 0, jump
		}
		end = v.unpack("bzip2", content, start-4, at, func(source *bytes.Reader) (io.Reader, error) { return bzip2.NewReader(source), nil })
	case zstdMark:
		end = v.openZstd(content, start, at)
	default:
		end = v.unpack("zlib", content, start, at, v.decoders.zlib)
	}
	return end, jump
}

// unpack decodes a stream and looks through what comes out. What breaks off near its beginning was none.
func (v *visit) unpack(how string, content []byte, start int, at place, decoder func(*bytes.Reader) (io.Reader, error)) (end int) {
	source := bytes.NewReader(content[start:])
	reader, err := decoder(source)
	if err != nil {
		return 0
	}
	held, err := hold(reader, 4096, v.spend)
	defer held.Release()
	end = start + int(source.Size()) - source.Len()
	v.spend(int64(end - start))
	whole := err == nil
	if !whole && len(held.Content) < 256 && err != errTooMuch {
		return 0
	}
	inside := at.inside(how, "")
	if !whole && err != errTooMuch && start == 0 {
		v.skip(inside, Damaged, int64(len(content)-(end-start)))
	}
	if len(held.Content) > 0 {
		v.look(held.Content, inside)
	}
	if !whole {
		return 0
	}
	return end
}

// lookAtHeader looks at names and comments of a member, as they are.
func (v *visit) lookAtHeader(header []byte, at place) {
	lines := &lineCounter{content: header}
	v.finder.Find(header, credential.Seeker{Afford: v.spend, Met: func(found credential.Match) { v.report(found, lines, at) }})
}

// zip64 stands for a size that is written elsewhere.
const zip64 = 0xffffffff

// openZip looks into one member of a zip archive by its own header: the list at the end of the file may say less than is there.
func (v *visit) openZip(content []byte, start int, at place) (end, jump int) {
	header := content[start:]
	if len(header) < 30 {
		return 0, start
	}
	flags, method := binary.LittleEndian.Uint16(header[6:]), binary.LittleEndian.Uint16(header[8:])
	packed := int(binary.LittleEndian.Uint32(header[18:]))
	nameEnd := 30 + int(binary.LittleEndian.Uint16(header[26:]))
	first := nameEnd + int(binary.LittleEndian.Uint16(header[28:]))
	if first > len(header) || method > 99 || (flags&8 == 0 && packed != zip64 && first+packed > len(header)) {
		return 0, start
	}
	if bytes.IndexByte(header[30:nameEnd], 0) >= 0 || nameEnd == 30 {
		return 0, start
	}
	inside := at.inside("zip", string(header[30:nameEnd]))
	switch {
	case flags&1 != 0:
		v.skip(inside, Encrypted, int64(packed))
	case method == 0 && packed > 0 && flags&8 == 0 && first+packed <= len(header):
		v.lookAtHeader(header[4:first], at)
		v.look(header[first:first+packed], inside)
		return start + first + packed, start + first + packed
	case method == 0:
		// As it lies there it is looked at anyway.
	case method == 8:
		return v.unpackMember(header[first:], start+first, inside), start
	default:
		v.skip(inside, Unknown, int64(packed))
	}
	return 0, start
}

func (v *visit) unpackMember(content []byte, start int, inside place) (end int) {
	source := bytes.NewReader(content)
	held, err := hold(v.decoders.flate(source), 4096, v.spend)
	defer held.Release()
	if len(held.Content) > 0 {
		v.look(held.Content, inside)
	}
	if err != nil {
		return 0
	}
	return start + len(content) - source.Len()
}

// ustarAt is where the word stands in a tar header.
const ustarAt = 257

// openTar looks into one entry of a tar archive, and at its headers as they are.
func (v *visit) openTar(content []byte, mark int, at place) (end, jump int) {
	start := mark - ustarAt
	if start < 0 {
		return 0, mark
	}
	source := bytes.NewReader(content[start:])
	header, err := tar.NewReader(source).Next()
	if !v.spend(source.Size() - int64(source.Len())) {
		return 0, mark
	}
	if err != nil || header.Typeflag != tar.TypeReg || header.PAXRecords["GNU.sparse.major"] != "" {
		return 0, mark
	}
	first := start + int(source.Size()) - source.Len()
	if int64(len(content)-first) < header.Size || first < mark {
		return 0, mark
	}
	last := first + int(header.Size)
	v.lookAtHeader(content[mark:first], at)
	v.look(content[first:last], at.inside("tar", header.Name))
	return last, last
}

// openZstd finds the end of a frame before it is decoded: the decoder reads on into whatever follows.
func (v *visit) openZstd(content []byte, start int, at place) (end int) {
	length := zstdFrame(content[start:])
	if length == 0 || !v.spend(int64(length)) {
		return 0
	}
	return v.unpack("zstd", content[:start+length], start, at, func(source *bytes.Reader) (io.Reader, error) {
		reader, err := zstd.NewReader(source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return reader.IOReadCloser(), nil
	})
}

// zstdFrame is how long a frame is (RFC 8878, 3.1.1); 0 where there is none.
func zstdFrame(content []byte) int {
	var header zstd.Header
	if header.Decode(content[:min(len(content), zstd.HeaderMaxSize)]) != nil || header.Skippable {
		return 0
	}
	at := header.HeaderSize
	for at+3 <= len(content) {
		block := int(content[at]) | int(content[at+1])<<8 | int(content[at+2])<<16
		size := block >> 3
		if block>>1&3 == 1 {
			// One byte, repeated.
			size = 1
		}
		if at += 3 + size; block&1 == 0 {
			continue
		}
		if header.HasCheckSum {
			at += 4
		}
		if at > len(content) {
			return 0
		}
		return at
	}
	return 0
}
