package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// dockerManifest is an entry of the manifest.json that `docker save` writes.
type dockerManifest struct {
	Config string
	Layers []string
}

func readDockerManifest(a *archive) (dockerManifest, error) {
	content, err := a.document("manifest.json")
	if err != nil {
		return dockerManifest{}, err
	}
	var manifests []dockerManifest
	if err := decodeJSON("manifest.json", content, &manifests); err != nil {
		return dockerManifest{}, err
	}
	if len(manifests) != 1 {
		return dockerManifest{}, fmt.Errorf("expected exactly one image in manifest.json, found %d: save one image per archive", len(manifests))
	}
	return manifests[0], nil
}

// readDocker reads an archive without a manifest. It makes the one that `extract` writes, so both commands report the same digest.
func readDocker(a *archive) (*image, error) {
	entry, err := readDockerManifest(a)
	if err != nil {
		return nil, err
	}
	rawConfig, err := a.document(path.Clean(entry.Config))
	if err != nil {
		return nil, err
	}
	found := &image{kind: dockerArchive, mediaType: types.OCIManifestSchema1, rawConfig: rawConfig, configName: digestOf(rawConfig)}
	if written, says := digestInName(entry.Config); says && written != found.configName {
		return nil, mismatch("configuration "+entry.Config, written, found.configName)
	}
	manifest := v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		Config:        v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: found.configName, Size: int64(len(rawConfig))},
		Layers:        []v1.Descriptor{},
	}
	for _, name := range entry.Layers {
		stored, exists := a.entries[path.Clean(name)]
		if !exists {
			return nil, fmt.Errorf("expected layer %q in the archive, found no such file: the archive is incomplete; save the image again", printablePath(name))
		}
		layer, descriptor, err := describeLayer(a, stored)
		if err != nil {
			return nil, err
		}
		found.layers = append(found.layers, layer)
		manifest.Layers = append(manifest.Layers, descriptor)
	}
	if found.manifest, err = json.Marshal(manifest); err != nil {
		return nil, err
	}
	found.digest = digestOf(found.manifest)
	return found, found.parseConfig()
}

// describeLayer hashes a layer that has no descriptor and detects its compression.
func describeLayer(a *archive, stored place) (storedLayer, v1.Descriptor, error) {
	start := make([]byte, min(4, stored.size))
	if _, err := io.ReadFull(a.open(stored), start); err != nil {
		return storedLayer{}, v1.Descriptor{}, fmt.Errorf("cannot read a layer: %w", err)
	}
	reader := newDigestReader(a.open(stored))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		return storedLayer{}, v1.Descriptor{}, fmt.Errorf("cannot read a layer: %w", err)
	}
	layer := storedLayer{digest: reader.digest(), compression: compressionOf(start), place: stored}
	mediaType := map[compression]types.MediaType{uncompressed: types.OCIUncompressedLayer, gzipCompressed: types.OCILayer, zstdCompressed: types.OCILayerZStd}[layer.compression]
	return layer, v1.Descriptor{MediaType: mediaType, Digest: layer.digest, Size: stored.size}, nil
}

// compareDocker requires the manifest.json of an OCI archive to name the same image: some tools read only that.
func compareDocker(a *archive, found *image) error {
	entry, err := readDockerManifest(a)
	if err != nil {
		return err
	}
	config, exists := a.entries[path.Clean(entry.Config)]
	if !exists || config != a.entries[blobPath(found.configName)] {
		return fmt.Errorf("expected manifest.json and index.json to name one image, found that they name two configurations: export the image again")
	}
	if len(entry.Layers) != len(found.layers) {
		return fmt.Errorf("expected manifest.json and index.json to name one image, found %d layers in one and %d in the other: export the image again", len(entry.Layers), len(found.layers))
	}
	for position, name := range entry.Layers {
		layer, exists := a.entries[path.Clean(name)]
		if !exists || layer != found.layers[position].place {
			return fmt.Errorf("expected manifest.json and index.json to name one image, found that their layers %d differ: export the image again", position+1)
		}
	}
	return nil
}

func digestInName(name string) (v1.Hash, bool) {
	hex := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	digest, err := v1.NewHash("sha256:" + hex)
	return digest, err == nil
}
