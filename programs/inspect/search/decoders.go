package search

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// decoders are reused within one file: most marks occur by chance, and a new decoder has tables of 100 kB.
type decoders struct {
	gzipped  *gzip.Reader
	zlibbed  io.ReadCloser
	deflated io.ReadCloser
}

func (d *decoders) gzip(source *bytes.Reader) (io.Reader, error) {
	var err error
	if d.gzipped == nil {
		d.gzipped = &gzip.Reader{}
	}
	if err = d.gzipped.Reset(source); err == nil {
		d.gzipped.Multistream(false)
	}
	return d.gzipped, err
}

func (d *decoders) zlib(source *bytes.Reader) (io.Reader, error) {
	if d.zlibbed != nil {
		return d.zlibbed, d.zlibbed.(zlib.Resetter).Reset(source, nil)
	}
	made, err := zlib.NewReader(source)
	if err == nil {
		d.zlibbed = made
	}
	return made, err
}

func (d *decoders) flate(source *bytes.Reader) io.Reader {
	if d.deflated == nil {
		d.deflated = flate.NewReader(source)
	} else {
		// The interface may fail; this one does not without a dictionary.
		_ = d.deflated.(flate.Resetter).Reset(source, nil)
	}
	return d.deflated
}
