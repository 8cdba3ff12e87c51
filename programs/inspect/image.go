package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	ociArchive    = "oci-archive"
	dockerArchive = "docker-archive"
)

// image is the one image of an archive: its documents, read and verified, and the positions of its layers.
type image struct {
	kind      string
	mediaType types.MediaType
	digest    v1.Hash
	manifest  []byte
	// configName is the digest of the configuration, which is also the image id.
	configName v1.Hash
	rawConfig  []byte
	config     *v1.ConfigFile
	layers     []storedLayer
}

// storedLayer is a layer as the archive stores it.
type storedLayer struct {
	digest      v1.Hash
	diffID      v1.Hash
	compression compression
	place       place
}

// openImage opens an archive and finds its image. The caller closes the archive.
func openImage(name string) (*archive, *image, error) {
	opened, err := openArchive(name)
	if err != nil {
		return nil, nil, err
	}
	found, err := readImage(opened)
	if err != nil {
		opened.close()
		return nil, nil, err
	}
	return opened, found, nil
}

// readImage finds the image of the archive. More than one is refused: it would be unknown which was meant.
func readImage(a *archive) (*image, error) {
	_, hasLayout := a.entries["oci-layout"]
	_, hasIndex := a.entries["index.json"]
	_, hasDocker := a.entries["manifest.json"]
	var found *image
	var err error
	switch {
	case hasLayout && hasIndex:
		found, err = readOCI(a)
	case hasDocker && !hasLayout && !hasIndex:
		found, err = readDocker(a)
	default:
		return nil, fmt.Errorf("expected an image archive with oci-layout and index.json, or with manifest.json, found neither in %s: export the image again", a.name)
	}
	if err != nil {
		return nil, err
	}
	if hasDocker && found.kind == ociArchive {
		if err := compareDocker(a, found); err != nil {
			return nil, err
		}
	}
	return found, found.check()
}

func readOCI(a *archive) (*image, error) {
	if err := checkLayoutVersion(a); err != nil {
		return nil, err
	}
	index, err := a.document("index.json")
	if err != nil {
		return nil, err
	}
	candidates := map[v1.Hash]v1.Descriptor{}
	if err := collectManifests(a, "index.json", index, candidates, 0); err != nil {
		return nil, err
	}
	if len(candidates) != 1 {
		return nil, fmt.Errorf("expected exactly one image in the archive, found %d: export one archive per platform", len(candidates))
	}
	for _, descriptor := range candidates {
		return readManifest(a, descriptor)
	}
	panic("unreachable")
}

func checkLayoutVersion(a *archive) error {
	content, err := a.document("oci-layout")
	if err != nil {
		return err
	}
	var layout struct {
		Version string `json:"imageLayoutVersion"`
	}
	if err := decodeJSON("oci-layout", content, &layout); err != nil {
		return err
	}
	if layout.Version != "1.0.0" {
		return fmt.Errorf("expected OCI layout version 1.0.0, found %q: export the image with a tool that writes version 1.0.0", layout.Version)
	}
	return nil
}

