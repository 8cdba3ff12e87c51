package main

import (
	"archive/tar"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// tarEntry is one entry of an unpacked layer, and where in which file its content is.
type tarEntry struct {
	header *tar.Header
	// name has no slash at either end; that of the root is empty.
	name   string
	within *os.File
	offset int64
	// stamp replaces the time of the source in what Python compiled.
	stamp *uint32
}

// writable is what a layer can hold: https://github.com/opencontainers/image-spec/blob/main/layer.md.
var writable = []byte{tar.TypeReg, tar.TypeGNUSparse, tar.TypeDir, tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo}

// listTar lists the entries in the order in which they are written again: a directory before what is in it, what a directory removes before what it adds, names by their bytes. What
// a sparse file leaves out is written to another file, once there is one.
func listTar(plain *os.File, spill func() (*os.File, error), spending *budget) ([]*tarEntry, error) {
	if _, err := plain.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	reader, entries, seen := tar.NewReader(plain), []*tarEntry{}, map[string]*tarEntry{}
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("expected a whole tar archive, found one that is truncated or damaged: %w: export the image again", err)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := spending.spendEntry(header.Name, header.Linkname); err != nil {
			return nil, err
		}
		name, err := layerPath(header.Name)
		if err != nil {
			return nil, err
		}
		if twin := seen[name]; twin != nil {
			if twin.header.Typeflag != tar.TypeDir || header.Typeflag != tar.TypeDir {
				return nil, fmt.Errorf("expected each file once in a layer, found %q twice: its order cannot be normalized", printablePath(name))
			}
			// Of a directory that appears twice, the last counts.
			twin.header = header
			continue
		}
		if !slices.Contains(writable, header.Typeflag) {
			return nil, fmt.Errorf("expected files, directories, links and devices in a layer, found %q of type %q, which cannot be normalized", printablePath(name), header.Typeflag)
		}
		one := &tarEntry{header: header, name: name, within: plain}
		if isSparse(header) {
			err = one.fill(reader, spill, spending)
		} else {
			one.offset, err = plain.Seek(0, io.SeekCurrent)
		}
		if err != nil {
			return nil, err
		}
		seen[name] = one
		entries = append(entries, one)
	}
	if err := linkToFirst(entries); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(one, other *tarEntry) int { return cmp.Compare(one.order(), other.order()) })
	return entries, nil
}

// fill writes a sparse file with all its bytes.
func (e *tarEntry) fill(content io.Reader, spill func() (*os.File, error), spending *budget) error {
	if err := spending.spendBytes(e.header.Size); err != nil {
		return err
	}
	file, err := spill()
	if err != nil {
		return err
	}
	if e.offset, err = file.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	e.within, e.header.Typeflag = file, tar.TypeReg
	if _, err := io.Copy(file, content); err != nil {
		return fmt.Errorf("cannot unpack %q: %w", printablePath(e.name), err)
	}
	return nil
}

func (e *tarEntry) order() string {
	if e.name == "" {
		return ""
	}
	order := strings.ReplaceAll("/"+e.name, "/", "\x00\x02")
	if base := path.Base(e.name); strings.HasPrefix(base, whiteoutPrefix) {
		order = order[:len(order)-len(base)-1] + "\x01" + base
	}
	return order
}

// linkToFirst lets the first name of a file, in the order of writing, have its content, and the others link to it: which of them an engine meets first is chance.
func linkToFirst(entries []*tarEntry) error {
	byName, linked := map[string]*tarEntry{}, map[string][]*tarEntry{}
	for _, one := range entries {
		byName[one.name] = one
	}
	for _, one := range entries {
		if one.header.Typeflag != tar.TypeLink {
			continue
		}
		target, err := layerPath(one.header.Linkname)
		if err != nil {
			return err
		}
		// A link to a file of a lower layer stays as it is; a link to a link has a target that is not last.
		for at := byName[target]; at != nil && at.header.Typeflag == tar.TypeLink; at = byName[target] {
			next, err := layerPath(at.header.Linkname)
			if err != nil || next == target || next == one.name {
				return fmt.Errorf("expected hard links that end at a file, found %q, which does not", printablePath(one.name))
			}
			target = next
		}
		linked[target] = append(linked[target], one)
	}
	for name, links := range linked {
		file := byName[name]
		if file == nil {
			continue
		}
		group := append([]*tarEntry{file}, links...)
		slices.SortFunc(group, func(one, other *tarEntry) int { return cmp.Compare(one.order(), other.order()) })
		content, within, offset := *file.header, file.within, file.offset
		for number, member := range group {
			header := content
			header.Name = member.name
			if number > 0 {
				header.Typeflag, header.Linkname, header.Size = tar.TypeLink, group[0].name, 0
			}
			member.header, member.within, member.offset = &header, within, offset
		}
	}
	return nil
}

// writeTar writes the entries with nothing in their headers but what a container sees, and no time after the latest.
func writeTar(to io.Writer, entries []*tarEntry) error {
	writer := tar.NewWriter(to)
	for _, one := range entries {
		if err := writer.WriteHeader(one.normal()); err != nil {
			return err
		}
		if one.header.Typeflag != tar.TypeReg {
			continue
		}
		if _, err := io.Copy(writer, one.content()); err != nil {
			return err
		}
	}
	return writer.Close()
}

func (e *tarEntry) normal() *tar.Header {
	given := e.header
	header := &tar.Header{
		Typeflag: given.Typeflag, Name: e.name, Linkname: given.Linkname, Mode: given.Mode & 0o7777,
		Uid: given.Uid, Gid: given.Gid, ModTime: normalTime(given.ModTime), Devmajor: given.Devmajor, Devminor: given.Devminor,
	}
	switch given.Typeflag {
	case tar.TypeDir:
		header.Name += "/"
		if e.name == "" {
			header.Name = "./"
		}
	case tar.TypeReg:
		header.Size = given.Size
	}
	for key, value := range given.PAXRecords {
		if strings.HasPrefix(key, "SCHILY.xattr.") {
			if header.PAXRecords == nil {
				header.PAXRecords = map[string]string{}
			}
			header.PAXRecords[key] = value
		}
	}
	return header
}

func normalTime(given time.Time) time.Time {
	if given.After(latestFile) {
		return latestFile
	}
	return given.UTC().Truncate(time.Second)
}

// digestWriter hashes and counts what is written through it.
type digestWriter struct {
	to    io.Writer
	hash  hash.Hash
	count int64
}

func newDigestWriter(to io.Writer) *digestWriter { return &digestWriter{to: to, hash: sha256.New()} }

func (w *digestWriter) Write(buffer []byte) (int, error) {
	count, err := w.to.Write(buffer)
	w.hash.Write(buffer[:count])
	w.count += int64(count)
	return count, err
}

func (w *digestWriter) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", w.hash.Sum(nil))}
}
