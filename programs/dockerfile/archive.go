package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// mostConfiguration bounds an image's configuration and manifests; registries refuse longer ones.
const mostConfiguration = 4 << 20

// readConfiguration reads the configuration of the one image in an OCI archive. It is assumed to have layers: the archive need not contain them.
func readConfiguration(path string) ([]byte, error) {
	blobs, err := smallFiles(path)
	if err != nil {
		return nil, err
	}
	index := ocispecs.Index{}
	if err := json.Unmarshal(blobs["index.json"], &index); err != nil {
		return nil, fmt.Errorf("no index.json: %w", err)
	}
	if len(index.Manifests) != 1 {
		return nil, fmt.Errorf("expected one image in the archive, found %d", len(index.Manifests))
	}
	manifest := ocispecs.Manifest{}
	if err := readBlob(blobs, index.Manifests[0].Digest, &manifest); err != nil {
		return nil, err
	}
	configuration := map[string]any{}
	if err := readBlob(blobs, manifest.Config.Digest, &configuration); err != nil {
		return nil, err
	}
	configuration["rootfs"] = map[string]any{"type": "layers", "diff_ids": []string{layerOfSomething}}
	return json.Marshal(configuration)
}

func readBlob(blobs map[string][]byte, name digest.Digest, into any) error {
	if err := name.Validate(); err != nil {
		return err
	}
	text, found := blobs["blobs/"+name.Algorithm().String()+"/"+name.Encoded()]
	if !found {
		return fmt.Errorf("no blob %s", name)
	}
	if name.Algorithm().FromBytes(text) != name {
		return fmt.Errorf("the blob %s has a different digest", name)
	}
	return json.Unmarshal(text, into)
}

// smallFiles reads the files of an archive that can be configurations.
func smallFiles(path string) (map[string][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	files, reader := map[string][]byte{}, tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg || header.Size > mostConfiguration {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		files[strings.TrimPrefix(header.Name, "./")] = content
	}
}
