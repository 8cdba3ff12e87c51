package main

import (
	"archive/tar"
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// compiledBy gives what Python writes for a source of this time and size, with flags if it compares digests instead.
func compiledBy(flags uint32, source time.Time, size int) string {
	header := []byte("\xa7\x0d\r\n")
	for _, number := range []uint32{flags, uint32(source.Unix()), uint32(size)} {
		header = binary.LittleEndian.AppendUint32(header, number)
	}
	return string(header) + "code"
}

func TestWhatPythonCompiledFitsItsSourceAsBefore(t *testing.T) {
	old, made, other := time.Unix(200_000_000, 0), time.Unix(1_800_000_000, 0), time.Unix(1_800_000_001, 0)
	source := func(name string, at time.Time) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, ModTime: at, Gname: "x = 1"}
	}
	bodies := map[string]string{}
	compiled := func(name, content string) tar.Header {
		bodies[name] = content
		return tar.Header{Typeflag: tar.TypeReg, Name: name, ModTime: made}
	}
	below := written(t, source("app/below.py", made), source("app/early.py", old))
	headers := []tar.Header{
		source("app/fits.py", made), source("app/stale.py", made), source("app/longer.py", made), source("app/digest.py", made),
		compiled("app/__pycache__/fits.cpython-311.pyc", compiledBy(0, made, 5)),
		compiled("app/__pycache__/below.cpython-311.opt-1.pyc", compiledBy(0, made, 5)),
		compiled("app/__pycache__/early.cpython-311.pyc", compiledBy(0, old, 5)),
		compiled("app/__pycache__/stale.cpython-311.pyc", compiledBy(0, other, 5)),
		compiled("app/__pycache__/longer.cpython-311.pyc", compiledBy(0, made, 6)),
		compiled("app/__pycache__/digest.cpython-311.pyc", compiledBy(1, made, 5)),
		compiled("app/__pycache__/gone.cpython-311.pyc", compiledBy(0, made, 5)),
		compiled("app/fits.pyc", compiledBy(0, made, 5)),
		compiled("app/__pycache__/short.cpython-311.pyc", "short"),
	}
	above := writtenWith(t, bodies, headers...)
	archive, _ := newBuilder(t).layer(types.OCIUncompressedLayer, below, below).layer(types.OCIUncompressedLayer, above, above).oci()
	found := contents(t, normalized(t, archive, epoch), 1)
	normal := time.Unix(315_532_800, 0)
	for name, wanted := range map[string]string{
		"fits.cpython-311.pyc": compiledBy(0, normal, 5), "below.cpython-311.opt-1.pyc": compiledBy(0, normal, 5), "early.cpython-311.pyc": compiledBy(0, old, 5),
		"stale.cpython-311.pyc": compiledBy(0, other, 5), "longer.cpython-311.pyc": compiledBy(0, made, 6), "digest.cpython-311.pyc": compiledBy(1, made, 5),
		"gone.cpython-311.pyc": compiledBy(0, made, 5), "short.cpython-311.pyc": "short",
	} {
		if found["app/__pycache__/"+name] != wanted {
			t.Errorf("%s: wanted %q, found %q", name, wanted, found["app/__pycache__/"+name])
		}
	}
	if found["app/fits.pyc"] != compiledBy(0, made, 5) {
		t.Error("what is no cache was changed")
	}
}
