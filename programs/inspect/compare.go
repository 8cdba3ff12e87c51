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
)

// comparison is what `inspect compare` prints: whether two archives hold the same image, and where they part.
type comparison struct {
	SchemaVersion int    `json:"schemaVersion"`
	First         string `json:"first"`
	Second        string `json:"second"`
	// Count is how many differences were found in the first layer that differs, or in the documents; the list is bounded.
	Count       int          `json:"count"`
	Differences []difference `json:"differences"`
}

// difference is one thing that is not the same in both. What comes after the first layer that differs was made from it, and is left out.
type difference struct {
	// Layer counts from 1; 0 is the configuration or the manifest.
	Layer     int    `json:"layer"`
	CreatedBy string `json:"createdBy"`
	// Path is a file of the layer, or a field of the document.
	Path string `json:"path"`
	// What is content, attributes, only in the first, only in the second, or order.
	What string `json:"what"`
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
	spending := &budget{limits: allowed}
	found, err := differingLayer(firstArchive, secondArchive, first, second, spending)
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

// differingLayer says what is different in the first layer that is, and nothing if all layers unpack to the same.
func differingLayer(firstArchive, secondArchive *archive, first, second *image, spending *budget) ([]difference, error) {
	_, past := describeConfig(first.config)
	commands := layerCommands(past, len(first.layers))
	for number, one := range first.layers {
		if number >= len(second.layers) {
			return []difference{{Layer: number + 1, CreatedBy: commands[number], What: "only in the first"}}, nil
		}
		other := second.layers[number]
		if one.diffID == other.diffID {
			continue
		}
		before, err := fingerprints(firstArchive, one, spending)
		if err != nil {
			return nil, err
		}
		after, err := fingerprints(secondArchive, other, spending)
		if err != nil {
			return nil, err
		}
		found := differingFiles(before, after)
		if len(found) == 0 {
			found = []difference{{What: "order"}}
		}
		for index := range found {
			found[index].Layer, found[index].CreatedBy = number+1, commands[number]
		}
		return found, nil
	}
	if len(second.layers) > len(first.layers) {
		return []difference{{Layer: len(first.layers) + 1, What: "only in the second"}}, nil
	}
	return nil, nil
}

// fingerprint is what a container sees of a file, and its times.
type fingerprint struct {
	attributes string
	content    [sha256.Size]byte
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
		found[header.Name] = fingerprint{attributes: attributesOf(header), content: [sha256.Size]byte(content.Sum(nil))}
	}
}

func attributesOf(header *tar.Header) string {
	extended := []string{}
	for _, key := range slices.Sorted(maps.Keys(header.PAXRecords)) {
		if strings.HasPrefix(key, "SCHILY.xattr.") {
			extended = append(extended, key+"="+header.PAXRecords[key])
		}
	}
	return fmt.Sprintf("%d %o %d:%d %d %q %d:%d %q", header.Typeflag, header.Mode, header.Uid, header.Gid, header.ModTime.UnixNano(), header.Linkname, header.Devmajor, header.Devminor, extended)
}

func differingFiles(before, after map[string]fingerprint) []difference {
	found := []difference{}
	for name, one := range before {
		other, isThere := after[name]
		switch {
		case !isThere:
			found = append(found, difference{Path: printablePath(name), What: "only in the first"})
		case one.content != other.content:
			found = append(found, difference{Path: printablePath(name), What: "content"})
		case one.attributes != other.attributes:
			found = append(found, difference{Path: printablePath(name), What: "attributes"})
		}
	}
	for name := range after {
		if _, isThere := before[name]; !isThere {
			found = append(found, difference{Path: printablePath(name), What: "only in the second"})
		}
	}
	slices.SortFunc(found, func(one, other difference) int { return cmp.Compare(one.Path, other.Path) })
	return found
}

// differingFields names the fields of a document, but for the one that says what the layers say.
func differingFields(before, after []byte, besides string) []difference {
	first, second := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	if json.Unmarshal(before, &first) != nil || json.Unmarshal(after, &second) != nil {
		return []difference{{Path: "the document", What: "content"}}
	}
	names := maps.Clone(first)
	maps.Copy(names, second)
	found := []difference{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if name != besides && !bytes.Equal(first[name], second[name]) {
			found = append(found, difference{Path: printablePath(name), What: "content"})
		}
	}
	return found
}
