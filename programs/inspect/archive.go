package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// archive is an image archive on disk, with random access: only the names and positions of its entries are in memory.
type archive struct {
	file    *os.File
	name    string
	entries map[string]place
}

// place is the position of a file's content in the archive.
type place struct {
	offset, size int64
}

// openArchive lists the archive. An entry that occurs twice is refused: tools would not agree on which one counts.
func openArchive(name string) (*archive, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("expected an image archive, cannot open it: %w", err)
	}
	opened := &archive{file: file, name: name, entries: map[string]place{}}
	if err := opened.list(); err != nil {
		file.Close()
		return nil, err
	}
	return opened, nil
}

func (a *archive) close() { a.file.Close() }

func (a *archive) list() error {
	info, err := a.file.Stat()
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", a.name, err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("expected an image archive, found something that is not a regular file: %s", a.name)
	}
	if info.Size() == 0 {
		return fmt.Errorf("expected an image archive, found an empty file: %s: export the image again", a.name)
	}
	if err := a.refuseCompressed(); err != nil {
		return err
	}
	links := map[string]string{}
	reader := tar.NewReader(a.file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("expected a whole tar archive, found one that is truncated or damaged: %s: %w: export the image again", a.name, err)
		}
		if err := a.enter(header, info.Size(), links); err != nil {
			return err
		}
		if len(a.entries)+len(links) > 100_000 {
			return fmt.Errorf("expected an image archive of at most 100000 entries, found more: %s", a.name)
		}
	}
	// `docker save` before version 25 stores a layer that occurs twice as a link to the first.
	for name, target := range links {
		found, exists := a.entries[target]
		if !exists {
			return fmt.Errorf("expected links within the archive, found %q, which points at %q", name, target)
		}
		if err := a.add(name, found); err != nil {
			return err
		}
	}
	if len(a.entries) == 0 {
		return fmt.Errorf("expected an image archive, found a tar without files: %s: export the image again", a.name)
	}
	return nil
}

// enter adds one entry of the tar archive, whose content starts at the current offset. Links are collected and resolved later.
func (a *archive) enter(header *tar.Header, size int64, links map[string]string) error {
	name, err := entryName(header.Name)
	if err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return nil
	case tar.TypeReg:
		if isSparse(header) {
			return fmt.Errorf("expected plain files in the archive, found the sparse file %q: export the image again without sparse files", header.Name)
		}
		offset, err := a.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", a.name, err)
		}
		if offset+header.Size > size {
			return fmt.Errorf("expected a whole tar archive, found one that ends within %q: %s: export the image again", header.Name, a.name)
		}
		return a.add(name, place{offset: offset, size: header.Size})
	case tar.TypeSymlink:
		links[name] = path.Join(path.Dir(name), header.Linkname)
	case tar.TypeLink:
		links[name] = path.Clean(header.Linkname)
	default:
		return fmt.Errorf("expected files and directories in the archive, found %q of type %q", header.Name, header.Typeflag)
	}
	return nil
}

func (a *archive) add(name string, found place) error {
	if _, exists := a.entries[name]; exists {
		return fmt.Errorf("expected each file once in the archive, found %q twice: tools would not agree on which one counts", name)
	}
	a.entries[name] = found
	return nil
}

func (a *archive) refuseCompressed() error {
	magic := make([]byte, 4)
	count, err := a.file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cannot read %s: %w", a.name, err)
	}
	if kind := compressionOf(magic[:count]); kind != uncompressed {
		return fmt.Errorf("expected a plain tar archive, found one compressed with %s: %s: decompress it first", kind, a.name)
	}
	return nil
}

// open reads one file of the archive from its beginning.
func (a *archive) open(found place) io.Reader {
	return io.NewSectionReader(a.file, found.offset, found.size)
}

// document reads a small JSON file whole.
func (a *archive) document(name string) ([]byte, error) {
	found, exists := a.entries[name]
	if !exists {
		return nil, fmt.Errorf("expected %s in the archive, found none", name)
	}
	if found.size > documentLimit {
		return nil, fmt.Errorf("expected %s of at most %d bytes, found %d", name, documentLimit, found.size)
	}
	var content bytes.Buffer
	if _, err := io.Copy(&content, a.open(found)); err != nil {
		return nil, fmt.Errorf("cannot read %s of the archive: %w", name, err)
	}
	return content.Bytes(), nil
}

// entryName is the entry's name without `./`; a name that climbs is refused.
func entryName(written string) (string, error) {
	for part := range strings.SplitSeq(written, "/") {
		if part == ".." {
			return "", fmt.Errorf("expected names inside the archive, found %q, which climbs out", printablePath(written))
		}
	}
	if strings.HasPrefix(written, "/") {
		return "", fmt.Errorf("expected relative names in the archive, found %q", printablePath(written))
	}
	if len(written) > pathLimit {
		return "", fmt.Errorf("expected names of at most %d bytes in the archive, found %d", pathLimit, len(written))
	}
	return path.Clean(written), nil
}

// isSparse recognises a file whose size in its header is not its size in the archive.
func isSparse(header *tar.Header) bool {
	if header.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}
