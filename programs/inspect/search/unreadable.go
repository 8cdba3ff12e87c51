package search

import (
	"bytes"
	"strings"
)

// unreadable are beginnings of what cannot be looked into.
var unreadable = []struct{ start, reason string }{
	{"7z\xbc\xaf\x27\x1c", Unknown}, {"Rar!\x1a\x07", Unknown}, {"\x04\x22\x4d\x18", Unknown}, {"LZIP", Unknown}, {"\x89LZO\x00", Unknown}, {"\x1f\x9d", Unknown},
	{"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff", Unknown}, {"\xff\x06\x00\x00sNaPpY", Unknown}, {"MSCF\x00\x00\x00\x00", Unknown},
	{"-----BEGIN PGP MESSAGE-----", Encrypted}, {"age-encryption.org/v1", Encrypted}, {"-----BEGIN AGE ENCRYPTED FILE-----", Encrypted}, {"$ANSIBLE_VAULT;", Encrypted},
	{"LUKS\xba\xbe", Encrypted}, {"Salted__", Encrypted}, {"\x03\xd9\xa2\x9a", Encrypted}, {"SQLite format 3 encrypted", Encrypted},
	{"\xce\xce\xce\xce", KeyStore},
}

// pkcs12 is how a PKCS #12 store goes on behind its outer header: version 3, then a sequence (RFC 7292).
const pkcs12 = "\x02\x01\x03\x30"

func (v *visit) nameUnreadable(content []byte, at place) {
	if len(content) < 16 || at.line != nil {
		return
	}
	for _, one := range unreadable {
		if bytes.HasPrefix(content, []byte(one.start)) {
			v.skip(at, one.reason, int64(len(content)))
			return
		}
	}
	switch {
	case content[0] == 0x30 && bytes.Contains(content[1:12], []byte(pkcs12)):
		v.skip(at, KeyStore, int64(len(content)))
	case strings.HasSuffix(at.path, ".br") && !hasLines(content):
		v.skip(at, Unknown, int64(len(content)))
	}
}
