package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"loadline.dev/sealed/inspect/search"
)

// searched is the result of searching one layer.
type searched struct {
	lock    sync.Mutex
	found   []remarked
	unread  unreadPlaces
	files   int
	bytes   int64
	records publishedFiles
	// fault ends the search of the layer.
	fault error
}

// remarked is a finding, with the digests of its file until the layer's records are known, and then the remark about it.
type remarked struct {
	search.Finding
	file   string
	sums   sums
	remark string
	// by is the package that brought the file.
	by string
}

func atMost(count int) error {
	if count > mostFound {
		return fmt.Errorf("expected an image with at most %d credentials, found %d: the image cannot be judged", mostFound, count)
	}
	return nil
}

// file searches one file of the layer. Several may be searched at the same time.
func (s *searched) file(searcher *search.Searcher, name string, content []byte) error {
	found, unread, err := searcher.File(name, content)
	var sum sums
	if len(found) > 0 {
		sum = sumsOf(content)
	}
	// Before taking the lock: this takes longer than the rest.
	said := unreadPlaces{}
	said.addFile(unread)
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, one := range found {
		s.found = append(s.found, remarked{Finding: one, file: name, sums: sum})
	}
	if s.unread == nil {
		s.unread = unreadPlaces{}
	}
	for _, one := range said {
		s.unread.add(*one)
	}
	if err != nil {
		err = fmt.Errorf("cannot search %s: %w", printablePath(name), err)
	}
	if s.fault == nil {
		s.fault = errors.Join(err, atMost(len(s.found)))
	}
	return s.fault
}

// failed returns why the search of the layer must end early.
func (s *searched) failed() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.fault
}

// searchLayer searches every byte of a layer: the contents of its files, its headers, and what is between and after them.
func searchLayer(a *archive, layer storedLayer, searcher *search.Searcher, spending *budget) (*searched, error) {
	name := "layer " + layer.digest.String()
	stored := newDigestReader(a.open(layer.place))
	plain, closePlain, err := decompress(stored, layer.compression)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	defer closePlain()
	result := &searched{}
	if err := result.read(&spendingReader{source: plain, spending: spending}, searcher, spending); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	if err := stored.verify(name, layer.digest); err != nil {
		return nil, err
	}
	if err := result.failed(); err != nil {
		return nil, err
	}
	result.remark()
	return result, nil
}

// piece is what one processor searches.
type piece struct {
	name string
	held search.Held
}

func (s *searched) read(source io.Reader, searcher *search.Searcher, spending *budget) error {
	pieces := make(chan piece)
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for one := range pieces {
				if s.failed() == nil {
					_ = s.file(searcher, one.name, one.held.Content)
				}
				one.held.Release()
			}
		})
	}
	defer running.Wait()
	defer close(pieces)
	recorded := &recordingReader{source: source}
	reader := tar.NewReader(recorded)
	for {
		if err := s.failed(); err != nil {
			return err
		}
		recorded.begin()
		header, err := reader.Next()
		between := recorded.end()
		if errors.Is(err, io.EOF) {
			return s.readRest(source, between, pieces)
		}
		if err != nil {
			return fmt.Errorf("expected a whole tar archive, found one that is truncated or damaged: %w: export the image again", err)
		}
		if err := spending.spendEntry(header.Name, header.Linkname); err != nil {
			return err
		}
		path, err := layerPath(header.Name)
		if err != nil {
			return err
		}
		// The entry itself: its names, its owners, its attributes, and whatever else is in its header.
		pieces <- piece{name: "/" + path, held: search.Held{Content: between}}
		if header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeGNUSparse {
			continue
		}
		held, err := search.Hold(reader, header.Size)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", printablePath(path), err)
		}
		s.files++
		s.bytes += int64(len(held.Content))
		s.records.keep(path, held.Content, spending)
		pieces <- piece{name: "/" + path, held: held}
	}
}

// behindTheEnd replaces the path of bytes that belong to no file.
const behindTheEnd = "/ (after the last file of the layer)"

// readRest searches what follows the end of the archive, which programs that unpack it never read.
func (s *searched) readRest(source io.Reader, between []byte, pieces chan<- piece) error {
	held, err := search.Hold(source, int64(len(between)))
	if err != nil {
		return err
	}
	pieces <- piece{name: behindTheEnd, held: search.Held{Content: between}}
	pieces <- piece{name: behindTheEnd, held: held}
	return nil
}

// recordingReader keeps what is read between two calls: headers, and the padding before them.
type recordingReader struct {
	source    io.Reader
	recording bool
	kept      []byte
}

func (r *recordingReader) begin() { r.recording, r.kept = true, nil }

func (r *recordingReader) end() []byte {
	r.recording = false
	return r.kept
}

// headersLimit is the most bytes of the headers before one entry. Each may have a megabyte, and there may be any number of them.
const headersLimit = 16 << 20

func (r *recordingReader) Read(buffer []byte) (int, error) {
	count, err := r.source.Read(buffer)
	if r.recording {
		r.kept = append(r.kept, buffer[:count]...)
		if len(r.kept) > headersLimit {
			return count, fmt.Errorf("expected headers of at most %d bytes before an entry, found more", headersLimit)
		}
	}
	return count, err
}
