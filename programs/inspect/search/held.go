package search

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Held is content that was read whole: in memory, or, if it is long, in a memory-mapped file.
type Held struct {
	Content []byte
	mapped  bool
}

// inMemory is how much is kept in memory of one stream.
const inMemory = 16 << 20

// errNoRoom means that the machine, not the stream, is why it was not read to its end.
var errNoRoom = errors.New("failed to keep what was unpacked: expected room in the directory for temporary files and in memory")

var errTooMuch = errors.New("decodes to more than the limit")

// Hold reads a file of known length.
func Hold(source io.Reader, size int64) (Held, error) {
	return hold(source, min(size+1, inMemory), func(int64) bool { return true })
}

// hold reads a stream to its end. `spend` reports whether that many more bytes are allowed; otherwise it ends with errTooMuch. On an error, what was read until then is returned.
func hold(source io.Reader, expected int64, spend func(int64) bool) (Held, error) {
	content := make([]byte, 0, expected)
	for {
		if len(content) == cap(content) {
			if len(content) >= inMemory {
				return spill(content, source, spend)
			}
			content = append(content, 0)[:len(content)]
		}
		count, err := source.Read(content[len(content):cap(content)])
		content = content[:len(content)+count]
		switch {
		case !spend(int64(count)):
			return Held{Content: content}, errTooMuch
		case err == io.EOF:
			return Held{Content: content}, nil
		case err != nil:
			return Held{Content: content}, err
		}
	}
}

// spill continues in a file without a name.
func spill(content []byte, source io.Reader, spend func(int64) bool) (Held, error) {
	file, err := temporary()
	if err != nil {
		return Held{}, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	defer file.Close()
	if _, err := file.Write(content); err != nil {
		return Held{}, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	length := int64(len(content))
	buffer := make([]byte, 1<<20)
	var ended error
	for ended == nil {
		count, err := source.Read(buffer)
		if _, err := file.Write(buffer[:count]); err != nil {
			return Held{}, fmt.Errorf("%w: %w", errNoRoom, err)
		}
		length += int64(count)
		if ended = err; !spend(int64(count)) {
			ended = errTooMuch
		}
	}
	shown, err := unix.Mmap(int(file.Fd()), 0, int(length), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return Held{}, fmt.Errorf("%w: %w", errNoRoom, err)
	}
	if ended == io.EOF {
		ended = nil
	}
	return Held{Content: shown, mapped: true}, ended
}

// temporary makes a file that nobody else sees. An image with one program has no directory for it.
func temporary() (*os.File, error) {
	if err := os.MkdirAll(os.TempDir(), 0o700); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "held")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

// Release frees the memory, and the content with it.
func (h Held) Release() {
	if h.mapped {
		_ = unix.Munmap(h.Content)
	}
}
