package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
)

const elfMagic = "\x7fELF"

const (
	// excerptLimit is the most bytes kept of the beginning of a program while it is read, and again of its end, where linkers put the tables.
	excerptLimit = 32 << 20
	// excerptCount is how many such files are read at once.
	excerptCount = 4
	// mostDynamic is the largest table of the dynamic linker that is read, in bytes; those of the largest browsers have some thousand.
	mostDynamic = 1 << 20
	// mostNeeded is the most libraries that one file may name; the largest programs name some hundred.
	mostNeeded = 1000
	// shebangLimit is how much of a script Linux reads for its interpreter: BINPRM_BUF_SIZE.
	shebangLimit = 256
	// linkageSize is what one linkage takes in memory, without its names.
	linkageSize = 256
)

// excerpt is the beginning of a file, and the part with the tables if that is further behind.
type excerpt struct {
	head, tail bytes.Buffer
	tailAt     uint64
}

// excerpts are used again and again, and limit how much memory all of them take.
var excerpts = func() chan *excerpt {
	all := make(chan *excerpt, excerptCount)
	for range excerptCount {
		all <- &excerpt{}
	}
	return all
}()

func (e *excerpt) read(content io.Reader) (*linkage, error) {
	e.head.Reset()
	e.tail.Reset()
	if err := copyAtMost(&e.head, content); err != nil {
		return nil, err
	}
	headers, isWhole := readHeaders(e.head.Bytes())
	if !isWhole {
		return damagedLinkage, nil
	}
	read := uint64(e.head.Len())
	if e.tailAt = e.firstTableBehind(headers); e.tailAt > 0 {
		if _, err := io.CopyN(io.Discard, content, int64(min(e.tailAt-read, 1<<62))); errors.Is(err, io.EOF) {
			return damagedLinkage, nil
		} else if err != nil {
			return nil, err
		}
		if err := copyAtMost(&e.tail, content); err != nil {
			return nil, err
		}
	}
	return e.link(headers), nil
}

func copyAtMost(to *bytes.Buffer, from io.Reader) error {
	_, err := io.CopyN(to, from, excerptLimit)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// from is what was kept of the file from an offset; empty if nothing was.
func (e *excerpt) from(offset uint64) []byte {
	if head := e.head.Bytes(); offset < uint64(len(head)) {
		return head[offset:]
	}
	if tail := e.tail.Bytes(); offset >= e.tailAt && offset-e.tailAt < uint64(len(tail)) {
		return tail[offset-e.tailAt:]
	}
	return nil
}

// table is the content of a segment; nil if it was not kept.
func (e *excerpt) table(segment *elf.Prog64) []byte {
	kept := e.from(segment.Off)
	if uint64(len(kept)) < segment.Filesz {
		return nil
	}
	return kept[:segment.Filesz]
}

// firstTableBehind is where the first needed table begins that was not kept; zero if all were.
func (e *excerpt) firstTableBehind(headers *elfHeaders) uint64 {
	read := uint64(e.head.Len())
	var first uint64
	for _, kind := range [...]elf.ProgType{elf.PT_INTERP, elf.PT_DYNAMIC} {
		// What begins before the end of the head cannot be read again.
		if table := headers.last(kind); table != nil && e.table(table) == nil && (first == 0 || table.Off < first) {
			first = max(table.Off, read)
		}
	}
	if dynamic := headers.last(elf.PT_DYNAMIC); first == 0 && dynamic != nil {
		for tag, value := range headers.entries(e.table(dynamic)) {
			if offset, loaded := headers.offsetOf(value); tag == elf.DT_STRTAB && loaded && offset >= read {
				first = offset
			}
		}
	}
	return first
}

// link reads the tables.
func (e *excerpt) link(headers *elfHeaders) *linkage {
	found := &linkage{class: headers.class, machine: headers.machine}
	if segment := headers.last(elf.PT_INTERP); segment != nil {
		name := e.table(segment)
		if name == nil {
			return distantLinkage
		}
		end := bytes.IndexByte(name, 0)
		if end < 1 || end >= pathLimit {
			return damagedLinkage
		}
		found.interpreter = string(name[:end])
	}
	segment := headers.last(elf.PT_DYNAMIC)
	if segment == nil || segment.Filesz == 0 {
		return found
	}
	if segment.Filesz > mostDynamic {
		return overfullLinkage
	}
	table := e.table(segment)
	if table == nil {
		return distantLinkage
	}
	return e.linkBy(headers, table, found)
}

func (e *excerpt) linkBy(headers *elfHeaders, table []byte, found *linkage) *linkage {
	type named struct {
		tag elf.DynTag
		at  uint64
	}
	var names []named
	var start, size uint64
	for tag, value := range headers.entries(table) {
		switch tag {
		case elf.DT_STRTAB:
			start = value
		case elf.DT_STRSZ:
			size = value
		case elf.DT_NEEDED, elf.DT_SONAME, elf.DT_RPATH, elf.DT_RUNPATH:
			if names = append(names, named{tag, value}); len(names) > mostNeeded {
				return overfullLinkage
			}
		}
	}
	if len(names) == 0 {
		return found
	}
	offset, loaded := headers.offsetOf(start)
	if !loaded {
		return damagedLinkage
	}
	for _, one := range names {
		if one.at >= size {
			return damagedLinkage
		}
		name, fault := e.name(offset+one.at, size-one.at)
		if fault != nil {
			return fault
		}
		switch one.tag {
		case elf.DT_NEEDED:
			found.needed = append(found.needed, name)
		case elf.DT_SONAME:
			found.soname = name
		case elf.DT_RPATH:
			found.rpath = name
		case elf.DT_RUNPATH:
			found.runpath = name
		}
	}
	return found
}

// name reads a name that ends with NUL, from a table of names of which that many bytes are left.
func (e *excerpt) name(offset, left uint64) (string, *linkage) {
	kept := e.from(offset)
	if len(kept) == 0 {
		return "", distantLinkage
	}
	kept = kept[:min(uint64(len(kept)), left, pathLimit+1)]
	end := bytes.IndexByte(kept, 0)
	switch {
	case end >= 0:
		return string(kept[:end]), nil
	case len(kept) > pathLimit:
		return "", overfullLinkage
	default:
		return "", damagedLinkage
	}
}
