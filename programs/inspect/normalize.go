package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"
)

// latestFile is the latest time that a file of a normalized layer has: 1980-01-01, the earliest that a zip file can have. It is older than any build, because a step that comes from a cache
// and a file that was checked out earlier have older times than the same step and file on another machine; and it is always the same, so that layers that do not change keep their digests.
var latestFile = time.Unix(315_532_800, 0).UTC()

// normalization is what `inspect normalize` prints.
type normalization struct {
	SchemaVersion int    `json:"schemaVersion"`
	Digest        string `json:"digest"`
	// CreatedBy is what the engine said of each layer, which depends on the engine and is not in the normalized image. Suspected credentials are redacted.
	CreatedBy []string `json:"createdBy"`
}

// normalize writes the image as an OCI layout that depends on what is in it and not on when, where or by which engine it was made: entries stand in one order, owners are numbers,
// every layer is compressed alike, no file is younger than 1980, and what was made here was made at the epoch. What a container sees stays, but for times.
func normalize(archiveName, directoryName, epoch string, allowed limits) (said *normalization, err error) {
	made, err := readEpoch(epoch)
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
	layers, err := (&normalizing{opened: opened, target: target, spending: &budget{limits: allowed}}).rewrite(found.layers)
	if err != nil {
		return nil, err
	}
	_, past := describeConfig(found.config)
	commands := layerCommands(past, len(found.layers))
	written, err := describeNormalized(found, layers, made)
	if err != nil {
		return nil, err
	}
	index, err := layoutIndex([]*image{written})
	if err != nil {
		return nil, err
	}
	for _, document := range []struct {
		name    string
		content []byte
	}{
		{blobPath(written.configName), written.rawConfig},
		{blobPath(written.digest), written.manifest},
		{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)},
		{"index.json", index},
	} {
		if err := writeFile(target, document.name, document.content); err != nil {
			return nil, err
		}
	}
	return &normalization{SchemaVersion: 1, Digest: written.digest.String(), CreatedBy: commands}, nil
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
	spending *budget
	// made counts the files, because layers are rewritten at the same time and may be equal.
	made atomic.Int64
}

// unpackedLayer is a layer in files, because its entries are written in another order.
type unpackedLayer struct {
	files   []*os.File
	entries []*tarEntry
}

func (n *normalizing) newFile() (*os.File, error) {
	name := fmt.Sprintf("blobs/unfinished-%d", n.made.Add(1))
	file, err := n.target.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot write a layer: %w", err)
	}
	return file, nil
}

func (n *normalizing) remove(file *os.File) error {
	return errors.Join(file.Close(), n.target.Remove(path.Join("blobs", path.Base(file.Name()))))
}

// rewrite unpacks all layers before it writes any: what Python compiled in one layer names the time of a source that may be in another.
func (n *normalizing) rewrite(stored []storedLayer) (made []rewritten, err error) {
	unpacked, err := eachLayer(stored, n.unpack)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, layer := range unpacked {
			for _, file := range layer.files {
				err = errors.Join(err, n.remove(file))
			}
		}
	}()
	if err := restampCompiled(unpacked); err != nil {
		return nil, err
	}
	return eachLayer(unpacked, n.write)
}

// unpack compares both digests of a layer on the way. What fails leaves files behind, which go with the directory.
func (n *normalizing) unpack(stored storedLayer) (*unpackedLayer, error) {
	plain, err := n.newFile()
	if err != nil {
		return nil, err
	}
	layer := &unpackedLayer{files: []*os.File{plain}}
	if err := unpackLayer(plain, n.opened, stored, n.spending); err != nil {
		return nil, err
	}
	spill := func() (*os.File, error) {
		if len(layer.files) == 1 {
			file, err := n.newFile()
			if err != nil {
				return nil, err
			}
			layer.files = append(layer.files, file)
		}
		return layer.files[1], nil
	}
	if layer.entries, err = listTar(plain, spill, n.spending); err != nil {
		return nil, fmt.Errorf("cannot read layer %s: %w", stored.digest, err)
	}
	return layer, nil
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
func (n *normalizing) write(layer *unpackedLayer) (made rewritten, err error) {
	file, err := n.newFile()
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
	if err := writeTar(unpacked, layer.entries); err != nil {
		return rewritten{}, fmt.Errorf("cannot write a layer: %w", err)
	}
	if err := packer.Close(); err != nil {
		return rewritten{}, fmt.Errorf("cannot write a layer: %w", err)
	}
	made = rewritten{
		descriptor: v1.Descriptor{MediaType: types.OCILayer, Digest: stored.digest(), Size: stored.count},
		diffID:     unpacked.digest(),
	}
	return made, n.target.Rename(path.Join("blobs", path.Base(file.Name())), blobPath(made.descriptor.Digest))
}

// ofEngine is the comment in the history entries that BuildKit's exporter adds for the layers of a build.
const ofEngine = "buildkit.exporter.image.v0"

// describeNormalized makes the documents of the image: the same but for its layers, its times, and what the engine says of its own layers, which it forgets when it is restarted.
func describeNormalized(found *image, layers []rewritten, epoch time.Time) (*image, error) {
	config, err := fieldsOf("configuration", found.rawConfig)
	if err != nil {
		return nil, err
	}
	diffIDs, descriptors := []v1.Hash{}, []v1.Descriptor{}
	for _, layer := range layers {
		diffIDs = append(diffIDs, layer.diffID)
		descriptors = append(descriptors, layer.descriptor)
	}
	past := slices.Clone(found.config.History)
	for number := range past {
		entry := &past[number]
		if entry.Comment == ofEngine {
			entry.CreatedBy = ""
		}
		if entry.Comment == ofEngine || entry.Created.After(epoch) {
			entry.Created = v1.Time{Time: epoch}
		}
	}
	set := map[string]any{"rootfs": v1.RootFS{Type: "layers", DiffIDs: diffIDs}, "created": epoch}
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
