package credential

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"regexp"
)

// keys are private keys in every usual form.
var keys = []Rule{
	armoured(glued(within(60, checked(hasKeyBody, reaching(16_000, kind(High, "AsymmetricPrivateKey", "private-key", "Private key", `(?is)-{4,5}\s*?BEGIN[ A-Z0-9_-]*?PRIVATE KEY(?: BLOCK)?\s*?-{4,5}(.*?)(?:-----END|$)`, "private key")))))),
	reaching(8000, kind(High, "AsymmetricPrivateKey", "putty-private-key", "PuTTY private key", `PuTTY-User-Key-File-\d: [^\r\n]+(?s:.*?)Private-Lines: \d`, "putty-user-key-file-")),
	kind(Medium, "Age", "age-secret-key", "Age secret key", `AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}`, "age-secret-key-1"),
	first(within(16, checked(isDER, reaching(6000, kind(High, "AsymmetricPrivateKey", "private-key-der", "Private key in binary form", `(?s)\x30.*`, pkcs8RSA, pkcs8EC, pkcs8Ed25519))))),
	unwritten(first(within(16, checked(isDER, reaching(6000, kind(High, "AsymmetricPrivateKey", "private-key-der", "Private key in binary form", `(?s)\x30.*`, pkcs1Long, pkcs1Short, sec1P256, sec1P384, sec1P521)))))),
	first(checked(holdsPrivateKey, kind(High, "AsymmetricPrivateKey", "java-keystore", "Java key store with a private key", `(?s).{16}`, javaKeyStore))),
}

// The beginning of a PKCS #8 structure after its outer header: version 0, then the algorithm (RFC 5208, RFC 8018).
const (
	pkcs8RSA     = "\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	pkcs8EC      = "\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
	pkcs8Ed25519 = "\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70"
)

// The same of PKCS #1: version 0, then a modulus of 256 bytes or more, or of fewer (RFC 8017). And of SEC 1: version 1, then a key as long as its curve requires (RFC 5915).
const (
	pkcs1Long  = "\x02\x01\x00\x02\x82"
	pkcs1Short = "\x02\x01\x00\x02\x81"
	sec1P256   = "\x02\x01\x01\x04\x20"
	sec1P384   = "\x02\x01\x01\x04\x30"
	sec1P521   = "\x02\x01\x01\x04\x42"
)

// javaKeyStore is how a Java key store begins.
const javaKeyStore = "\xfe\xed\xfe\xed"

// holdsPrivateKey distinguishes a store whose first entry is a key from one of certificates: version, number of entries, kind of the first one.
func holdsPrivateKey(start []byte) bool {
	return binary.BigEndian.Uint32(start[4:]) <= 2 && binary.BigEndian.Uint32(start[8:]) > 0 && binary.BigEndian.Uint32(start[12:]) == 1
}

// hasKeyBody distinguishes a key from a mention of one: the heading is followed by lines of base64, with nothing between them but what a programming language or
// a list puts around lines.
func hasKeyBody(rest []byte) bool {
	rest = behindHeaders(rest)
	if isNarrowBody(rest) {
		return true
	}
	rest = rest[:min(len(rest), 1500)]
	different := map[byte]bool{}
	length, start, between := 0, 0, 0
	for position := 0; position <= len(rest); position++ {
		if position < len(rest) && isBase64(rest[position]) {
			continue
		}
		line := rest[start:position]
		if len(line) >= 16 && looksEncoded(line) {
			if between > mostBetween {
				length = 0
			}
			length, between = length+len(line), 0
			for _, character := range line {
				different[character] = true
			}
		} else {
			between += len(line)
		}
		if position < len(rest) && rest[position] == '\\' {
			// An escaped line break, as in JSON and C.
			position++
		} else if position < len(rest) && rest[position] > ' ' {
			between++
		}
		start = position + 1
	}
	return length >= 48 && len(different) >= 16
}

// header is a line between the heading of a key and its body, with those that continue it (RFC 1421, 4.6).
var header = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*`)

// behindHeaders skips the headers that follow a heading. They may contain anything, even dashes.
func behindHeaders(rest []byte) []byte {
	lines := bytes.TrimLeft(rest, " \t\r")
	if !bytes.HasPrefix(lines, []byte("\n")) {
		return rest
	}
	lines = lines[1:]
	for found := header.FindIndex(lines); found != nil; found = header.FindIndex(lines) {
		lines, rest = lines[found[1]:], lines[found[1]:]
	}
	return rest
}

// isNarrowBody recognises a whole body with lines of any length, if it is only base64 and begins as keys do.
func isNarrowBody(rest []byte) bool {
	decoded, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(rest), nil)))
	return err == nil && len(decoded) >= 36 && (decoded[0] == 0x30 || bytes.HasPrefix(decoded, []byte("openssh-key-v1")))
}

// mostBetween is how many visible characters may stand between two lines of a key.
const mostBetween = 12

// looksEncoded distinguishes base64 from long names: it has letters of both cases, and other characters.
func looksEncoded(line []byte) bool {
	upper, lower, other := false, false, false
	for _, character := range line {
		switch {
		case character >= 'A' && character <= 'Z':
			upper = true
		case character >= 'a' && character <= 'z':
			lower = true
		default:
			other = true
		}
	}
	return upper && lower && other
}

// isDER accepts the first complete structure as a key only if Go's own reader does.
func isDER(content []byte) bool {
	for start := range min(len(content), 8) {
		if content[start] != 0x30 {
			continue
		}
		length, header := derLength(content[start+1:])
		if header == 0 || start+1+header+length > len(content) {
			continue
		}
		if isKey(content[start : start+1+header+length]) {
			return true
		}
	}
	return false
}

func isKey(encoded []byte) bool {
	_, errPKCS8 := x509.ParsePKCS8PrivateKey(encoded)
	if errPKCS8 == nil {
		return true
	}
	_, errPKCS1 := x509.ParsePKCS1PrivateKey(encoded)
	if errPKCS1 == nil {
		return true
	}
	_, errSEC1 := x509.ParseECPrivateKey(encoded)
	return errSEC1 == nil
}

// derLength reads the length of a DER value and the number of bytes that encode it; 0 bytes if it is not valid.
func derLength(content []byte) (length, header int) {
	if len(content) == 0 {
		return 0, 0
	}
	if content[0] < 0x80 {
		return int(content[0]), 1
	}
	count := int(content[0] & 0x7f)
	if count == 0 || count > 3 || len(content) <= count {
		return 0, 0
	}
	for _, one := range content[1 : 1+count] {
		length = length<<8 | int(one)
	}
	return length, 1 + count
}

// isWebToken reads the header of a token: without an algorithm it only looks like one.
func isWebToken(token []byte) bool {
	header, _, _ := bytes.Cut(token, []byte("."))
	decoded, err := base64.RawURLEncoding.DecodeString(string(bytes.TrimRight(header, "=")))
	if err != nil {
		return false
	}
	var fields struct {
		Algorithm string `json:"alg"`
	}
	return json.Unmarshal(decoded, &fields) == nil && fields.Algorithm != ""
}

func isBase64(character byte) bool {
	return character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z' || character >= '0' && character <= '9' || character == '+' || character == '/'
}
