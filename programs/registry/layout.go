package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// deepest is how deep indexes may be nested, and most how many manifests an image may have: more is not an image.
	deepest       = 3
	mostManifests = 1000
)

const layoutMarker = `{"imageLayoutVersion":"1.0.0"}`

// layout is an OCI image layout on disk. Names are looked up only within its directory.
type layout struct {
	root *os.Root
	name string
}

// image is everything to transfer for one digest: the manifests, each after those that it names, and every blob once.
type image struct {
	manifests []document
	blobs     []v1.Descriptor
}

// top is the manifest or index that was requested.
func (i *image) top() document { return i.manifests[len(i.manifests)-1] }

func openLayout(name string) (*layout, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, faultf(badLayout, "expected a directory with an OCI layout, cannot open %s", name)
	}
	opened := &layout{root: root, name: name}
	var marker struct {
		Version string `json:"imageLayoutVersion"`
	}
	content, err := opened.small("oci-layout")
	if err == nil && (json.Unmarshal(content, &marker) != nil || marker.Version != "1.0.0") {
		err = faultf(badLayout, "expected an OCI layout of version 1.0.0 in %s, found another", name)
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return opened, nil
}

func (l *layout) close() { l.root.Close() }

// open reads a blob from its beginning.
func (l *layout) open(blob v1.Descriptor) (io.ReadCloser, error) {
	file, err := l.root.Open(blobPath(blob.Digest))
	if err != nil {
		return nil, faultf(badLayout, "expected blob %s in the layout, found none", blob.Digest)
	}
	return file, nil
}

// check verifies that a blob matches its name, so that nothing else is ever sent.
func (l *layout) check(blob v1.Descriptor) error {
	file, err := l.open(blob)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	count, err := io.Copy(hash, file)
	if err != nil {
		return faultf(badLayout, "failed to read blob %s of the layout", blob.Digest)
	}
	if found := hex.EncodeToString(hash.Sum(nil)); found != blob.Digest.Hex || count != blob.Size {
		return faultf(badLayout, "expected blob %s of %d bytes in the layout, found %d bytes with digest sha256:%s", blob.Digest, blob.Size, count, found)
	}
	return nil
}

// find gathers the image with a digest: index.json itself, or what it names.
func (l *layout) find(digest v1.Hash) (*image, error) {
	raw, err := l.small("index.json")
	if err != nil {
		return nil, err
	}
	index, err := parseIndex(raw, badLayout)
	if err != nil {
		return nil, err
	}
	found := &image{}
	if digestOf(raw) == digest {
		// The media type is optional in an index.json, but a registry requires one.
		return found, found.gather(l.document, document{raw: raw, described: described{Digest: digest, MediaType: types.OCIImageIndex, Size: int64(len(raw))}}, badLayout, 0)
	}
	for _, descriptor := range index.Manifests {
		if descriptor.Digest == digest {
			top, err := l.document(descriptor)
			if err != nil {
				return nil, err
			}
			return found, found.gather(l.document, top, badLayout, 0)
		}
	}
	return nil, faultf(badLayout, "expected %s in the layout, found an index without it", digest)
}

// document reads a manifest that a descriptor names.
func (l *layout) document(descriptor v1.Descriptor) (document, error) {
	raw, err := l.small(blobPath(descriptor.Digest))
	if err != nil {
		return document{}, err
	}
	if found := digestOf(raw); found != descriptor.Digest || int64(len(raw)) != descriptor.Size {
		return document{}, faultf(badLayout, "expected manifest %s of %d bytes in the layout, found %d bytes with digest %s", descriptor.Digest, descriptor.Size, len(raw), found)
	}
	return document{raw: raw, described: described{Digest: descriptor.Digest, MediaType: descriptor.MediaType, Size: descriptor.Size}}, nil
}

func (l *layout) small(name string) ([]byte, error) {
	file, err := l.root.Open(name)
	if err != nil {
		return nil, faultf(badLayout, "expected %s in the layout %s, found none", name, l.name)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, documentLimit+1))
	if err != nil {
		return nil, faultf(badLayout, "failed to read %s of the layout", name)
	}
	if len(content) > documentLimit {
		return nil, faultf(badLayout, "expected %s of at most %d bytes, found more", name, documentLimit)
	}
	return content, nil
}

// gather adds a manifest after everything that it names. `read` returns the manifests by their descriptors, `kind` is the code of the fault if one is invalid.
func (i *image) gather(read func(v1.Descriptor) (document, error), one document, kind code, depth int) error {
	if slices.ContainsFunc(i.manifests, func(known document) bool { return known.Digest == one.Digest }) {
		return nil
	}
	switch {
	case one.MediaType.IsIndex():
		if depth == deepest {
			return faultf(kind, "expected indexes of at most %d levels, found more", deepest)
		}
		index, err := parseIndex(one.raw, kind)
		if err != nil {
			return err
		}
		for _, descriptor := range index.Manifests {
			below, err := read(descriptor)
			if err != nil {
				return err
			}
			if err := i.gather(read, below, kind, depth+1); err != nil {
				return err
			}
		}
	case one.MediaType.IsImage():
		if err := i.addBlobs(one.raw, kind); err != nil {
			return err
		}
	default:
		return faultf(kind, "expected an image or an index, found %s of media type %q", one.Digest, one.MediaType)
	}
	if len(i.manifests) == mostManifests {
		return faultf(kind, "expected at most %d manifests, found more", mostManifests)
	}
	i.manifests = append(i.manifests, one)
	return nil
}

