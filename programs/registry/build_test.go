package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// built is an OCI layout as `inspect extract` writes it.
type built struct {
	directory string
	// digest is the index's, or the one manifest's.
	digest v1.Hash
	blobs  []v1.Descriptor
}

// buildLayout writes a layout of several images that differ by name and share one layer. With more than one, index.json is their index.
func buildLayout(t *testing.T, name string, images int) *built {
	t.Helper()
	b := &built{directory: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(b.directory, "blobs", "sha256"), 0o755); err != nil {
		t.Fatal(err)
	}
	shared := b.blob(t, types.OCILayer, []byte("a layer that all have"))
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	for number := range images {
		layer := b.blob(t, types.OCILayer, fmt.Appendf(nil, "layer %d of %s", number, name))
		config := b.blob(t, types.OCIConfigJSON, fmt.Appendf(nil, `{"architecture":"a%d","os":"linux","author":%q}`, number, name))
		b.blobs = append(b.blobs, layer, config)
		manifest := b.blob(t, types.OCIManifestSchema1, marshal(t, v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: config, Layers: []v1.Descriptor{shared, layer}}))
		manifest.Platform = &v1.Platform{OS: "linux", Architecture: fmt.Sprint("a", number)}
		index.Manifests = append(index.Manifests, manifest)
		b.digest = manifest.Digest
	}
	b.blobs = append(b.blobs, shared)
	b.file(t, "oci-layout", []byte(layoutMarker))
	raw := marshal(t, index)
	b.file(t, "index.json", raw)
	if images > 1 {
		b.digest = digestOf(raw)
	}
	return b
}

func (b *built) blob(t *testing.T, mediaType types.MediaType, content []byte) v1.Descriptor {
	t.Helper()
	digest := digestOf(content)
	b.file(t, blobPath(digest), content)
	return v1.Descriptor{MediaType: mediaType, Digest: digest, Size: int64(len(content))}
}

func (b *built) file(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.directory, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// at is the reference of a layout in a repository.
func (b *built) at(f *faulty) string {
	return f.host + "/demo/app@" + b.digest.String()
}
