package main

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// A file that Python compiled begins with 16 bytes, little-endian: a magic number that ends with a line break, flags, and, if there are no flags, the time and the length of its
// source (PEP 552).
const (
	compiledHeader = 16
	compiledFlags  = 4
	compiledTime   = 8
	compiledSize   = 12
)

// pythonSource is what Python compares with the header of a compiled file.
type pythonSource struct {
	time time.Time
	size int64
}

// restampCompiled lets compiled files name the normalized time of their source, if they named its time before: otherwise they would differ from build to build, and Python would compile
// them again at each start. One that did not fit its source does not fit it afterwards either.
func restampCompiled(layers []*unpackedLayer) error {
	sources := map[string]pythonSource{}
	for _, layer := range layers {
		for _, one := range layer.entries {
			if one.header.Typeflag == tar.TypeReg && strings.HasSuffix(one.name, ".py") {
				sources[one.name] = pythonSource{time: one.header.ModTime, size: one.header.Size}
			}
		}
		for _, one := range layer.entries {
			source, isKnown := sources[sourceOf(one.name)]
			if !isKnown || one.header.Typeflag != tar.TypeReg || one.header.Size < compiledHeader {
				continue
			}
			var header [compiledHeader]byte
			if _, err := one.within.ReadAt(header[:], one.offset); err != nil {
				return fmt.Errorf("cannot read %q: %w", printablePath(one.name), err)
			}
			if source.fits(header[:]) {
				stamp := uint32(normalTime(source.time).Unix())
				one.stamp = &stamp
			}
		}
	}
	return nil
}

func (s pythonSource) fits(header []byte) bool {
	number := binary.LittleEndian.Uint32
	return bytes.Equal(header[2:compiledFlags], []byte("\r\n")) && number(header[compiledFlags:]) == 0 &&
		number(header[compiledTime:]) == uint32(s.time.Unix()) && number(header[compiledSize:]) == uint32(s.size)
}

// sourceOf gives pkg/name.py for pkg/__pycache__/name.cpython-311.pyc, and nothing for what is no such file.
func sourceOf(name string) string {
	directory, base := path.Split(name)
	within, isCache := strings.CutSuffix(directory, "__pycache__/")
	module, _, hasTag := strings.Cut(base, ".")
	if !isCache || !hasTag || !strings.HasSuffix(base, ".pyc") {
		return ""
	}
	return within + module + ".py"
}

// content reads what is written of an entry.
func (e *tarEntry) content() io.Reader {
	whole := io.NewSectionReader(e.within, e.offset, e.header.Size)
	if e.stamp == nil {
		return whole
	}
	stamp := binary.LittleEndian.AppendUint32(nil, *e.stamp)
	return io.MultiReader(io.NewSectionReader(e.within, e.offset, compiledTime), bytes.NewReader(stamp), io.NewSectionReader(e.within, e.offset+compiledSize, e.header.Size-compiledSize))
}