func (i *image) addBlobs(raw []byte, kind code) error {
	manifest, err := parseImage(raw, kind)
	if err != nil {
		return err
	}
	for _, blob := range append(slices.Clone(manifest.Layers), manifest.Config) {
		if !blob.MediaType.IsDistributable() {
			return faultf(kind, "expected layers that may be moved, found %s, which its manifest says must not be", blob.Digest)
		}
		if !slices.ContainsFunc(i.blobs, func(known v1.Descriptor) bool { return known.Digest == blob.Digest && known.Size == blob.Size }) {
			i.blobs = append(i.blobs, blob)
		}
	}
	return nil
}

// parseImage reads the manifest of an image, whose blobs all have a size and a digest.
func parseImage(raw []byte, kind code) (*v1.Manifest, error) {
	manifest, err := v1.ParseManifest(bytes.NewReader(raw))
	if err != nil || manifest.SchemaVersion != 2 {
		return nil, faultf(kind, "expected a manifest of schema version 2, found %s", digestOf(raw))
	}
	for _, blob := range append(slices.Clone(manifest.Layers), manifest.Config) {
		if blob.Size < 0 || blob.Digest.Algorithm != "sha256" {
			return nil, faultf(kind, "expected blobs with a size and a sha256 digest, found %q in manifest %s", blob.Digest, digestOf(raw))
		}
	}
	return manifest, nil
}

func parseIndex(raw []byte, kind code) (*v1.IndexManifest, error) {
	index, err := v1.ParseIndexManifest(bytes.NewReader(raw))
	if err != nil || index.SchemaVersion != 2 {
		return nil, faultf(kind, "expected an index of schema version 2, found %s", digestOf(raw))
	}
	return index, nil
}

func blobPath(digest v1.Hash) string {
	return "blobs/sha256/" + digest.Hex
}

// newLayout opens a new or empty directory; nothing is ever overwritten.
func newLayout(name string) (*layout, error) {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, faultf(badLayout, "expected a directory for the layout, cannot make %s", name)
	}
	entries, err := os.ReadDir(name)
	if err != nil || len(entries) > 0 {
		return nil, faultf(badLayout, "expected a new or empty directory for the layout, found %d entries in %s", len(entries), name)
	}
	root, err := os.OpenRoot(name)
	if err == nil {
		err = root.MkdirAll("blobs/sha256", 0o755)
	}
	if err != nil {
		return nil, faultf(badLayout, "cannot write to %s", name)
	}
	return &layout{root: root, name: name}, nil
}

// write makes a file; after a failure halfway, `fill` may be called again for the same one.
func (l *layout) write(name string, fill func(to io.Writer) error) error {
	file, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return faultf(badLayout, "cannot write %s of the layout: %s", name, pathless(err))
	}
	filled := fill(diskWriter{file})
	if closed := file.Close(); filled == nil && closed != nil {
		return faultf(badLayout, "cannot write %s of the layout: %s", name, pathless(closed))
	}
	return filled
}

// diskWriter distinguishes a full disk from a broken connection, after which a retry would help.
type diskWriter struct{ file *os.File }

func (w diskWriter) Write(content []byte) (int, error) {
	count, err := w.file.Write(content)
	if err != nil {
		return count, faultf(badLayout, "cannot write to the layout: %s", pathless(err))
	}
	return count, nil
}

// finish writes the files that make a directory a layout, last.
func (l *layout) finish(top described) error {
	index, err := json.Marshal(v1.IndexManifest{
		SchemaVersion: 2,
		MediaType:     types.OCIImageIndex,
		Manifests:     []v1.Descriptor{{MediaType: top.MediaType, Digest: top.Digest, Size: top.Size}},
	})
	if err != nil {
		return fmt.Errorf("cannot write the index of the layout: %w", err)
	}
	if err := l.write("oci-layout", func(to io.Writer) error { _, err := io.WriteString(to, layoutMarker); return err }); err != nil {
		return err
	}
	return l.write("index.json", func(to io.Writer) error { _, err := to.Write(index); return err })
}

// discard removes everything, all of which was written here.
func (l *layout) discard() {
	for _, name := range [...]string{"index.json", "oci-layout", "blobs"} {
		_ = l.root.RemoveAll(name)
	}
}

// pathless is an error of the file system without the name, which the message already has.
func pathless(err error) error {
	var about *fs.PathError
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}
