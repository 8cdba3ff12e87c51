package search

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// openUnmarked unpacks formats without a mark that could be searched for: the whole content must be one.
func (v *visit) openUnmarked(content []byte, at place) {
	switch {
	case len(content) < lzma.HeaderLen:
	case content[0]&0x0f == 8 && content[0] < 0x78 && (int(content[0])<<8|int(content[1]))%31 == 0 && content[1]&0x20 == 0:
		// zlib with a window of less than 32 kB (RFC 1950, 2.2), as pictures have it.
		if v.spend(perAttempt) {
			v.openZlib(content, 0, at)
		}
	case isLzma(content):
		v.openLzma(content, at)
	}
}

// isLzma recognises LZMA as it was before xz: the usual properties, a dictionary that is a power of two or one and a half of it, and a size that is unknown or below 256 GB.
func isLzma(content []byte) bool {
	return content[0] == 0x5d && binary.LittleEndian.Uint32(content[1:]) >= lzma.MinDictCap && lzma.ValidHeader(content[:lzma.HeaderLen])
}

func (v *visit) openLzma(content []byte, at place) {
	dictionary := int64(binary.LittleEndian.Uint32(content[1:]))
	decoder := func(source *bytes.Reader) (io.Reader, error) {
		if dictionary > mostWindow {
			return nil, errUnsupported
		}
		if !v.spend(perAttempt + dictionary/perWindow) {
			return nil, errTooMuch
		}
		return lzma.ReaderConfig{DictCap: mostWindow}.NewReader(source)
	}
	v.unpack(stream{how: "lzma", content: content, end: len(content), decoder: decoder, likely: func(decoded []byte) bool { return begins(0, at) }}, at)
}
