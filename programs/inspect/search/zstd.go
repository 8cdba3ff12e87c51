package search

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// frame is what the headers of a zstd frame state (RFC 8878, 3.1.1).
type frame struct {
	zstd.Header
	// length in bytes; up to the last complete block if it is truncated.
	length int
	// blocks counts those that are not empty.
	blocks int
	whole  bool
}

// readFrame finds the end of a frame before it is decoded: the decoder reads on into whatever follows.
func readFrame(content []byte) (found frame, steps int) {
	if found.Decode(content[:min(len(content), zstd.HeaderMaxSize)]) != nil || found.Skippable {
		return frame{}, 1
	}
	at := found.HeaderSize
	for ; at+3 <= len(content); steps++ {
		block := int(content[at]) | int(content[at+1])<<8 | int(content[at+2])<<16
		size := block >> 3
		if size > mostInBlock || block>>1&3 == 3 {
			break
		}
		if block>>1&3 == 1 {
			// One byte, repeated.
			size = 1
		}
		if at+3+size > len(content) {
			break
		}
		at += 3 + size
		if size > 1 {
			found.blocks++
		}
		if block&1 == 0 {
			continue
		}
		if found.HasCheckSum {
			at += 4
		}
		found.whole = at <= len(content)
		break
	}
	found.length = min(at, len(content))
	return found, steps
}

// mostInBlock is the most bytes of a block.
const mostInBlock = 128 << 10

// isSure distinguishes a frame from the four bytes of its mark, which are in every program that decodes zstd: it has three blocks in a row, or it ends where the content does or
// the next one begins.
func (f frame) isSure(content []byte) bool {
	behind := content[f.length:]
	return f.blocks >= 3 || f.whole && f.length > 16 && (len(behind) == 0 || bytes.HasPrefix(behind, []byte(marks[zstdMark])))
}

func (v *visit) openZstd(content []byte, start int, at place) opened {
	found, steps := readFrame(content[start:])
	if !v.spend(int64(found.length)+int64(steps)) || found.length == 0 && !begins(start, at) {
		return opened{}
	}
	end := len(content)
	if found.whole {
		end = start + found.length
	}
	isSure := begins(start, at) || found.isSure(content[start:])
	decoder := func(source *bytes.Reader) (io.Reader, error) { return found.decoder(source, v.spend) }
	likely := func(decoded []byte) bool { return isSure || len(decoded) >= leastBroken }
	return v.unpack(stream{how: "zstd", content: content, start: start, end: end, decoder: decoder, likely: likely}, at)
}

// decoder keeps at most the largest window. A frame that asks for a larger one is decoded with that: only one that really looks back further cannot be.
func (f frame) decoder(source *bytes.Reader, spend func(int64) bool) (io.Reader, error) {
	window := f.WindowSize
	if f.SingleSegment {
		window = f.FrameContentSize
	}
	isWide := window > mostWindow
	if !spend(int64(min(window, mostWindow)) / perWindow) {
		return nil, errTooMuch
	}
	var packed io.Reader = source
	if isWide {
		packed = io.MultiReader(bytes.NewReader(f.narrowed(source)), source)
	}
	reader, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return &zstdStream{reader.IOReadCloser(), isWide}, nil
}

// narrowed is the header with the largest window that is kept.
func (f frame) narrowed(source *bytes.Reader) []byte {
	const descriptor, single = 4, 1 << 5
	header := make([]byte, f.HeaderSize)
	_, _ = io.ReadFull(source, header)
	rest := header[descriptor+1:]
	if !f.SingleSegment {
		rest = rest[1:]
	}
	// A power of two, counted from 1 kB.
	narrow := append(header[:descriptor:descriptor], header[descriptor]&^single, 17<<3)
	return append(narrow, rest...)
}

// zstdStream distinguishes a frame that cannot be decoded here, because its dictionary or memory is missing, from a damaged one.
type zstdStream struct {
	io.ReadCloser
	isWide bool
}

func (s *zstdStream) Read(buffer []byte) (int, error) {
	count, err := s.ReadCloser.Read(buffer)
	if errors.Is(err, zstd.ErrUnknownDictionary) || s.isWide && err != nil && err != io.EOF {
		err = errUnsupported
	}
	return count, err
}
