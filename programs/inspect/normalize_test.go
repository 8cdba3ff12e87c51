package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const epoch = "1700000000"

// written makes a layer's tar from whole headers, as different engines write them. A file holds the name of its group, or what the bodies say.
func written(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	return writtenWith(t, nil, headers...)
}

func writtenWith(t *testing.T, bodies map[string]string, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, header := range headers {
		body := []byte(header.Gname)
		if given, isGiven := bodies[header.Name]; isGiven {
			body = []byte(given)
		}
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(body))
		} else {
			body = nil
		}
		if err := writer.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// normalized gives the archive of a normalized image.
func normalized(t *testing.T, archive, at string) string {
	t.Helper()
	directory, name := filepath.Join(t.TempDir(), "layout"), filepath.Join(t.TempDir(), "normal.tar")
	extracted, err := normalize(archive, directory, at, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := pack(directory, name, []string{"oci-layout", "index.json", "blobs"}); err != nil {
		t.Fatal(err)
	}
	if found := inspected(t, name).Digest; found != extracted.Digest {
		t.Fatalf("normalize says %s, and wrote %s", extracted.Digest, found)
	}
	return name
}

// twice is one image as two engines make it, at other times: another order, other names of owners, another name that has the content of a file with two.
func twice(t *testing.T) [2]string {
	t.Helper()
	// The first was made before the epoch, by a step that a cache kept, and the second after it.
	old, early, late := time.Unix(200_000_000, 0), time.Unix(1_600_000_000, 0), time.Unix(1_900_000_000, 5)
	image := func(made time.Time, calls string, layer func() (plain, stored []byte), form types.MediaType) string {
		b := newBuilder(t)
		content, kept := layer()
		b.config.Created = v1.Time{Time: made}
		b.config.History = []v1.History{{CreatedBy: "base", Created: v1.Time{Time: old}}, {CreatedBy: calls, Created: v1.Time{Time: made}, Comment: ofEngine}}
		b.config.Config.Cmd = []string{"/app"}
		name, _ := b.gzipped(dir("etc")).layer(form, content, kept).oci()
		return name
	}
	first := func() ([]byte, []byte) {
		plain := written(t,
			tar.Header{Typeflag: tar.TypeDir, Name: "app/", Mode: 0o755, ModTime: early},
			tar.Header{Typeflag: tar.TypeReg, Name: "app/a", Mode: 0o644, ModTime: early, Gname: "same"},
			tar.Header{Typeflag: tar.TypeLink, Name: "app/b", Linkname: "app/a", Mode: 0o644, ModTime: early},
			tar.Header{Typeflag: tar.TypeReg, Name: "app/old", Mode: 0o644, ModTime: old, Gname: "old", PAXRecords: map[string]string{"SCHILY.xattr.user.k": "v"}},
			tar.Header{Typeflag: tar.TypeReg, Name: "app/.wh.gone", Mode: 0o644, ModTime: early},
		)
		return plain, gzipOf(t, plain)
	}
	second := func() ([]byte, []byte) {
		plain := written(t,
			tar.Header{Typeflag: tar.TypeReg, Name: "app/.wh.gone", Mode: 0o644, ModTime: late},
			tar.Header{Typeflag: tar.TypeReg, Name: "./app/old", Mode: 0o644, ModTime: old, Gname: "old", Uname: "root", PAXRecords: map[string]string{"SCHILY.xattr.user.k": "v"}},
			tar.Header{Typeflag: tar.TypeReg, Name: "app/b", Mode: 0o644, ModTime: late, Gname: "same"},
			tar.Header{Typeflag: tar.TypeLink, Name: "app/a", Linkname: "app/b", Mode: 0o644, ModTime: late},
			tar.Header{Typeflag: tar.TypeDir, Name: "app", Mode: 0o755, ModTime: late},
		)
		return plain, plain
	}
	return [2]string{
		image(early, "rehydrated persisted snapshot", first, types.OCILayer),
		image(late, "mount / from exec make", second, types.OCIUncompressedLayer),
	}
}

func TestNormalizedTheSameImageOfTwoEnginesHasOneDigest(t *testing.T) {
	made := twice(t)
	before, err := compareImages(made[0], made[1], defaultLimits())
	if err != nil || before.Count == 0 {
		t.Fatalf("the two are to differ: %v, %v", before, err)
	}
	first, second := normalized(t, made[0], epoch), normalized(t, made[1], epoch)
	said, err := compareImages(first, second, defaultLimits())
	if err != nil || said.First != said.Second || said.Count != 0 {
		t.Errorf("found %+v, %v", said, err)
	}
	if again := normalized(t, first, epoch); inspected(t, again).Digest != said.First {
		t.Error("what is normalized does not stay as it is")
	}
}

func TestNormalizingKeepsWhatAContainerSees(t *testing.T) {
	made := twice(t)
	name := normalized(t, made[1], epoch)
	before, after := inspected(t, made[1]), inspected(t, name)
	if after.Unpacked != before.Unpacked || after.Files.Count != before.Files.Count || !slices.Equal(after.Config.Cmd, before.Config.Cmd) {
		t.Errorf("wanted the same image, found %+v", after.Files)
	}
	if after.Created != "2023-11-14T22:13:20Z" || after.History[1].Created != after.Created || after.History[1].CreatedBy != "" || after.History[0] != before.History[0] {
		t.Errorf("found %s and %+v", after.Created, after.History)
	}
	opened, found, err := openImage(name)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	plain, closePlain, err := decompress(opened.open(found.layers[1].place), gzipCompressed)
	if err != nil {
		t.Fatal(err)
	}
	defer closePlain()
	names, reader := []string{}, tar.NewReader(plain)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		names = append(names, header.Name)
		wanted := int64(315_532_800)
		if header.Name == "app/old" {
			wanted = 200_000_000
			if header.PAXRecords["SCHILY.xattr.user.k"] != "v" {
				t.Error("an attribute is gone")
			}
		}
		if header.ModTime.Unix() != wanted || header.Uname != "" || header.Gname != "" {
			t.Errorf("%s: found %+v", header.Name, header)
		}
	}
	if !slices.Equal(names, []string{"app/", "app/.wh.gone", "app/a", "app/b", "app/old"}) {
		t.Errorf("found %v", names)
	}
}

