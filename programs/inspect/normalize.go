package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// normalize writes the image as an OCI layout that depends on what is in it and not on when, where or by which engine it was made: no file and no step is younger than the epoch,
// entries stand in one order, owners are numbers, and every layer is compressed alike. What a container sees stays, but for times.
func normalize(archiveName, directoryName, epoch string, allowed limits) (extracted *extraction, err error) {
	latest, err := readEpoch(epoch)
	if err != nil {
		return nil, err
	}
	opened, found, err := openImage(archiveName)
	if err != nil {
		return nil, err
	}
	defer opened.close()
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
	work := &normalizing{opened: opened, target: target, latest: latest, spending: &budget{limits: allowed}}
	layers, err := eachLayer(found.layers, work.rewrite)
	if err != nil {
		return nil, err
	}
	made, err := describeNormalized(found, layers, latest)
	if err != nil {
		return nil, err
	}
	index, err := layoutIndex([]*image{made})
	if err != nil {
		return nil, err
	}
	for _, document := range []struct {
		name    string
		content []byte
	}{
		{blobPath(made.configName), made.rawConfig},
		{blobPath(made.digest), made.manifest},
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		{"index.json", index},
	} {
		if err := writeFile(target, document.name, document.content); err != nil {
			return nil, err
		}
	}
	return &extraction{SchemaVersion: 1, Digest: made.digest.String(), Manifests: []string{made.digest.String()}}, nil
}

// readEpoch reads SOURCE_DATE_EPOCH: seconds since 1970, UTC.
func readEpoch(text string) (time.Time, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds >= 1<<33 {
		return time.Time{}, fmt.Errorf("expected a time in seconds since 1970, found %q", printableText(text))
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// rewritten is a layer as it was written.
type rewritten struct {
	descriptor v1.Descriptor
	diffID     v1.Hash
}

// normalizing is what the layers of one image are rewritten with.
type normalizing struct {
	opened   *archive
	target   *os.Root
	latest   time.Time
	spending *budget
	// made counts the files, because layers are rewritten at the same time and may be equal.
	made atomic.Int64
}

func (n *normalizing) newFile() (*os.File, string, error) {
	name := fmt.Sprintf("blobs/unfinished-%d", n.made.Add(1))
	file, err := n.target.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, "", fmt.Errorf("cannot write a layer: %w", err)
	}
	return file, name, nil
}

// rewrite unpacks a layer to a file, because its entries are written in another order, and compares both its digests on the way.
func (n *normalizing) rewrite(layer storedLayer) (made rewritten, err error) {
	name := "layer " + layer.digest.String()
	plain, unpackedName, err := n.newFile()
	if err != nil {
		return rewritten{}, err
	}
	defer func() { err = errors.Join(err, plain.Close(), n.target.Remove(unpackedName)) }()
	if err := unpackLayer(plain, n.opened, layer, n.spending); err != nil {
		return rewritten{}, err
	}
	entries, err := listTar(plain, n.spending)
	if err != nil {
		return rewritten{}, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return n.write(plain, entries)
}

func unpackLayer(plain io.Writer, opened *archive, layer storedLayer, spending *budget) error {
	name := "layer " + layer.digest.String()
	stored := newDigestReader(opened.open(layer.place))
	reader, closePlain, err := decompress(stored, layer.compression)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", name, err)
	}
	defer closePlain()
	unpacked := newDigestReader(&spendingReader{source: reader, spending: spending})
	if _, err := io.Copy(plain, unpacked); err != nil {
		return fmt.Errorf("cannot read %s: %w", name, err)
	}
	if err := stored.verify(name, layer.digest); err != nil {
		return err
	}
	if found := unpacked.digest(); found != layer.diffID {
		return mismatch(name+" unpacked", layer.diffID, found)
	}
	return nil
}

// write compresses the entries under a name that only their bytes decide.
func (n *normalizing) write(plain *os.File, entries []*tarEntry) (made rewritten, err error) {
	file, temporary, err := n.newFile()
	if err != nil {
		return rewritten{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stored := newDigestWriter(file)
	packer, err := gzip.NewWriterLevel(stored, 6)
	if err != nil {
		return rewritten{}, err
	}
	unpacked := newDigestWriter(packer)
	if err := writeTar(unpacked, plain, entries, n.latest); err != nil {
		return rewritten{}, fmt.Errorf("cannot write a layer: %w", err)
	}
	if err := packer.Close(); err != nil {
		return rewritten{}, fmt.Errorf("cannot write a layer: %w", err)
	}
	made = rewritten{
		descriptor: v1.Descriptor{MediaType: types.OCILayer, Digest: stored.digest(), Size: stored.count},
		diffID:     unpacked.digest(),
	}
	return made, n.target.Rename(temporary, blobPath(made.descriptor.Digest))
}

// describeNormalized makes the documents of the image: the same but for its layers and its times.
func describeNormalized(found *image, layers []rewritten, latest time.Time) (*image, error) {
	config, err := fieldsOf("configuration", found.rawConfig)
	if err != nil {
		return nil, err
	}
	diffIDs, descriptors := []v1.Hash{}, []v1.Descriptor{}
	for _, layer := range layers {
		diffIDs = append(diffIDs, layer.diffID)
		descriptors = append(descriptors, layer.descriptor)
	}
	past := found.config.History
	for number := range past {
		if past[number].Created.After(latest) {
			past[number].Created = v1.Time{Time: latest}
		}
	}
	set := map[string]any{"rootfs": v1.RootFS{Type: "layers", DiffIDs: diffIDs}, "created": latest}
	if len(past) > 0 {
		set["history"] = past
	}
	rawConfig, err := withFields(config, set)
	if err != nil {
		return nil, err
	}
	manifest, err := fieldsOf("manifest", found.manifest)
	if err != nil {
		return nil, err
	}
	rawManifest, err := withFields(manifest, map[string]any{
		"schemaVersion": 2,
		"mediaType":     types.OCIManifestSchema1,
		"config":        v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: digestOf(rawConfig), Size: int64(len(rawConfig))},
		"layers":        descriptors,
	})
	if err != nil {
		return nil, err
	}
	return &image{
		kind: ociArchive, mediaType: types.OCIManifestSchema1, digest: digestOf(rawManifest), manifest: rawManifest,
		configName: digestOf(rawConfig), rawConfig: rawConfig, config: found.config,
	}, nil
}

func fieldsOf(what string, content []byte) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	return fields, decodeJSON(what, content, &fields)
}

// withFields sets fields of a document. Go writes the names of a map in order, so equal documents have equal bytes.
func withFields(fields map[string]json.RawMessage, set map[string]any) ([]byte, error) {
	for name, value := range set {
		written, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fields[name] = written
	}
	return json.Marshal(fields)
}
