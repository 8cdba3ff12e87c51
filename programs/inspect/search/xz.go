package search

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzHeader is the length of a stream's header, and of its footer.
const xzHeader = 12

// xzChecks are how many bytes each kind of check takes (The .xz File Format 1.2.1, 2.1.1.2).
var xzChecks = [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}

// xzStream decodes one stream, block by block. It is here because the library's reader makes a dictionary of whatever size a block asks for, and neither reads a stream with a
// check that it does not know nor ends where the stream does. Checks are not compared: damaged content is searched too.
type xzStream struct {
	source *bytes.Reader
	spend  func(int64) bool
	check  int
	// block is the one that is being decoded, and begun is how much was left when its packed bytes began.
	block io.Reader
	begun int
}

func newXzStream(source *bytes.Reader, spend func(int64) bool) (*xzStream, error) {
	header := make([]byte, xzHeader)
	if _, err := io.ReadFull(source, header); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if header[6] != 0 || header[7] > 15 {
		return nil, errUnsupported
	}
	return &xzStream{source: source, spend: spend, check: xzChecks[header[7]]}, nil
}

func (s *xzStream) Read(buffer []byte) (int, error) {
	for {
		if s.block == nil {
			if err := s.next(); err != nil {
				return 0, err
			}
		}
		count, err := s.block.Read(buffer)
		if errors.Is(err, io.EOF) {
			err = s.leave()
		}
		if count > 0 || err != nil {
			return count, err
		}
	}
}

// leave skips the padding and the check of a block.
func (s *xzStream) leave() error {
	padding := -(s.begun - s.source.Len()) & 3
	s.block = nil
	return s.discard(padding + s.check)
}

func (s *xzStream) discard(count int) error {
	if count > s.source.Len() {
		return io.ErrUnexpectedEOF
	}
	_, err := s.source.Seek(int64(count), io.SeekCurrent)
	return err
}

// next begins a block; if the index follows instead, the stream has ended.
func (s *xzStream) next() error {
	before := s.source.Len()
	size, err := s.source.ReadByte()
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	if size == 0 {
		return s.end(before)
	}
	header := make([]byte, (int(size)+1)*4)
	header[0] = size
	if _, err := io.ReadFull(s.source, header[1:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	body := header[:len(header)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(header[len(body):]) {
		return fmt.Errorf("expected a header of a block with its checksum, found another")
	}
	dictionary, err := dictionaryOf(body)
	if err != nil {
		return err
	}
	if !s.spend(dictionary / perWindow) {
		return errTooMuch
	}
	s.begun = s.source.Len()
	s.block, err = lzma.Reader2Config{DictCap: int(max(dictionary, lzma.MinDictCap))}.NewReader2(s.source)
	return err
}

// dictionaryOf is how many bytes a block looks back. One that goes through more than LZMA2, or further back than is kept in memory, is not read.
func dictionaryOf(header []byte) (int64, error) {
	const filters, reserved, hasPacked, hasUnpacked = 0x03, 0x3c, 0x40, 0x80
	flags := header[1]
	if flags&(filters|reserved) != 0 {
		return 0, errUnsupported
	}
	rest := bytes.NewReader(header[2:])
	for _, has := range []byte{hasPacked, hasUnpacked} {
		if flags&has != 0 {
			if _, err := binary.ReadUvarint(rest); err != nil {
				return 0, err
			}
		}
	}
	var filter [3]byte
	if _, err := io.ReadFull(rest, filter[:]); err != nil {
		return 0, err
	}
	if filter[0] != 0x21 || filter[1] != 1 {
		return 0, errUnsupported
	}
	size, err := lzma.DecodeDictCap(filter[2])
	if err == nil && size > mostWindow {
		err = errUnsupported
	}
	return size, err
}

// end skips the index, which lists the blocks, and the footer.
func (s *xzStream) end(before int) error {
	records, err := binary.ReadUvarint(s.source)
	for number := uint64(0); err == nil && number < 2*records; number++ {
		_, err = binary.ReadUvarint(s.source)
	}
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	padding := -(before - s.source.Len()) & 3
	if err := s.discard(padding + 4 + xzHeader); err != nil {
		return err
	}
	return io.EOF
}

// openXz accepts a header with a correct checksum.
func (v *visit) openXz(content []byte, start int, at place) opened {
	header := content[start:min(start+xzHeader, len(content))]
	likely := begins(start, at) || len(header) == xzHeader && crc32.ChecksumIEEE(header[6:8]) == binary.LittleEndian.Uint32(header[8:])
	if !likely {
		return opened{}
	}
	decoder := func(source *bytes.Reader) (io.Reader, error) { return newXzStream(source, v.spend) }
	return v.unpack(stream{how: "xz", content: content, start: start, end: len(content), decoder: decoder, likely: func([]byte) bool { return true }}, at)
}
