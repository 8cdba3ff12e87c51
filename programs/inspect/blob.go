package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

type compression string

const (
	uncompressed   compression = "no compression"
	gzipCompressed compression = "gzip"
	zstdCompressed compression = "zstd"
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	// zstdSkippable follows any byte from 0x50 to 0x5f: https://www.rfc-editor.org/rfc/rfc8878#name-skippable-frames
	zstdSkippable = []byte{0x2a, 0x4d, 0x18}
)

func compressionOf(start []byte) compression {
	switch {
	case bytes.HasPrefix(start, gzipMagic):
		return gzipCompressed
	case bytes.HasPrefix(start, zstdMagic), isSkippable(start):
		return zstdCompressed
	default:
		return uncompressed
	}
}

// isSkippable reports whether a stream begins with a frame that zstd passes over. pzstd writes one, with the size of the next frame, before each.
func isSkippable(start []byte) bool {
	return len(start) > 0 && start[0]&0xf0 == 0x50 && bytes.HasPrefix(start[1:], zstdSkippable)
}

// layerCompression is the closed list of layer media types; anything else (encrypted, foreign, an artifact) is refused.
var layerCompression = map[string]compression{
	"application/vnd.oci.image.layer.v1.tar":            uncompressed,
	"application/vnd.oci.image.layer.v1.tar+gzip":       gzipCompressed,
	"application/vnd.oci.image.layer.v1.tar+zstd":       zstdCompressed,
	"application/vnd.docker.image.rootfs.diff.tar":      uncompressed,
	"application/vnd.docker.image.rootfs.diff.tar.gzip": gzipCompressed,
	"application/vnd.docker.image.rootfs.diff.tar.zstd": zstdCompressed,
	"application/vnd.docker.image.rootfs.diff.tar+gzip": gzipCompressed,
	"application/vnd.docker.image.rootfs.diff.tar+zstd": zstdCompressed,
}

// digestReader hashes and counts what is read through it.
type digestReader struct {
	source io.Reader
	hash   hash.Hash
	count  int64
}

func newDigestReader(source io.Reader) *digestReader {
	return &digestReader{source: source, hash: sha256.New()}
}

func (r *digestReader) Read(buffer []byte) (int, error) {
	count, err := r.source.Read(buffer)
	r.hash.Write(buffer[:count])
	r.count += int64(count)
	return count, err
}

func (r *digestReader) digest() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", r.hash.Sum(nil))}
}

// verify reads what is left and compares the digest of everything.
func (r *digestReader) verify(what string, wanted v1.Hash) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("cannot read %s: %w", what, err)
	}
	if found := r.digest(); found != wanted {
		return mismatch(what, wanted, found)
	}
	return nil
}

func mismatch(what string, wanted, found v1.Hash) error {
	return fmt.Errorf("expected %s with digest %s, found bytes with digest %s: the archive is damaged or was changed; export the image again", what, wanted, found)
}

func digestOf(content []byte) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(content))}
}

// decompress opens the stream and requires the compression that its media type states.
func decompress(source io.Reader, wanted compression) (io.Reader, func(), error) {
	buffered := bufio.NewReaderSize(source, 1<<16)
	start, err := buffered.Peek(len(zstdMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if found := compressionOf(start); found != wanted {
		return nil, nil, fmt.Errorf("expected a stream with %s, as its media type says, found %s", wanted, found)
	}
	switch wanted {
	case gzipCompressed:
		reader, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, err
		}
		return reader, func() { reader.Close() }, nil
	case zstdCompressed:
		reader, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, err
		}
		return reader, reader.Close, nil
	default:
		return buffered, func() {}, nil
	}
}
