package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// extraction is what `extract` prints: what is in the layout, for the program that pushes it.
type extraction struct {
	SchemaVersion int `json:"schemaVersion"`
	// Digest is what pushing the layout results in: that of the one manifest, or of the index over several.
	Digest string `json:"digest"`
	// Index is true where several archives were laid out under one index.
	Index     bool     `json:"index"`
	Manifests []string `json:"manifests"`
}

// extract writes the images as an OCI layout: the exact bytes of manifests, configurations and layers, and an index that names
// only these images.
func extract(archiveNames []string, directoryName string, allowed limits) (*extraction, error) {
	return layOut(archiveNames, directoryName, allowed, func(*archive, *image) error { return nil })
}

// layOut writes images as an OCI layout after a change to each. index.json is written last, so an unfinished directory is not a layout.
func layOut(archiveNames []string, directoryName string, allowed limits, change func(*archive, *image) error) (extracted *extraction, err error) {
	target, err := emptyDirectory(directoryName)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, discard(target))
		}
		target.Close()
	}()
	if err := target.MkdirAll("blobs/sha256", 0o755); err != nil {
		return nil, fmt.Errorf("cannot write to %s: %w", directoryName, err)
	}
	spending := &budget{limits: allowed}
	images := make([]*image, 0, len(archiveNames))
	for _, name := range archiveNames {
		found, err := extractArchive(target, name, spending, change)
		if err != nil {
			return nil, err
		}
		images = append(images, found)
	}
	index, err := layoutIndex(images)
	if err != nil {
		return nil, err
	}
	if err := writeFile(target, "oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return nil, err
	}
	if err := writeFile(target, "index.json", index); err != nil {
		return nil, err
	}
	extracted = &extraction{SchemaVersion: 1, Digest: images[0].digest.String(), Index: len(images) > 1}
	if extracted.Index {
		extracted.Digest = digestOf(index).String()
	}
	for _, one := range images {
		extracted.Manifests = append(extracted.Manifests, one.digest.String())
	}
	return extracted, nil
}

// extractArchive writes the blobs of one archive's image after a change.
func extractArchive(target *os.Root, name string, spending *budget, change func(*archive, *image) error) (*image, error) {
	opened, found, err := openImage(name)
	if err != nil {
		return nil, err
	}
	defer opened.close()
	if err := change(opened, found); err != nil {
		return nil, err
	}
	for _, layer := range found.layers {
		if err := spending.spendBytes(layer.place.size); err != nil {
			return nil, err
		}
		if err := writeLayer(target, opened, layer); err != nil {
			return nil, err
		}
	}
	if err := writeFile(target, blobPath(found.configName), found.rawConfig); err != nil {
		return nil, err
	}
	return found, writeFile(target, blobPath(found.digest), found.manifest)
}

// extractConfig writes the configuration's exact bytes to a file: they hold the values of environment variables, so they go
// from container to container and never through standard output.
func extractConfig(archiveName, fileName string) error {
	opened, found, err := openImage(archiveName)
	if err != nil {
		return err
	}
	defer opened.close()
	file, err := os.OpenFile(fileName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("expected a new file for the configuration, cannot make it: %w", err)
	}
	_, writeErr := file.Write(found.rawConfig)
	return errors.Join(writeErr, file.Close())
}

// emptyDirectory opens a new or empty directory; nothing is ever written over.
func emptyDirectory(name string) (*os.Root, error) {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, fmt.Errorf("expected a directory to extract to, cannot make it: %w", err)
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, fmt.Errorf("expected a directory to extract to, cannot read it: %w", err)
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("expected a new or empty directory to extract to, found %d entries in %s: name another one", len(entries), name)
	}
	return os.OpenRoot(name)
}

func writeLayer(target *os.Root, opened *archive, layer storedLayer) error {
	name := blobPath(layer.digest)
	if _, err := target.Lstat(name); err == nil {
		// Images share layers, and one may hold a layer twice; a blob is stored once.
		return nil
	}
	file, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	reader := newDigestReader(opened.open(layer.place))
	_, copyErr := io.Copy(file, reader)
	if err := errors.Join(copyErr, file.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	if written := reader.digest(); written != layer.digest {
		return mismatch("layer "+layer.digest.String(), layer.digest, written)
	}
	return nil
}

func writeFile(target *os.Root, name string, content []byte) error {
	file, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("expected a different image in each archive, found %s in two of them", name)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	_, writeErr := file.Write(content)
	if err := errors.Join(writeErr, file.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// layoutIndex names each image with its platform; with two for one platform it would be random which one runs.
func layoutIndex(images []*image) ([]byte, error) {
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	seen := map[string]bool{}
	for _, found := range images {
		platform := &v1.Platform{OS: found.config.OS, Architecture: found.config.Architecture, Variant: found.config.Variant}
		if seen[platform.String()] {
			return nil, fmt.Errorf("expected one archive per platform, found two for %s", platform)
		}
		seen[platform.String()] = true
		index.Manifests = append(index.Manifests, v1.Descriptor{MediaType: found.mediaType, Size: int64(len(found.manifest)), Digest: found.digest, Platform: platform})
	}
	return json.Marshal(index)
}

// discard removes what a failed extraction wrote; the directory was empty before.
func discard(target *os.Root) error {
	for _, name := range [...]string{"index.json", "oci-layout", "blobs"} {
		if err := target.RemoveAll(name); err != nil {
			return fmt.Errorf("cannot remove the unfinished %s: %w", name, err)
		}
	}
	return nil
}
