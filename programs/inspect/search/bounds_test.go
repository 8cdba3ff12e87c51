package search

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"golang.org/x/sys/unix"
)

func gzipped(content []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(content)
	_ = writer.Close()
	return out.Bytes()
}

// zipMember is a deflated member with an arbitrary header.
func zipMember(content []byte) []byte {
	var packed bytes.Buffer
	writer, _ := flate.NewWriter(&packed, 6)
	_, _ = writer.Write(content)
	_ = writer.Close()
	header := make([]byte, 31)
	copy(header, "PK\x03\x04")
	binary.LittleEndian.PutUint16(header[8:], 8)
	binary.LittleEndian.PutUint32(header[18:], uint32(packed.Len()))
	binary.LittleEndian.PutUint16(header[26:], 1)
	header[30] = 'a'
	return append(header, packed.Bytes()...)
}

// xzHeaders are those of a stream of xz and of its first block, with the filter and its property.
func xzHeaders(filter, property byte) []byte {
	stream := []byte{0, 1}
	header := append([]byte("\xfd7zXZ\x00"), stream...)
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE(stream))
	block := []byte{2, 0, filter, 1, property, 0, 0, 0}
	return append(header, binary.LittleEndian.AppendUint32(block, crc32.ChecksumIEEE(block))...)
}

// unended is a stream of deflate blocks that are stored and empty: it goes on as long as there are any.
func unended(mark string) []byte { return []byte(mark + "\x00\x00\x00\xff\xff") }

// hostile are files of about the given size that are designed to be slow.
func hostile(size int) map[string][]byte {
	random := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random)
	fill := func(text string) []byte { return bytes.Repeat([]byte(text), size/len(text)+1)[:size] }
	var packed bytes.Buffer
	writer := zlib.NewWriter(&packed)
	_, _ = writer.Write([]byte(strings.Repeat("x", 64)))
	_ = writer.Close()
	files := map[string][]byte{
		"noise":                      random,
		"noise in base64":            []byte(base64.StdEncoding.EncodeToString(random))[:size],
		"noise in base64 in lines":   []byte(strings.Join(strings.SplitAfter(base64.StdEncoding.EncodeToString(random)[:size], "q"), "\n"))[:size],
		"base64 lines of one length": fill(strings.Repeat("QUJD", 19) + "\n"),
		"one letter":                 fill("A"),
		"one digit":                  fill("0"),
		"headings of keys":           fill("-----BEGIN PRIVATE KEY-----\n"),
		"headings and text":          fill("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n"),
		"words of rules":             fill("secret_access_key=heroku_key:= xoxb-ghp_AKIAeyJ.eyJ://:@"),
		"web tokens":                 fill("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx."),
		"colons":                     fill("a://:"),
		"whole streams":              fill(packed.String()),
	}
	for number, mark := range marks {
		files[fmt.Sprintf("mark %d", number)] = fill(mark)
		files[fmt.Sprintf("mark %d of a stream without end", number)] = fill(string(unended(mark)))
	}
	files["headers of gzip"] = fill("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	files["headers of gzip and empty blocks"] = fill("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\xff\xff")
	files["headers of zlib and empty blocks"] = fill("\x78\x9c\x00\x00\x00\xff\xff")
	files["headers of zip and empty blocks"] = fill(string(zipMember(nil)[:31]) + "\x00\x00\x00\xff\xff")
	files["headers of zstd"] = fill("\x28\xb5\x2f\xfd\x04\x00\x00\x00\x00")
	files["headers of zstd with the largest window"] = fill("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00")
	files["headers of zstd before empty blocks"] = append(fill("\x28\xb5\x2f\xfd\x00\x00")[:size/2], make([]byte, size/2)...)
	files["headers of xz with the largest dictionary"] = fill(string(xzHeaders(0x21, 30)))
	files["headers of LZMA"] = append([]byte("\x5d\x00\x00\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff"), random[:size-13]...)
	files["headers of bzip2"] = fill("BZh91AY&SY")
	return files
}

// slowest is far above the time for an ordinary file, and far below the time for a file that is scanned once for each of its words.
const slowest = 30 * time.Microsecond

// spent is the processor time of this process: the machine may be busy with others.
func spent() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestTakesTimeThatGrowsWithTheFileAndNotFaster(t *testing.T) {
	const size = 256 << 10
	for name, content := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			begun := spent()
			New(256<<20).File("app/.env", content)
			if took := spent() - begun; took > slowest*size {
				t.Errorf("wanted at most %v, took %v", slowest*size, took)
			}
		})
	}
}

func TestSaysSoWhereItHadToStop(t *testing.T) {
	token := "gh" + "p_" + strings.Repeat("Zx9", 12)
	bomb := gzipped(make([]byte, 64<<20))
	searcher := New(1 << 20)
	_, unread, err := searcher.File("app/bomb", bomb)
	if err != nil || len(unread) != 1 || !reflect.DeepEqual(unread[0], Unread{Reason: TooMuch, Count: 1, Paths: []string{"app/bomb"}, Bytes: int64(len(bomb))}) {
		t.Errorf("wanted one place that unpacks to too much, got %v", unread)
	}
	found, unread, err := searcher.File("app/next", []byte("token = "+token))
	if err != nil || len(found) != 1 || len(unread) != 0 {
		t.Errorf("wanted the next file to be looked at, got %v and %v", found, unread)
	}
}

func TestAMemberThatTakesMuchAndGivesNothingIsChargedForWhatItTakes(t *testing.T) {
	const headers, length = 64, 31
	var content []byte
	for number := range headers {
		header := zipMember(nil)[:length]
		// All members begin at one place, behind the last header.
		binary.LittleEndian.PutUint16(header[28:], uint16((headers-1-number)*length))
		content = append(content, header...)
	}
	content = append(content, bytes.Repeat([]byte("\x00\x00\x00\xff\xff"), 100_000)...)
	_, unread, err := New(0).File("app/data", content)
	if err != nil || !slices.ContainsFunc(unread, func(one Unread) bool { return one.Reason == TooMuch }) {
		t.Errorf("wanted the budget to be spent, got %v and %v", unread, err)
	}
}

func TestTellsNoMoreOfAFileThanIsRead(t *testing.T) {
	var text strings.Builder
	for number := range 3 * mostFound {
		fmt.Fprintf(&text, "gh"+"p_%036d\n", number)
	}
	begun := spent()
	found, _, _ := New(1<<30).File("app/data", []byte(text.String()))
	if len(found) != mostFound || found[mostFound-1].Line != mostFound {
		t.Errorf("wanted %d, the last on the line of its number, got %d", mostFound, len(found))
	}
	if took := spent() - begun; took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzFile(f *testing.F) {
	for _, content := range hostile(2000) {
		f.Add("app/.env", content)
	}
	f.Add("etc/shadow", gzipped(zipMember([]byte("root:$6$x:"))))
	finder := New(0).finder
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		searcher := &Searcher{finder: finder}
		searcher.left.Store(4 << 20)
		found, unread, err := searcher.File(path, content)
		if err != nil {
			t.Error(err)
		}
		for _, one := range found {
			if one.Line < 0 || one.Rule == nil {
				t.Errorf("told %v", one)
			}
		}
		for _, one := range unread {
			if one.Reason == "" || one.Bytes < 0 || one.Count < len(one.Paths) {
				t.Errorf("left out %v", one)
			}
		}
	})
}
