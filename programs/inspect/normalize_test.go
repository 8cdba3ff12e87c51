package main

import (
	"archive/tar"
	"bytes"
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

// written makes a layer's tar from whole headers, as different engines write them.
func written(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, header := range headers {
		body := []byte(header.Gname)
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
	old, early, late := time.Unix(1_600_000_000, 0), time.Unix(1_800_000_000, 0), time.Unix(1_900_000_000, 5)
	image := func(made time.Time, layer func() (plain, stored []byte), form types.MediaType) string {
		b := newBuilder(t)
		content, kept := layer()
		b.config.Created = v1.Time{Time: made}
		b.config.History = []v1.History{{CreatedBy: "base", Created: v1.Time{Time: old}}, {CreatedBy: "RUN make", Created: v1.Time{Time: made}}}
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
	return [2]string{image(early, first, types.OCILayer), image(late, second, types.OCIUncompressedLayer)}
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
	if after.Created != "2023-11-14T22:13:20Z" || after.History[1].Created != after.Created || after.History[0].Created != before.History[0].Created {
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
		wanted := int64(1_700_000_000)
		if header.Name == "app/old" {
			wanted = 1_600_000_000
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

func TestComparingNamesTheFirstLayerThatDiffersAndItsFiles(t *testing.T) {
	image := func(body, extra string) string {
		b := newBuilder(t)
		b.config.History = []v1.History{{CreatedBy: "base"}, {CreatedBy: "RUN date > /built"}, {CreatedBy: "RUN more"}}
		name, _ := b.gzipped(dir("etc")).gzipped(file("built", body), file("same", "x"), file(extra, "")).gzipped(file("last", body)).oci()
		return name
	}
	said, err := compareImages(image("1", "one"), image("2", "two"), defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	wanted := []difference{
		{2, "RUN date > /built", "built", "content"},
		{2, "RUN date > /built", "one", "only in the first"},
		{2, "RUN date > /built", "two", "only in the second"},
	}
	if said.Count != 3 || !slices.Equal(said.Differences, wanted) {
		t.Errorf("found %+v", said)
	}
	labelled := newBuilder(t)
	labelled.config.Config.Labels = map[string]string{"a": "b"}
	one, _ := labelled.gzipped(dir("etc")).oci()
	other, _ := newBuilder(t).gzipped(dir("etc")).oci()
	said, err = compareImages(one, other, defaultLimits())
	if err != nil || !slices.Equal(said.Differences, []difference{{Path: "config", What: "content"}}) {
		t.Errorf("found %+v, %v", said, err)
	}
}
