package search

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// unreadable are the beginnings of formats that cannot be read.
var unreadable = []struct{ start, reason string }{
	{"\x89LZO\x00", Unknown}, {"\x1f\x9d", Unknown}, {"\x1f\xa0", Unknown}, {"\x02\x21\x4c\x18", Unknown}, {"LRZI\x00", Unknown}, {"RZIP\x02", Unknown}, {"7kSt", Unknown},
	{"\xff\x06\x00\x00sNaPpY", Unknown}, {"MSCF\x00\x00\x00\x00", Unknown},
	// zstd before its format was settled.
	{"\x22\xb5\x2f\xfd", Unknown}, {"\x23\xb5\x2f\xfd", Unknown}, {"\x24\xb5\x2f\xfd", Unknown}, {"\x25\xb5\x2f\xfd", Unknown}, {"\x26\xb5\x2f\xfd", Unknown}, {"\x27\xb5\x2f\xfd", Unknown},
	{"-----BEGIN PGP MESSAGE-----", Encrypted}, {"age-encryption.org/v1", Encrypted}, {"-----BEGIN AGE ENCRYPTED FILE-----", Encrypted}, {"$ANSIBLE_VAULT;", Encrypted},
	{"LUKS\xba\xbe", Encrypted}, {"Salted__", Encrypted}, {"\x03\xd9\xa2\x9a", Encrypted}, {"SQLite format 3 encrypted", Encrypted},
	{"\xce\xce\xce\xce", KeyStore},
}

// shortestStart is the length of a beginning that does not occur by chance when one of the many runs of letters and digits that may be base64 is decoded.
const shortestStart = 6

// pkcs12 is how a PKCS #12 store continues after its outer header: version 3, then a sequence (RFC 7292).
const pkcs12 = "\x02\x01\x03\x30"

func (v *visit) nameUnreadable(content []byte, at place) {
	if len(content) < 16 {
		return
	}
	for _, one := range unreadable {
		if (at.line == nil || len(one.start) >= shortestStart) && bytes.HasPrefix(content, []byte(one.start)) {
			v.skip(at, one.reason, int64(len(content)))
			return
		}
	}
	switch {
	case content[0] == 0x30 && bytes.Contains(content[1:12], []byte(pkcs12)):
		v.skip(at, KeyStore, int64(len(content)))
	case at.line != nil:
	case strings.HasSuffix(at.path, ".br") && !hasLines(content), isUnreadSquashfs(content):
		v.skip(at, Unknown, int64(len(content)))
	}
}

// isUnreadSquashfs recognises a file system whose blocks are packed with LZMA, LZO or LZ4; those of zlib, xz and zstd are found by their marks.
func isUnreadSquashfs(content []byte) bool {
	if !bytes.HasPrefix(content, []byte("hsqs")) || len(content) < 96 {
		return false
	}
	packing := content[20]
	return packing == 2 || packing == 3 || packing == 5
}

// foreign are the marks of archives that nothing here reads, each with a check against programs that only know the mark.
var foreign = map[int]struct {
	how    string
	likely func(content []byte) bool
}{
	sevenZipMark: {"7z", func(content []byte) bool {
		return len(content) >= 32 && content[6] == 0 && crc32.ChecksumIEEE(content[12:32]) == binary.LittleEndian.Uint32(content[8:])
	}},
	rarMark: {"rar", isRar},
	lz4Mark: {"lz4", func(content []byte) bool {
		// A version of 1, blocks of 64 kB to 4 MB, nothing reserved (LZ4 frame format 1.6.1).
		return len(content) >= 16 && content[4]&0xc2 == 0x40 && content[5]&0x8f == 0 && content[5]>>4 >= 4
	}},
	lzipMark: {"lzip", func(content []byte) bool {
		return len(content) >= 36 && content[5]&31 >= 12 && content[5]&31 <= 29 && content[6] == 0
	}},
}

// isRar compares the checksum of the first header: that of version 5 is before a length and the header, that of version 4 is half of one and is before 11 bytes.
func isRar(content []byte) bool {
	switch {
	case len(content) < 20:
		return false
	case content[6] == 0:
		return uint16(crc32.ChecksumIEEE(content[9:20])) == binary.LittleEndian.Uint16(content[7:])
	case content[6] == 1 && content[7] == 0 && content[12] < 0x80:
		end := 13 + int(content[12])
		return end <= len(content) && crc32.ChecksumIEEE(content[12:end]) == binary.LittleEndian.Uint32(content[8:])
	}
	return false
}

// nameForeign names an archive that nothing here reads, even after a program that unpacks it.
func (v *visit) nameForeign(mark int, content []byte, start int, at place) {
	known := foreign[mark]
	switch {
	case !bytes.HasPrefix(content, []byte(marks[mark])):
	case begins(start, at) && len(content) >= 16:
		v.skip(at, Unknown, int64(len(content)))
	case known.likely(content):
		v.skip(at.inside(known.how, ""), Unknown, int64(len(content)))
	}
}
