package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// comparison is what `inspect compare` prints: whether two archives hold the same image, and where they differ.
type comparison struct {
	SchemaVersion int    `json:"schemaVersion"`
	First         string `json:"first"`
	Second        string `json:"second"`
	// Count is how many differences were found in all layers, or in the documents if the layers are equal; the list is bounded.
	Count       int          `json:"count"`
	Differences []difference `json:"differences"`
}

// difference is one thing that is not the same in both.
type difference struct {
	// Layer counts from 1; 0 is the configuration or the manifest.
	Layer int `json:"layer"`
	// Path is a file of the layer, or a field of the document; empty if the layer as a whole differs.
	Path string `json:"path"`
	// How says what each of them has: "18 bytes, then 19 bytes".
	How string `json:"how"`
}

// mostDifferences is enough to see what they have in common.
const mostDifferences = 20

func compareImages(firstName, secondName string, allowed limits) (*comparison, error) {
	firstArchive, first, err := openImage(firstName)
	if err != nil {
		return nil, err
	}
	defer firstArchive.close()
	secondArchive, second, err := openImage(secondName)
	if err != nil {
		return nil, err
	}
	defer secondArchive.close()
	said := &comparison{SchemaVersion: 1, First: first.digest.String(), Second: second.digest.String(), Differences: []difference{}}
	if first.digest == second.digest {
		return said, nil
	}
	found, err := differingLayers(firstArchive, secondArchive, first.layers, second.layers, &budget{limits: allowed})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		found = append(differingFields(first.rawConfig, second.rawConfig, "rootfs"), differingFields(first.manifest, second.manifest, "config")...)
	}
	said.Count = len(found)
	said.Differences = append(said.Differences, found[:min(len(found), mostDifferences)]...)
	return said, nil
}

// differingLayers says what is different in each layer, and nothing if all unpack to the same.
func differingLayers(firstArchive, secondArchive *archive, first, second []storedLayer, spending *budget) ([]difference, error) {
	found := []difference{}
	for number := range max(len(first), len(second)) {
		switch {
		case number >= len(second):
			found = append(found, difference{Layer: number + 1, How: onlyFirst})
			continue
		case number >= len(first):
			found = append(found, difference{Layer: number + 1, How: onlySecond})
			continue
		case first[number].diffID == second[number].diffID:
			continue
		}
		before, err := fingerprints(firstArchive, first[number], spending)
		if err != nil {
			return nil, err
		}
		after, err := fingerprints(secondArchive, second[number], spending)
		if err != nil {
			return nil, err
		}
		files := differingFiles(before, after)
		if len(files) == 0 {
			files = []difference{{How: "the same files in another order or notation"}}
		}
		for _, one := range files {
			one.Layer = number + 1
			found = append(found, one)
		}
	}
	return found, nil
}

const (
	onlyFirst  = "only in the first"
	onlySecond = "only in the second"
)

// fingerprint is what a container sees of a file, and its times.
type fingerprint struct {
	kind         byte
	mode         int64
	uid, gid     int
	time         int64
	link, device string
	extended     string
	size         int64
	content      [sha256.Size]byte
}

func fingerprints(opened *archive, layer storedLayer, spending *budget) (map[string]fingerprint, error) {
	plain, closePlain, err := decompress(opened.open(layer.place), layer.compression)
	if err != nil {
		return nil, fmt.Errorf("cannot read layer %s: %w", layer.digest, err)
	}
	defer closePlain()
	found, reader := map[string]fingerprint{}, tar.NewReader(&spendingReader{source: plain, spending: spending})
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read layer %s: %w", layer.digest, err)
		}
		if err := spending.spendEntry(header.Name, header.Linkname); err != nil {
			return nil, err
		}
		content := sha256.New()
		if _, err := io.Copy(content, reader); err != nil {
			return nil, fmt.Errorf("cannot read layer %s: %w", layer.digest, err)
		}
		found[header.Name] = fingerprint{
			kind: header.Typeflag, mode: header.Mode, uid: header.Uid, gid: header.Gid, time: header.ModTime.Unix(), link: header.Linkname,
			device: fmt.Sprintf("%d:%d", header.Devmajor, header.Devminor), extended: extendedOf(header), size: header.Size, content: [sha256.Size]byte(content.Sum(nil)),
		}
	}
}

// extendedOf lists the names of a header's extended attributes, with a digest of what they hold.
func extendedOf(header *tar.Header) string {
	names, held := []string{}, sha256.New()
	for _, key := range slices.Sorted(maps.Keys(header.PAXRecords)) {
		if name, isExtended := strings.CutPrefix(key, "SCHILY.xattr."); isExtended {
			names = append(names, printableText(name))
			fmt.Fprintf(held, "%d %s", len(header.PAXRecords[key]), header.PAXRecords[key])
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%.4x)", strings.Join(names, " "), held.Sum(nil))
}

func differingFiles(before, after map[string]fingerprint) []difference {
	found := []difference{}
	for name, one := range before {
		other, isThere := after[name]
		how := onlyFirst
		if isThere {
			how = one.besides(other)
		}
		if how != "" {
			found = append(found, difference{Path: printablePath(name), How: how})
		}
	}
	for name := range after {
		if _, isThere := before[name]; !isThere {
			found = append(found, difference{Path: printablePath(name), How: onlySecond})
		}
	}
	slices.SortFunc(found, func(one, other difference) int { return cmp.Compare(one.Path, other.Path) })
	return found
}

// besides says what is different, as `owner 0:0, then 33:33`; nothing if nothing is.
func (f fingerprint) besides(other fingerprint) string {
	said := []string{}
	compared := func(what, before, after string) {
		if before != after {
			said = append(said, fmt.Sprintf("%s%s, then %s", what, before, after))
		}
	}
	if f.kind == other.kind && f.size == other.size && f.content != other.content {
		said = append(said, fmt.Sprintf("other content of %d bytes", f.size))
	}
	compared("", fmt.Sprintf("%d bytes", f.size), fmt.Sprintf("%d bytes", other.size))
	compared("type ", fmt.Sprintf("%q", f.kind), fmt.Sprintf("%q", other.kind))
	compared("mode ", fmt.Sprintf("%04o", f.mode), fmt.Sprintf("%04o", other.mode))
	compared("owner ", fmt.Sprintf("%d:%d", f.uid, f.gid), fmt.Sprintf("%d:%d", other.uid, other.gid))
	compared("link to ", printablePath(f.link), printablePath(other.link))
	compared("device ", f.device, other.device)
	compared("extended attributes ", f.extended, other.extended)
	compared("time ", spellTime(f.time), spellTime(other.time))
	return strings.Join(said, "; ")
}

func spellTime(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// differingFields names the fields of a document, but for the one that says what the layers say.
func differingFields(before, after []byte, besides string) []difference {
	first, second := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if json.Unmarshal(before, &first) != nil || json.Unmarshal(after, &second) != nil {
		return []difference{{Path: "the document", How: "different values"}}
	}
	names := maps.Clone(first)
	maps.Copy(names, second)
	found := []difference{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name != besides && !bytes.Equal(first[name], second[name]) {
			found = append(found, difference{Path: printablePath(name), How: "different values"})
		}
	}
	return found
}
