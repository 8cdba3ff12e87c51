package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// plain writes an archive's image as an OCI layout for scanners that know zstd only by its first bytes: without the frames before them
// that zstd passes over. The digests of such layers and of the image change; the configuration, which names what is in the layers, does not.
func plain(archiveName, directoryName string, allowed limits) (*extraction, error) {
	return layOut([]string{archiveName}, directoryName, allowed, func(opened *archive, found *image) error {
		for number := range found.layers {
			if err := found.layers[number].skip(opened); err != nil {
				return err
			}
		}
		return found.rewriteManifest(func(manifest *v1.Manifest) {
			for number, layer := range found.layers {
				manifest.Layers[number].Digest, manifest.Layers[number].Size = layer.digest, layer.place.size
			}
		})
	})
}

// mostSkipped is far more than any program writes at the beginning of a layer: pzstd writes one frame before each of its own.
const mostSkipped = 100

// skip leaves the frames at the beginning of a layer out.
func (l *storedLayer) skip(opened *archive) error {
	whole := l.place
	for count := 0; ; count++ {
		begins, err := l.beginsSkippable(opened)
		if err != nil {
			return err
		}
		if !begins {
			break
		}
		if count == mostSkipped {
			return fmt.Errorf("expected at most %d frames to pass over at the beginning of layer %s, found more", mostSkipped, l.digest)
		}
		var header [8]byte
		if _, err := io.ReadFull(opened.open(l.place), header[:]); err != nil {
			return fmt.Errorf("cannot read layer %s: %w", l.digest, err)
		}
		length := int64(len(header)) + int64(binary.LittleEndian.Uint32(header[4:]))
		if length > l.place.size {
			return fmt.Errorf("expected whole frames in layer %s, found one that breaks off", l.digest)
		}
		l.place.offset += length
		l.place.size -= length
	}
	if l.place == whole {
		return nil
	}
	reader := newDigestReader(opened.open(l.place))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		return fmt.Errorf("cannot read layer %s: %w", l.digest, err)
	}
	l.digest = reader.digest()
	return nil
}

// beginsSkippable reports whether the first frame of a layer is one that zstd passes over.
func (l storedLayer) beginsSkippable(opened *archive) (bool, error) {
	start := make([]byte, len(zstdMagic))
	count, err := io.ReadFull(opened.open(l.place), start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("cannot read layer %s: %w", l.digest, err)
	}
	return l.compression == zstdCompressed && isSkippable(start[:count]), nil
}
