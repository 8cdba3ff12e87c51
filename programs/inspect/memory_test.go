package main

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"loadline.dev/sealed/inspect/search"
)

// mostKept is how much memory a search may retain of an image's own statements.
const mostKept = 64 << 20

// heapHeld is how much memory is held after the work, including its result.
func heapHeld(t *testing.T, work func() any) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	given := work()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(given)
	return after.HeapAlloc - min(after.HeapAlloc, before.HeapAlloc)
}

func TestNamesOfWhatIsNotLookedAtAreCountedAndNotKept(t *testing.T) {
	member := zipHeader(1, 8, strings.Repeat("n", 65_000), "x")
	unsupported := zipHeader(0, 14, strings.Repeat("/", 65_000), "x")
	content := []byte(strings.Repeat(member+unsupported, 1500))
	var unread []search.Unread
	if most := heapHeld(t, func() any { _, unread, _ = search.New(1<<40).File("app/x.zip", content); return unread }); most > mostKept/16 {
		t.Errorf("wanted at most %d bytes, kept %d", mostKept/16, most)
	}
	if len(unread) != 2 || unread[0].Count != 1500 || unread[1].Count != 1500 || len(unread[0].Paths) != search.MostPaths {
		t.Errorf("wanted 1500 members counted for each of two reasons and 20 named, got %d reasons", len(unread))
	}
}