func TestNormalizeRefusesWhatHasNoOrder(t *testing.T) {
	for what, lines := range map[string][]line{
		"twice": {file("a", "1"), file("a", "2")},
		"climb": {file("../a", "1")},
		"link":  {hard("a", "b"), hard("b", "a")},
	} {
		archive, _ := newBuilder(t).gzipped(lines...).oci()
		if _, err := normalize(archive, filepath.Join(t.TempDir(), "layout"), epoch, defaultLimits()); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	archive, _ := sample(t).oci()
	for _, at := range []string{"", "-1", "soon", "99999999999"} {
		if _, err := normalize(archive, filepath.Join(t.TempDir(), "layout"), at, defaultLimits()); err == nil || !strings.Contains(err.Error(), "seconds since 1970") {
			t.Errorf("%q: found %v", at, err)
		}
	}
}

func TestNormalizeSaysWhatTheEngineSaidOfEachLayer(t *testing.T) {
	said, err := normalize(twice(t)[1], filepath.Join(t.TempDir(), "layout"), epoch, defaultLimits())
	if err != nil || !slices.Equal(said.CreatedBy, []string{"base", "mount / from exec make"}) {
		t.Errorf("found %+v, %v", said, err)
	}
}

// contents gives the files of one layer of an archive, with what is in them.
func contents(t *testing.T, archive string, layer int) map[string]string {
	t.Helper()
	opened, found, err := openImage(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	plain, closePlain, err := decompress(opened.open(found.layers[layer].place), gzipCompressed)
	if err != nil {
		t.Fatal(err)
	}
	defer closePlain()
	read, reader := map[string]string{}, tar.NewReader(plain)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return read
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		read[header.Name] = string(content)
	}
}

// withHole makes a layer with one file as GNU tar writes it with --sparse: of its size only what is at one place.
func withHole(name string, size, at int, data string) []byte {
	block := make([]byte, 512)
	for offset, field := range map[int]string{
		0: name, 100: "0000644", 108: "0000000", 116: "0000000", 124: fmt.Sprintf("%011o", len(data)), 136: fmt.Sprintf("%011o", 1_800_000_000), 148: "        ", 156: "S", 257: "ustar  ",
		386: fmt.Sprintf("%011o", at), 398: fmt.Sprintf("%011o", len(data)), 410: fmt.Sprintf("%011o", size), 422: "00000000000", 483: fmt.Sprintf("%011o", size),
	} {
		copy(block[offset:], field)
	}
	sum := 0
	for _, one := range block {
		sum += int(one)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return append(append(append(block, data...), make([]byte, 512-len(data))...), make([]byte, 1024)...)
}

func TestASparseFileKeepsItsBytes(t *testing.T) {
	layer := withHole("hole", 5000, 4096, "end")
	archive, _ := newBuilder(t).layer(types.OCIUncompressedLayer, layer, layer).oci()
	wanted := make([]byte, 5000)
	copy(wanted[4096:], "end")
	if found := contents(t, normalized(t, archive, epoch), 0)["hole"]; found != string(wanted) {
		t.Errorf("found %d bytes", len(found))
	}
	bounded := defaultLimits()
	bounded.unpacked = 6000
	if _, err := normalize(archive, filepath.Join(t.TempDir(), "layout"), epoch, bounded); err == nil {
		t.Error("what a sparse file unpacks to is not counted")
	}
}
