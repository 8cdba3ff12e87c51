package main

import (
	"archive/tar"
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// simple is the smallest image that has everything.
func simple(t *testing.T) *builder { return newBuilder(t).gzipped(file("a", "content of a")) }

func (b *builder) ociName() string { name, _ := b.oci(); return name }

// editing changes the archive's list of entries before it is written.
func (b *builder) editing(change func(lines []line) []line) *builder { b.edit = change; return b }

func entryIndex(lines []line, name string) int {
	for index, one := range lines {
		if one.name == name {
			return index
		}
	}
	return -1
}

func TestRefusesArchivesThatCannotBeBelieved(t *testing.T) {
	layerOf := func(b *builder) string { return blobPath(b.manifest.Layers[0].Digest) }
	cases := []struct {
		title  string
		make   func(t *testing.T) string
		wanted string
	}{
		{"no file", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, "cannot open"},
		{"a directory", func(t *testing.T) string { return t.TempDir() }, "not a regular file"},
		{"an empty file", func(t *testing.T) string { return simple(t).store(nil) }, "empty file"},
		{"not a tar", func(t *testing.T) string { return simple(t).store([]byte(strings.Repeat("no tar ", 200))) }, "truncated or damaged"},
		{"a tar without files", func(t *testing.T) string { return simple(t).store(tarOf(t, dir("blobs"))) }, "without files"},
		{"a compressed archive", func(t *testing.T) string { return simple(t).store(gzipOf(t, []byte("x"))) }, "decompress it first"},
		{"no image inside", func(t *testing.T) string { return simple(t).store(tarOf(t, file("readme", "x"))) }, "oci-layout and index.json"},
		{"an index that is not JSON", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { lines[1].body = "{"; return lines }).ociName()
		}, "index.json to be JSON"},
		{"an index that is {}", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { lines[1].body = "{}"; return lines }).ociName()
		}, "schemaVersion 2"},
		{"an index without images", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { lines[1].body = `{"schemaVersion":2,"manifests":[]}`; return lines }).ociName()
		}, "exactly one image in the archive, found 0"},
		{"an index with something after it", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { lines[1].body += "{}"; return lines }).ociName()
		}, "one JSON value"},
		{"another layout version", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { lines[0].body = `{"imageLayoutVersion":"2.0.0"}`; return lines }).ociName()
		}, "version 1.0.0"},
		{"two images", func(t *testing.T) string {
			b := simple(t)
			other := b.blob(types.OCIManifestSchema1, []byte("{}"))
			b.index = &v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{other}}
			return b.ociName()
		}, "found 2"},
		{"an entry twice", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line {
				return append(lines, line{name: "./index.json", typeflag: tar.TypeReg, body: "{}"})
			}).ociName()
		}, "\"index.json\" twice"},
		{"a name that climbs", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { return append(lines, file("blobs/../../etc/passwd", "x")) }).ociName()
		}, "climbs out"},
		{"an absolute name", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { return append(lines, file("/etc/passwd", "x")) }).ociName()
		}, "relative names"},
		{"a link out of the archive", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { return append(lines, soft("blobs/x", "/etc/passwd")) }).ociName()
		}, "links within the archive"},
		{"a device in the archive", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line { return append(lines, line{name: "dev", typeflag: tar.TypeChar}) }).ociName()
		}, "of type"},
		{"a layer that is missing", func(t *testing.T) string {
			b := simple(t)
			return b.editing(func(lines []line) []line { lines[entryIndex(lines, layerOf(b))].name = "elsewhere"; return lines }).ociName()
		}, "no such blob"},
		{"a layer of another size", func(t *testing.T) string {
			b := simple(t)
			return b.editing(func(lines []line) []line { lines[entryIndex(lines, layerOf(b))].body += "x"; return lines }).ociName()
		}, "bytes, found"},
		{"a layer with one bit changed", func(t *testing.T) string {
			b := simple(t)
			return b.editing(func(lines []line) []line {
				changed := []byte(lines[entryIndex(lines, layerOf(b))].body)
				changed[9] ^= 1 // the operating system in gzip's header: everything still unpacks
				lines[entryIndex(lines, layerOf(b))].body = string(changed)
				return lines
			}).ociName()
		}, "found bytes with digest"},
		{"a manifest with one byte changed", func(t *testing.T) string {
			b := simple(t)
			return b.editing(func(lines []line) []line {
				for index := range lines {
					lines[index].body = strings.Replace(lines[index].body, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config"`, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","Config"`, 1)
				}
				return lines
			}).ociName()
		}, "found bytes with digest"},
		{"a layer with another diff id", func(t *testing.T) string {
			b := simple(t)
			b.config.RootFS.DiffIDs[0] = digestOf([]byte("x"))
			return b.ociName()
		}, "unpacked with digest"},
		{"a layer without diff id", func(t *testing.T) string {
			b := simple(t)
			b.config.RootFS.DiffIDs = nil
			return b.ociName()
		}, "diff ids (0)"},
		{"a layer of unknown media type", func(t *testing.T) string {
			b := simple(t)
			b.manifest.Layers[0].MediaType = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"
			return b.ociName()
		}, "unknown media type"},
		{"a foreign layer", func(t *testing.T) string {
			b := simple(t)
			b.manifest.Layers[0].MediaType = types.DockerForeignLayer
			return b.ociName()
		}, "unknown media type"},
		{"a layer compressed in another way", func(t *testing.T) string {
			b := simple(t)
			b.manifest.Layers[0].MediaType = types.OCIUncompressedLayer
			return b.ociName()
		}, "as its media type says"},
		{"a layer that is cut off", func(t *testing.T) string {
			plain := tarOf(t, file("a", strings.Repeat("x", 5000)))[:3000]
			return newBuilder(t).layer(types.OCILayer, plain, gzipOf(t, plain)).ociName()
		}, "truncated or damaged"},
		{"a gzip stream that is cut off", func(t *testing.T) string {
			plain := tarOf(t, file("a", strings.Repeat("x", 5000)))
			packed := gzipOf(t, plain)
			return newBuilder(t).layer(types.OCILayer, plain, packed[:len(packed)-9]).ociName()
		}, "cannot read layer"},
		{"a layer that climbs", func(t *testing.T) string { return newBuilder(t).gzipped(file("../x", "")).ociName() }, "climbs out"},
		{"a whiteout of everything", func(t *testing.T) string { return newBuilder(t).gzipped(file("d/.wh...", "")).ociName() }, "whiteout of one file"},
		{"an artifact", artifact, "artifact"},
		{"another platform than the index says", func(t *testing.T) string {
			b := simple(t)
			b.editing(func(lines []line) []line {
				lines[1].body = strings.Replace(lines[1].body, `"digest"`, `"platform":{"os":"linux","architecture":"arm64"},"digest"`, 1)
				return lines
			})
			return b.ociName()
		}, "linux/arm64, as the index says"},
		{"no platform", func(t *testing.T) string {
			b := simple(t)
			b.config.OS = ""
			return b.ociName()
		}, "operating system and architecture"},
		{"a manifest.json that names other layers", func(t *testing.T) string {
			b := simple(t)
			return b.editing(func(lines []line) []line {
				config := ""
				for _, one := range lines {
					if strings.Contains(one.body, "rootfs") {
						config = one.name
					}
				}
				return append(lines, file("manifest.json", `[{"Config":"`+config+`","Layers":["`+config+`"]}]`))
			}).ociName()
		}, "their layers 1 differ"},
		{"a docker archive whose configuration was changed", func(t *testing.T) string {
			return simple(t).editing(func(lines []line) []line {
				lines[0].body = strings.Replace(lines[0].body, "amd64", "arm64", 1)
				return lines
			}).docker()
		}, "found bytes with digest"},
		{"a docker archive of two images", func(t *testing.T) string {
			return simple(t).store(tarOf(t, file("manifest.json", `[{"Config":"a"},{"Config":"b"}]`)))
		}, "found 2"},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run([]string{"image", one.make(t)}, &stdout, &stderr)
			if code != 1 || stdout.Len() != 0 {
				t.Fatalf("wanted exit code 1 and no output, got %d, %q", code, stdout.String())
			}
			if message := stderr.String(); !strings.Contains(message, one.wanted) || strings.Count(message, "\n") != 1 {
				t.Errorf("wanted one line with %q, got %q", one.wanted, message)
			}
		})
	}
}

// artifact is an OCI archive whose one manifest is not a container image.
func artifact(t *testing.T) string {
	b := newBuilder(t)
	b.manifest.Config = b.blob(types.OCIEmptyJSON, []byte("{}"))
	b.manifest.Layers = []v1.Descriptor{}
	descriptor := b.blob(types.OCIManifestSchema1, b.marshal(b.manifest))
	lines := []line{file("oci-layout", `{"imageLayoutVersion":"1.0.0"}`), file("index.json", string(b.marshal(v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{descriptor}})))}
	for name, content := range b.blobs {
		lines = append(lines, file(name, string(content)))
	}
	return b.write(lines)
}

func TestStopsAtTheLimits(t *testing.T) {
	bomb := newBuilder(t).gzipped(file("zeros", strings.Repeat("\x00", 8<<20))).ociName()
	many := newBuilder(t).gzipped(file("a", ""), file("b", ""), file("c", "")).ociName()
	for _, one := range []struct{ flag, name, wanted string }{{"--max-unpacked=4MiB", bomb, "raise --max-unpacked"}, {"--max-entries=2", many, "raise --max-entries"}} {
		var stdout, stderr bytes.Buffer
		if code := run([]string{"image", one.flag, one.name}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), one.wanted) {
			t.Errorf("%s: got %d, %q", one.flag, code, stderr.String())
		}
		stderr.Reset()
		if code := run([]string{"image", one.name}, &stdout, &stderr); code != 0 {
			t.Errorf("without %s: got %d, %q", one.flag, code, stderr.String())
		}
	}
}

// A file whose size is only in its header must not pass the guard on bytes, nor be read into memory.
func TestSparseFilesCountAsBigAsTheyClaim(t *testing.T) {
	plain := append(sparse(t), make([]byte, 1024)...)
	name := newBuilder(t).layer(types.OCILayer, plain, gzipOf(t, plain)).ociName()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"image", "--max-unpacked=1GiB", name}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), "raise --max-unpacked") {
		t.Errorf("got %d, %q", code, stderr.String())
	}
}

// sparse is a GNU 1.0 sparse entry of 8 GiB without a byte of data.
func sparse(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	header := &tar.Header{Name: "GNUSparseFile.0/passwd", Typeflag: tar.TypeReg, Mode: 0o644, Size: 512, Format: tar.FormatPAX}
	body := make([]byte, 512)
	copy(body, "1\n8589934592\n0\n")
	if err := writer.WriteHeader(header); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	// The writer refuses these records, so they are put before the entry by hand.
	records := paxRecord("GNU.sparse.major", "1") + paxRecord("GNU.sparse.minor", "0") + paxRecord("GNU.sparse.name", "etc/passwd") + paxRecord("GNU.sparse.realsize", "8589934592")
	extended := tarOf(t, file("pax", records))
	extended[156] = 'x'
	var sum int
	copy(extended[148:156], "        ")
	for _, single := range extended[:512] {
		sum += int(single)
	}
	copy(extended[148:156], []byte{'0' + byte(sum>>15&7), '0' + byte(sum>>12&7), '0' + byte(sum>>9&7), '0' + byte(sum>>6&7), '0' + byte(sum>>3&7), '0' + byte(sum&7), 0, ' '})
	return append(extended[:1024:1024], out.Bytes()[:1024]...)
}

// paxRecord is "length key=value\n", where the length counts itself.
func paxRecord(key, value string) string {
	rest := " " + key + "=" + value + "\n"
	length := len(rest) + len(strconv.Itoa(len(rest)))
	return strconv.Itoa(length) + rest
}

// Whatever is changed in an archive, the result is an error or a report of the same digest, never a crash or a different image.
func TestSurvivesDamage(t *testing.T) {
	name, digest := sample(t).oci()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	damaged := filepath.Join(t.TempDir(), "damaged.tar")
	for round := range 300 {
		changed := bytes.Clone(content)
		if round%3 == 0 {
			changed = changed[:random.IntN(len(changed))]
		} else {
			changed[random.IntN(len(changed))] ^= byte(1 + random.IntN(255))
		}
		if err := os.WriteFile(damaged, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := inspectImage(damaged, defaultLimits()); err == nil && found.Digest != digest.String() {
			t.Errorf("round %d: reported %s", round, found.Digest)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, arguments := range [][]string{nil, {"help"}, {"image"}, {"image", "a", "b"}, {"extract", "a"}, {"config", "a"}, {"image", "--max-unpacked", "many", "a"}, {"image", "--max-entries", "0", "a"}, {"version", "x"}} {
		var stdout, stderr bytes.Buffer
		if code := run(arguments, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), "usage:") {
			t.Errorf("%v: got %d, %q", arguments, code, stderr.String())
		}
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"version"}, &stdout, &stderr); code != 0 || stdout.String() != "inspect "+version+"\n" {
		t.Errorf("got %d, %q", code, stdout.String())
	}
}

func TestReadsSizes(t *testing.T) {
	for text, wanted := range map[string]int64{"64GiB": 64 << 30, "500 MB": 500e6, "1": 1, "2kB": 2000} {
		if found, err := parseBytes(text); err != nil || found != wanted {
			t.Errorf("%q: got %d, %v", text, found, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1XB", "999999999999999TiB", "1.5GB"} {
		if _, err := parseBytes(text); err == nil {
			t.Errorf("wanted %q to be refused", text)
		}
	}
}
