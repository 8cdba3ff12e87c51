package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// code precedes the data that a program embeds.
const code = "\x7fELF\x90\x00\x90\x00\x90\x00\x90\x00"

// hexed writes a credential so that no literal copy of it is left in what is packed.
func hexed(text string) string { return hex.EncodeToString([]byte(text)) }

// cutBy leaves out the last bytes.
func cutBy(bytes int, content []byte) string { return string(content[:len(content)-bytes]) }

func deflatedOf(content string) []byte {
	var out bytes.Buffer
	writer := zlib.NewWriter(&out)
	_, _ = writer.Write([]byte(content))
	_ = writer.Close()
	return out.Bytes()
}

func packedBy[W io.WriteCloser](t *testing.T, made func(io.Writer) (W, error), content string) string {
	t.Helper()
	var out bytes.Buffer
	writer, err := made(&out)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = writer.Write([]byte(content))
	_ = writer.Close()
	return out.String()
}

func xzOf(t *testing.T, content string) []byte {
	t.Helper()
	return []byte(packedBy(t, xz.NewWriter, content))
}

// xzHeaders are those of a stream and of its first block, with the filters and the property of each.
func xzHeaders(filters ...byte) []byte {
	flags := []byte{0, 1}
	header := binary.LittleEndian.AppendUint32(append([]byte("\xfd7zXZ\x00"), flags...), crc32.ChecksumIEEE(flags))
	block := []byte{0, byte(len(filters)/2 - 1)}
	for index := 0; index < len(filters); index += 2 {
		block = append(block, filters[index], 1, filters[index+1])
	}
	for len(block)%4 != 0 {
		block = append(block, 0)
	}
	block[0] = byte(len(block) / 4)
	return append(header, binary.LittleEndian.AppendUint32(block, crc32.ChecksumIEEE(block))...)
}

// withCheck states a different kind of check with the same number of bytes.
func withCheck(stream []byte, kind byte) string {
	stream = bytes.Clone(stream)
	stream[7] = kind
	binary.LittleEndian.PutUint32(stream[8:], crc32.ChecksumIEEE(stream[6:8]))
	return string(stream)
}

func lzmaOf(t *testing.T, content string) string {
	t.Helper()
	return packedBy(t, lzma.NewWriter, content)
}

// gzipWithExtra carries data in a field of its header.
func gzipWithExtra(t *testing.T, extra string) string {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	writer.Extra = []byte(extra)
	_, _ = writer.Write([]byte("nothing"))
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// zipWithExtra does the same in a member of a zip archive.
func zipWithExtra(extra string) string {
	header := []byte(zipHeader(0, 8, "a.txt", ""))
	packed := deflatedOf("nothing")[2:]
	binary.LittleEndian.PutUint32(header[18:], uint32(len(packed)-4))
	binary.LittleEndian.PutUint16(header[28:], uint16(len(extra)))
	return string(header) + extra + string(packed)
}

// saying changes two bytes of the header of the first member, but not in the list at the end.
func saying(archive string, offset int, value uint16) string {
	changed := []byte(archive)
	binary.LittleEndian.PutUint16(changed[offset:], value)
	return string(changed)
}

// wideZstd is a frame that states a window of 2 GB, as "zstd --long=31" writes one from a pipe.
func wideZstd(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	writer, err := zstd.NewWriter(&out, zstd.WithEncoderCRC(false))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = writer.Write([]byte(strings.Repeat(hexed(content), 3)))
	_ = writer.Flush()
	_ = writer.Close()
	packed := out.Bytes()
	if packed[4] != 0 {
		t.Fatalf("wanted a frame with nothing but its window in its header, got %x", packed[4])
	}
	packed[5] = 21 << 3
	return string(packed)
}

// learnedZstd requires an external dictionary.
func learnedZstd(t *testing.T) string {
	t.Helper()
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(7, []byte(strings.Repeat(token, 20))))
	if err != nil {
		t.Fatal(err)
	}
	return string(encoder.EncodeAll([]byte(line1), nil))
}

func sevenZip() string {
	header := make([]byte, 32)
	copy(header, "7z\xbc\xaf\x27\x1c\x00\x04")
	header[12], header[20] = 9, 40
	binary.LittleEndian.PutUint32(header[8:], crc32.ChecksumIEEE(header[12:]))
	return string(header) + noise(80)
}

func rar() string {
	header := make([]byte, 20)
	copy(header, "Rar!\x1a\x07\x00\x00\x00\x73\x00\x00\x0d")
	binary.LittleEndian.PutUint16(header[7:], uint16(crc32.ChecksumIEEE(header[9:])))
	return string(header) + noise(80)
}

func TestARecordOfAnInstallerOfWheelsIsToldFromThatOfASystem(t *testing.T) {
	const key = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB\n-----END RSA PRIVATE " + "KEY-----\n"
	sum := sumsOf([]byte(key)).md5
	for name, make := range map[string]func(*builder){
		installedFile: recorded("usr/lib/python3/site-packages/x/key.py", key, "usr/lib/python3/site-packages/x-1.dist-info/RECORD"),
		publishedFile: func(b *builder) {
			b.gzipped(file("usr/share/x/key.pem", key), file("var/lib/dpkg/info/x.md5sums", sum+"  usr/share/x/key.pem\n"), file("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\n"))
		},
		packageTests: func(b *builder) { b.gzipped(file("app/node_modules/x/test/key.pem", key)) },
	} {
		b := newBuilder(t)
		make(b)
		archive, _ := b.oci()
		report, err := searchImage(archive, defaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Found) != 1 || report.Found[0].Known != name {
			t.Errorf("wanted %s, got %v", name, report.Found)
		}
	}
}

func TestARecordOfDpkgCountsForPackagesThatTheLayerHas(t *testing.T) {
	const key = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB\n-----END RSA PRIVATE " + "KEY-----\n"
	sums := sumsOf([]byte(key)).md5 + "  app/prod.pem\n"
	status := func(text string) line { return file("var/lib/dpkg/status", text) }
	for name, one := range map[string]struct {
		record, wanted string
		others         []line
	}{
		"no package":          {"info/x.md5sums", "", nil},
		"another package":     {"info/x.md5sums", "", []line{status("Package: y\nStatus: install ok installed\n")}},
		"a removed package":   {"info/x.md5sums", "", []line{status("Package: x\nStatus: deinstall ok config-files\n")}},
		"a list elsewhere":    {"info/x.md5sums", "", []line{file("app/var/lib/dpkg/status", "Package: x\n")}},
		"digests for digests": {"status.d/x.md5sums", "", []line{file("var/lib/dpkg/status.d/y.md5sums", "Package: x\n")}},
		"a package":           {"info/x.md5sums", publishedFile, []line{status("Package: y\n\nPackage: x\nStatus: install ok installed\n")}},
		"an architecture":     {"info/x:amd64.md5sums", publishedFile, []line{status("Package: x\nStatus: install ok installed\n")}},
		"a list for each":     {"status.d/x.md5sums", publishedFile, []line{file("var/lib/dpkg/status.d/x", "Package: x\n")}},
	} {
		archive, _ := newBuilder(t).gzipped(append(one.others, file("app/prod.pem", key), file("var/lib/dpkg/"+one.record, sums))...).oci()
		report, err := searchImage(archive, defaultLimits())
		if err != nil || len(report.Found) != 1 || report.Found[0].Known != one.wanted {
			t.Errorf("%s: wanted %q, got %v and %v", name, one.wanted, report.Found, err)
		}
	}
}