func TestNamesOfManyFilesAreCountedAndNotKept(t *testing.T) {
	var lines []line
	for number := range 3000 {
		lines = append(lines, file(fmt.Sprintf("app/%s/%05d.age", strings.Repeat("n/", 400), number), "age-encryption.org/v1\n"))
	}
	name, _ := newBuilder(t).gzipped(lines...).oci()
	report, err := searchImage(name, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if one := report.NotLookedAt[0]; one.Count != 3000 || len(one.Paths) != search.MostPaths || !strings.HasSuffix(one.Paths[0], "/00000.age") {
		t.Errorf("wanted 3000 files counted and the first 20 named, got %v", one)
	}
}

func TestEndsWhereTheHeadersBeforeAnEntryAreTooLong(t *testing.T) {
	var plain bytes.Buffer
	body := bytes.Repeat([]byte("30 comment=0123456789abcdefgh\n"), 30_000)
	for range 20 {
		plain.Write(header(t, tar.TypeXHeader, len(body)))
		plain.Write(body)
		plain.Write(make([]byte, -len(body)&511))
	}
	plain.Write(tarOf(t, file("a", "x")))
	b := newBuilder(t)
	b.layer("application/vnd.oci.image.layer.v1.tar+gzip", plain.Bytes(), gzipOf(t, plain.Bytes()))
	name, _ := b.oci()
	if _, err := searchImage(name, defaultLimits()); err == nil || !strings.Contains(err.Error(), "headers of at most") {
		t.Errorf("wanted a refusal of the headers, got %v", err)
	}
}

// header is one block of a tar archive, with its checksum.
func header(t *testing.T, kind byte, size int) []byte {
	t.Helper()
	block := make([]byte, 512)
	copy(block, "x")
	copy(block[100:], "0000644\x00")
	copy(block[124:], fmt.Sprintf("%011o\x00", size))
	copy(block[136:], "00000000000\x00")
	block[156] = kind
	copy(block[257:], "ustar\x0000")
	copy(block[148:], "        ")
	sum := 0
	for _, one := range block {
		sum += int(one)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return block
}

func TestEndsWhereAFileHasTooManyCredentials(t *testing.T) {
	var lines []line
	for number := range 3 {
		var text strings.Builder
		for index := range 5000 {
			fmt.Fprintf(&text, "gh"+"p_%036d\n", number*5000+index)
		}
		lines = append(lines, file(fmt.Sprintf("app/%d", number), text.String()))
	}
	name, _ := newBuilder(t).gzipped(lines...).oci()
	if _, err := searchImage(name, defaultLimits()); err == nil || !strings.Contains(err.Error(), "at most 10000 credentials") {
		t.Errorf("wanted a refusal, got %v", err)
	}
}

// roomless is a file that unpacks to more than is kept in memory.
func roomless(t *testing.T) string {
	return string(gzipOf(t, []byte(strings.Repeat(noise(1<<20), 20)+hexed(line1))))
}

func TestWhereThereIsNoRoomTheSearchEndsAndNothingIsCalledDamaged(t *testing.T) {
	zipped := saying(zipHeader(0, 8, "a", string(deflatedOf(strings.Repeat(noise(1<<20), 20))[2:])), 8, 8)
	for where, content := range map[string]string{"at its start": roomless(t), "behind a program": code + roomless(t), "in an archive": zipped} {
		name, _ := newBuilder(t).gzipped(file("app/data", content)).oci()
		t.Run(where, func(t *testing.T) {
			t.Setenv("TMPDIR", "/proc/self/nowhere")
			if report, err := searchImage(name, defaultLimits()); err == nil || !strings.Contains(err.Error(), "failed to keep what was unpacked") {
				t.Errorf("wanted the search to end, got %v and %v", report, err)
			}
		})
	}
}

// TestMain makes this test binary the program under test: the guard starts it again.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == insideGuard && os.Args[2] == "exhaust" {
		if err := boundMemory(); err != nil {
			panic(err)
		}
		fmt.Println(len(make([]byte, mostMemory+1<<30)))
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == insideGuard && os.Args[2] == "linger" {
		time.Sleep(time.Hour)
	}
	if len(os.Args) > 1 && (os.Args[1] == insideGuard || os.Args[1] == "secrets") {
		os.Exit(runGuarded(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program runs this program on an archive, as it is shipped.
func runProgram(t *testing.T, arguments ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaint bytes.Buffer
	command := exec.Command("/proc/self/exe", arguments...)
	command.Stdout, command.Stderr = &out, &complaint
	_ = command.Run()
	return out.String(), complaint.String(), command.ProcessState.ExitCode()
}

func TestTheGuardedProgramSaysWhatTheUnguardedOneDoes(t *testing.T) {
	name, _ := newBuilder(t).gzipped(file("app/key", line1)).oci()
	if out, complaint, code := runProgram(t, "secrets", name); code != 0 || !strings.Contains(out, "github-pat") || complaint != "" {
		t.Errorf("wanted a report, got %d: %s%s", code, out, complaint)
	}
	if out, complaint, code := runProgram(t, "secrets", name+".none"); code != 1 || out != "" || !strings.Contains(complaint, "cannot open it") {
		t.Errorf("wanted a refusal, got %d: %s%s", code, out, complaint)
	}
	if _, complaint, code := runProgram(t, "secrets"); code != 2 || !strings.Contains(complaint, "usage:") {
		t.Errorf("wanted the usage, got %d: %s", code, complaint)
	}
}

func TestAnImageThatNeedsMoreMemoryThanThereIsEndsWithOneSentence(t *testing.T) {
	var out, complaint bytes.Buffer
	if code := guarded(mostTime, []string{"exhaust"}, &out, &complaint); code != 1 || out.Len() > 0 || !strings.HasPrefix(complaint.String(), "expected an image that can be read in 4 GB of memory") || strings.Count(complaint.String(), "\n") != 1 {
		t.Errorf("wanted one sentence, got %d: %s%s", code, out.String(), complaint.String())
	}
}

func TestAnImageThatTakesTooLongEndsWithOneSentence(t *testing.T) {
	var out, complaint bytes.Buffer
	if code := guarded(60*time.Millisecond, []string{"linger"}, &out, &complaint); code != 1 || out.Len() > 0 || complaint.String() != "expected an image that can be read in 0.001 minutes, found one that takes longer: the image cannot be judged\n" {
		t.Errorf("wanted one sentence, got %d: %s%s", code, out.String(), complaint.String())
	}
}

func TestDecodersNeedNoMoreMemoryThanTheGuardGives(t *testing.T) {
	// Each asks for as much as its format has words for: 4 GB of dictionary, 2 GB of window, 1 TB of content.
	var content bytes.Buffer
	segment := binary.LittleEndian.AppendUint64([]byte("\x28\xb5\x2f\xfd\xe0"), 1<<40)
	for _, one := range []string{
		string(xzHeaders(0x21, 40)), string(xzHeaders(0x21, 30)), wideZstd(t, line1), string(segment) + "\x45\x01\x00" + noise(40), "BZh91AY&SY" + noise(400),
		"\x28\xb5\x2f\xfd\x00\x88" + "\x45\x01\x00" + noise(40),
	} {
		content.WriteString(strings.Repeat(one, 20))
	}
	lzma := "\x5d\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00\x10" + noise(300)
	name, _ := newBuilder(t).gzipped(file("app/data", code+content.String()), file("app/x.lzma", lzma), file("app/y", content.String())).oci()
	out, complaint, exit := runProgram(t, "secrets", name)
	if exit != 0 || !strings.Contains(out, "unknown-format") {
		t.Errorf("wanted a report, got %d: %s%s", exit, out, complaint)
	}
}
