package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// line is one entry of a tar; the type follows from what is set.
type line struct {
	name     string
	typeflag byte
	mode     int64
	body     string
	link     string
}

func file(name, body string) line {
	return line{name: name, typeflag: tar.TypeReg, mode: 0o644, body: body}
}
func program(name string) line {
	return line{name: name, typeflag: tar.TypeReg, mode: 0o755, body: name}
}
func dir(name string) line { return line{name: name, typeflag: tar.TypeDir, mode: 0o755} }
func soft(name, target string) line {
	return line{name: name, typeflag: tar.TypeSymlink, mode: 0o777, link: target}
}
func hard(name, target string) line {
	return line{name: name, typeflag: tar.TypeLink, mode: 0o644, link: target}
}
func (l line) with(mode int64) line { l.mode = mode; return l }

func tarOf(t *testing.T, lines ...line) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := tar.NewWriter(&out)
	for _, l := range lines {
		if err := writer.WriteHeader(&tar.Header{Name: l.name, Typeflag: l.typeflag, Mode: l.mode, Linkname: l.link, Size: int64(len(l.body)), Format: tar.FormatPAX}); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write([]byte(l.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipOf(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstdOf(t *testing.T, plain []byte) []byte {
	t.Helper()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return encoder.EncodeAll(plain, nil)
}

// builder makes an image archive; a test changes what should be wrong before it is written.
type builder struct {
	t        *testing.T
	config   v1.ConfigFile
	manifest v1.Manifest
	blobs    map[string][]byte
	// edit changes the finished list of archive entries.
	edit func(lines []line) []line
	// index replaces the index when set.
	index *v1.IndexManifest
}

func newBuilder(t *testing.T) *builder {
	return &builder{
		t:        t,
		config:   v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: v1.RootFS{Type: "layers"}},
		manifest: v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1},
		blobs:    map[string][]byte{},
	}
}

func (b *builder) blob(mediaType types.MediaType, content []byte) v1.Descriptor {
	digest := digestOf(content)
	b.blobs[blobPath(digest)] = content
	return v1.Descriptor{MediaType: mediaType, Digest: digest, Size: int64(len(content))}
}

func (b *builder) layer(mediaType types.MediaType, plain, stored []byte) *builder {
	b.config.RootFS.DiffIDs = append(b.config.RootFS.DiffIDs, digestOf(plain))
	b.manifest.Layers = append(b.manifest.Layers, b.blob(mediaType, stored))
	return b
}

// gzipped adds a layer in the usual form.
func (b *builder) gzipped(lines ...line) *builder {
	plain := tarOf(b.t, lines...)
	return b.layer(types.OCILayer, plain, gzipOf(b.t, plain))
}

func (b *builder) marshal(value any) []byte {
	content, err := json.Marshal(value)
	if err != nil {
		b.t.Fatal(err)
	}
	return content
}

// oci writes an OCI archive and gives its name and the digest of the manifest.
func (b *builder) oci() (string, v1.Hash) {
	b.t.Helper()
	b.manifest.Config = b.blob(types.OCIConfigJSON, b.marshal(b.config))
	descriptor := b.blob(b.manifest.MediaType, b.marshal(b.manifest))
	index := b.index
	if index == nil {
		index = &v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{descriptor}}
	} else {
		index.Manifests = append(index.Manifests, descriptor)
	}
	lines := []line{file("oci-layout", `{"imageLayoutVersion":"1.0.0"}`), file("index.json", string(b.marshal(index)))}
	for name, content := range b.blobs {
		lines = append(lines, file(name, string(content)))
	}
	return b.write(lines), descriptor.Digest
}

// docker writes the archive of `docker save` before version 25.
func (b *builder) docker() string {
	b.t.Helper()
	config := b.marshal(b.config)
	lines := []line{file(digestOf(config).Hex+".json", string(config))}
	manifest := dockerManifest{Config: digestOf(config).Hex + ".json"}
	for _, layer := range b.manifest.Layers {
		name := layer.Digest.Hex + "/layer.tar"
		manifest.Layers = append(manifest.Layers, name)
		lines = append(lines, file(name, string(b.blobs[blobPath(layer.Digest)])))
	}
	lines = append(lines, file("manifest.json", string(b.marshal([]dockerManifest{manifest}))))
	return b.write(lines)
}

func (b *builder) write(lines []line) string {
	b.t.Helper()
	if b.edit != nil {
		lines = b.edit(lines)
	}
	return b.store(tarOf(b.t, lines...))
}

func (b *builder) store(content []byte) string {
	b.t.Helper()
	name := filepath.Join(b.t.TempDir(), "image.tar")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return name
}

func inspected(t *testing.T, name string) *report {
	t.Helper()
	found, err := inspectImage(name, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return found
}
