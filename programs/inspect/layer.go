package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
)

type kind uint8

const (
	regular kind = iota
	directory
	symlink
	hardlink
	device
	fifo
	// whiteout removes what lower layers have at its path; opaque removes everything that they have below it.
	whiteout
	opaque
)

// entry is one line of a layer's tar.
type entry struct {
	// path has no leading slash; the root is the empty string.
	path string
	kind kind
	// mode is the permission bits with setuid, setgid and sticky, as in chmod.
	mode uint16
	size int64
	// link is the target of a symbolic link as written, the cleaned path with which a hard link shares its content, or the device's number.
	link string
	// privileges are what the entry's extended attributes grant.
	privileges privileges
	// isELF is true for a program or library in machine code.
	isELF bool
	// code is what starting it needs, if it is machine code or a script that can be started.
	code *linkage
	// content is kept for the few files that are read: see captureLimit.
	content []byte
}

// layerContent is what reading a layer once reveals.
type layerContent struct {
	entries []entry
	// unpacked is the sum of its regular files.
	unpacked int64
	files    int
	// gzipped is its size in a registry that stores gzip: as stored if it is already compressed, else compressed here with level 6.
	gzipped int64
	// skippable is set if it begins with a frame that zstd passes over.
	skippable bool
}

const (
	whiteoutPrefix = ".wh."
	opaqueWhiteout = ".wh..wh..opq"
	// aufsPrefix marks the storage driver's own files, which are not part of the image.
	aufsPrefix = ".wh..wh."
)

// readLayer unpacks a layer as a stream and compares both its digests.
func readLayer(a *archive, layer storedLayer, spending *budget) (*layerContent, error) {
	name := "layer " + layer.digest.String()
	skippable, err := layer.beginsSkippable(a)
	if err != nil {
		return nil, err
	}
	stored := newDigestReader(a.open(layer.place))
	plain, closePlain, err := decompress(stored, layer.compression)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	defer closePlain()

	guarded := &spendingReader{source: plain, spending: spending}
	unpacked := newDigestReader(guarded)
	var source io.Reader = unpacked
	var packed countingWriter
	var packer *gzip.Writer
	if layer.compression == uncompressed {
		// Stored and unpacked bytes are the same, and hashed once.
		if layer.digest != layer.diffID {
			return nil, mismatch(name+" unpacked", layer.diffID, layer.digest)
		}
		if packer, err = gzip.NewWriterLevel(&packed, 6); err != nil {
			return nil, err
		}
		source = io.TeeReader(guarded, packer)
	}

	content := &layerContent{gzipped: layer.place.size, skippable: skippable}
	if err := content.read(source, spending); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	if _, err := io.Copy(io.Discard, source); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	if packer != nil {
		if err := packer.Close(); err != nil {
			return nil, err
		}
		content.gzipped = packed.count
	}
	// The stored digest first: if it differs, the bytes are not those of the diff ID.
	if err := stored.verify(name, layer.digest); err != nil {
		return nil, err
	}
	if found := unpacked.digest(); layer.compression != uncompressed && found != layer.diffID {
		return nil, mismatch(name+" unpacked", layer.diffID, found)
	}
	return content, nil
}

func (c *layerContent) read(source io.Reader, spending *budget) error {
	reader := tar.NewReader(source)
	var sum int64
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("expected a whole tar archive, found one that is truncated or damaged: %w: export the image again", err)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := spending.spendEntry(header.Name, header.Linkname); err != nil {
			return err
		}
		found, skip, err := readEntry(header)
		if err != nil {
			return err
		}
		if skip {
			continue
		}
		if found.kind == regular {
			// A sparse file is bigger than its bytes in the tar, so the guard on those bytes does not see it.
			if sum += found.size; sum > spending.limits.unpacked || sum < 0 {
				return spending.spendBytes(spending.limits.unpacked)
			}
			c.unpacked = sum
			if err := found.look(reader, spending); err != nil {
				return fmt.Errorf("cannot read %s: %w", printablePath(found.path), err)
			}
		}
		if found.kind != directory && found.kind != whiteout && found.kind != opaque {
			c.files++
		}
		c.entries = append(c.entries, found)
	}
}