// collectManifests walks an index to its image manifests. What is for the platform that nothing runs on is not one, as the attestations that
// BuildKit stores beside an image, nor is what has another media type. No annotation hides an image: those who run it do not read any.
func collectManifests(a *archive, what string, content []byte, candidates map[v1.Hash]v1.Descriptor, depth int) error {
	if depth > 4 {
		return fmt.Errorf("expected an index at most 4 levels deep, found a deeper one in %s", a.name)
	}
	var index v1.IndexManifest
	if err := decodeJSON(what, content, &index); err != nil {
		return err
	}
	if index.SchemaVersion != 2 {
		return fmt.Errorf("expected %s with schemaVersion 2, found %d", what, index.SchemaVersion)
	}
	for _, descriptor := range index.Manifests {
		switch {
		case descriptor.Platform != nil && descriptor.Platform.Architecture == "unknown":
		case descriptor.MediaType.IsImage():
			candidates[descriptor.Digest] = descriptor
		case descriptor.MediaType.IsIndex():
			nested, err := readBlob(a, "index "+descriptor.Digest.String(), descriptor)
			if err != nil {
				return err
			}
			if err := collectManifests(a, "index "+descriptor.Digest.String(), nested, candidates, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func readManifest(a *archive, descriptor v1.Descriptor) (*image, error) {
	what := "manifest " + descriptor.Digest.String()
	content, err := readBlob(a, what, descriptor)
	if err != nil {
		return nil, err
	}
	var manifest v1.Manifest
	if err := decodeJSON(what, content, &manifest); err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := decodeJSON(what, content, &fields); err != nil {
		return nil, err
	}
	if _, both := fields["manifests"]; both {
		return nil, fmt.Errorf("expected %s to be an image, found one that is an index too: tools would not agree on what it is", what)
	}
	if manifest.SchemaVersion != 2 {
		return nil, fmt.Errorf("expected %s with schemaVersion 2, found %d", what, manifest.SchemaVersion)
	}
	if manifest.MediaType != "" && manifest.MediaType != descriptor.MediaType {
		return nil, fmt.Errorf("expected %s to be %s, as the index says, found %s", what, descriptor.MediaType, manifest.MediaType)
	}
	if !manifest.Config.MediaType.IsConfig() {
		return nil, fmt.Errorf("expected a container image, found an artifact whose configuration has the media type %q", manifest.Config.MediaType)
	}
	rawConfig, err := readBlob(a, "configuration "+manifest.Config.Digest.String(), manifest.Config)
	if err != nil {
		return nil, err
	}
	found := &image{
		kind:       ociArchive,
		mediaType:  descriptor.MediaType,
		digest:     descriptor.Digest,
		manifest:   content,
		configName: manifest.Config.Digest,
		rawConfig:  rawConfig,
	}
	for _, layer := range manifest.Layers {
		kind, known := layerCompression[string(layer.MediaType)]
		if !known {
			return nil, fmt.Errorf("expected layers that are tar archives, found the unknown media type %q in %s", layer.MediaType, what)
		}
		stored, err := findBlob(a, "layer "+layer.Digest.String(), layer)
		if err != nil {
			return nil, err
		}
		found.layers = append(found.layers, storedLayer{digest: layer.Digest, compression: kind, place: stored})
	}
	if err := found.parseConfig(); err != nil {
		return nil, err
	}
	if platform := descriptor.Platform; platform != nil && (platform.OS != found.config.OS || platform.Architecture != found.config.Architecture) {
		return nil, fmt.Errorf("expected an image for %s/%s, as the index says, found one for %s/%s", platform.OS, platform.Architecture, found.config.OS, found.config.Architecture)
	}
	return found, nil
}

func findBlob(a *archive, what string, descriptor v1.Descriptor) (place, error) {
	if descriptor.Digest.Algorithm != "sha256" {
		return place{}, fmt.Errorf("expected %s to have a sha256 digest, found %q", what, descriptor.Digest.Algorithm)
	}
	stored, exists := a.entries[blobPath(descriptor.Digest)]
	if !exists {
		return place{}, fmt.Errorf("expected %s in the archive, found no such blob: the archive is incomplete; export the image again", what)
	}
	if stored.size != descriptor.Size {
		return place{}, fmt.Errorf("expected %s of %d bytes, found %d: the archive is damaged or was changed; export the image again", what, descriptor.Size, stored.size)
	}
	return stored, nil
}

// readBlob reads a document by its descriptor and compares the digest.
func readBlob(a *archive, what string, descriptor v1.Descriptor) ([]byte, error) {
	if _, err := findBlob(a, what, descriptor); err != nil {
		return nil, err
	}
	content, err := a.document(blobPath(descriptor.Digest))
	if err != nil {
		return nil, err
	}
	if found := digestOf(content); found != descriptor.Digest {
		return nil, mismatch(what, descriptor.Digest, found)
	}
	return content, nil
}

func blobPath(digest v1.Hash) string {
	return path.Join("blobs", digest.Algorithm, digest.Hex)
}

func (i *image) parseConfig() error {
	what := "configuration " + i.configName.String()
	config := v1.ConfigFile{}
	if err := decodeJSON(what, i.rawConfig, &config); err != nil {
		return err
	}
	i.config = &config
	return nil
}

// check compares the configuration with the layers and gives every layer the diff id that it must have.
func (i *image) check() error {
	if i.config.OS == "" || i.config.Architecture == "" {
		return fmt.Errorf("expected a configuration with operating system and architecture, found %q and %q: export the image with a tool that writes both", i.config.OS, i.config.Architecture)
	}
	if i.config.RootFS.Type != "layers" {
		return fmt.Errorf("expected a configuration with rootfs of type \"layers\", found %q", i.config.RootFS.Type)
	}
	if len(i.config.RootFS.DiffIDs) != len(i.layers) {
		return fmt.Errorf("expected as many layers as the configuration has diff ids (%d), found %d: the archive is damaged; export the image again", len(i.config.RootFS.DiffIDs), len(i.layers))
	}
	for position, diffID := range i.config.RootFS.DiffIDs {
		i.layers[position].diffID = diffID
	}
	return nil
}

// decodeJSON requires exactly one complete JSON value.
func decodeJSON(what string, content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("expected %s to be JSON of the known form, found something else: %w: export the image again", what, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("expected %s to be one JSON value, found more after it", what)
	}
	return nil
}