// look reads what is needed from a regular file: whether it is machine code, what starting it needs, and the whole of the few that are read.
func (e *entry) look(content io.Reader, spending *budget) error {
	var start [4]byte
	count, err := io.ReadFull(content, start[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	err = nil
	whole := io.MultiReader(bytes.NewReader(start[:count]), content)
	// A file that is too big to be kept has no content, and its reader reports that.
	if limit := captureLimit(e.path); e.size <= limit && spending.capture(e.size) {
		if e.content, err = io.ReadAll(whole); err != nil {
			return err
		}
		whole = bytes.NewReader(e.content)
	}
	switch {
	case string(start[:count]) == elfMagic:
		e.isELF = true
		e.code, err = readLinkage(whole, spending)
	case count > 2 && string(start[:2]) == "#!" && e.mode&0o111 != 0:
		e.code, err = readShebang(whole, spending)
	}
	return err
}

// captureLimit is the largest size of a file whose content is needed later; zero for all others. Images link these in various ways
// (NixOS: /nix/store/...-os-release), so the end of the path decides.
func captureLimit(name string) int64 {
	for _, suffix := range [...]string{"os-release", "passwd", "group", linkerCache} {
		if strings.HasSuffix(name, suffix) {
			return capturedLimit
		}
	}
	if isMuslPath(name) {
		return capturedLimit
	}
	if isRecord(name) {
		return recordLimit
	}
	return 0
}

func readEntry(header *tar.Header) (found entry, skip bool, err error) {
	name, err := layerPath(header.Name)
	if err != nil {
		return entry{}, false, err
	}
	found = entry{path: name, mode: uint16(header.Mode & 0o7777), privileges: readPrivileges(header)}
	base := path.Base("/" + name)
	if base == opaqueWhiteout {
		return entry{path: parentOf(name), kind: opaque}, false, nil
	}
	if strings.HasPrefix(base, aufsPrefix) {
		return entry{}, true, nil
	}
	if removed, is := strings.CutPrefix(base, whiteoutPrefix); is {
		if removed == "" || removed == "." || removed == ".." {
			return entry{}, false, fmt.Errorf("expected a whiteout of one file, found %q", printablePath(name))
		}
		return entry{path: path.Join(parentOf(name), removed), kind: whiteout}, false, nil
	}
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		found.kind, found.size = regular, header.Size
	case tar.TypeDir:
		found.kind = directory
	case tar.TypeSymlink:
		if len(header.Linkname) > pathLimit {
			return entry{}, false, fmt.Errorf("expected link targets of at most %d bytes, found %d in %q", pathLimit, len(header.Linkname), printablePath(name))
		}
		found.kind, found.link = symlink, header.Linkname
	case tar.TypeLink:
		target, err := layerPath(header.Linkname)
		if err != nil {
			return entry{}, false, err
		}
		found.kind, found.link = hardlink, target
	case tar.TypeChar, tar.TypeBlock:
		found.kind, found.link = device, deviceName(header)
	case tar.TypeFifo:
		found.kind = fifo
	default:
		return entry{}, false, fmt.Errorf("expected an entry that can be unpacked, found %q of the unknown type %q", printablePath(name), header.Typeflag)
	}
	if name == "" && found.kind != directory {
		return entry{}, false, fmt.Errorf("expected the root to be a directory, found an entry of type %q", header.Typeflag)
	}
	return found, false, nil
}

// layerPath cleans the name of an entry. Runtimes disagree on what `..` in a layer does, so it is refused.
func layerPath(written string) (string, error) {
	if len(written) > pathLimit {
		return "", fmt.Errorf("expected paths of at most %d bytes in a layer, found %d", pathLimit, len(written))
	}
	if strings.ContainsRune(written, 0) {
		return "", fmt.Errorf("expected paths without NUL in a layer, found %q", printablePath(written))
	}
	for part := range strings.SplitSeq(written, "/") {
		if part == ".." {
			return "", fmt.Errorf("expected paths inside the layer, found %q, which climbs out", printablePath(written))
		}
	}
	return strings.TrimPrefix(path.Clean("/"+written), "/"), nil
}

func parentOf(name string) string {
	return strings.TrimPrefix(path.Dir("/"+name), "/")
}

// spendingReader stops a stream that unpacks to more than the limit.
type spendingReader struct {
	source   io.Reader
	spending *budget
}

func (r *spendingReader) Read(buffer []byte) (int, error) {
	count, err := r.source.Read(buffer)
	if over := r.spending.spendBytes(int64(count)); over != nil {
		return count, over
	}
	return count, err
}

type countingWriter struct{ count int64 }

func (w *countingWriter) Write(buffer []byte) (int, error) {
	w.count += int64(len(buffer))
	return len(buffer), nil
}
