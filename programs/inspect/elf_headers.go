package main

import (
	"debug/elf"
	"encoding/binary"
)

// mostHeaders is Linux's limit for all program headers of a file together, in bytes.
const mostHeaders = 64 << 10

// elfHeaders are the headers of a file of either width, in the wider form.
type elfHeaders struct {
	class    elf.Class
	order    binary.ByteOrder
	machine  elf.Machine
	segments []elf.Prog64
}

// readHeaders reports false if they are damaged. Files that are neither programs nor libraries have no segments.
func readHeaders(head []byte) (*elfHeaders, bool) {
	if len(head) < elf.EI_NIDENT {
		return nil, false
	}
	found := &elfHeaders{class: elf.Class(head[elf.EI_CLASS])}
	switch elf.Data(head[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		found.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		found.order = binary.BigEndian
	default:
		return nil, false
	}
	var header elf.Header64
	switch found.class {
	case elf.ELFCLASS64:
		if _, err := binary.Decode(head, found.order, &header); err != nil {
			return nil, false
		}
	case elf.ELFCLASS32:
		var narrow elf.Header32
		if _, err := binary.Decode(head, found.order, &narrow); err != nil {
			return nil, false
		}
		header = elf.Header64{Type: narrow.Type, Machine: narrow.Machine, Phoff: uint64(narrow.Phoff), Phentsize: narrow.Phentsize, Phnum: narrow.Phnum}
	default:
		return nil, false
	}
	found.machine = elf.Machine(header.Machine)
	if kind := elf.Type(header.Type); kind != elf.ET_EXEC && kind != elf.ET_DYN {
		return found, true
	}
	// Linux runs no program whose headers have another size.
	size := map[elf.Class]int{elf.ELFCLASS64: 56, elf.ELFCLASS32: 32}[found.class]
	if int(header.Phentsize) != size {
		return nil, false
	}
	length := size * int(header.Phnum)
	if length > mostHeaders || header.Phoff > uint64(len(head)) || uint64(length) > uint64(len(head))-header.Phoff {
		return nil, false
	}
	for table := head[header.Phoff:][:length]; len(table) > 0; table = table[size:] {
		found.segments = append(found.segments, found.segment(table))
	}
	return found, true
}

func (h *elfHeaders) segment(raw []byte) elf.Prog64 {
	var wide elf.Prog64
	if h.class == elf.ELFCLASS64 {
		_, _ = binary.Decode(raw, h.order, &wide)
		return wide
	}
	var narrow elf.Prog32
	_, _ = binary.Decode(raw, h.order, &narrow)
	return elf.Prog64{Type: narrow.Type, Off: uint64(narrow.Off), Vaddr: uint64(narrow.Vaddr), Filesz: uint64(narrow.Filesz)}
}

// last is the last segment of a kind; dynamic linkers take the last one of several.
func (h *elfHeaders) last(kind elf.ProgType) *elf.Prog64 {
	for index := len(h.segments) - 1; index >= 0; index-- {
		if elf.ProgType(h.segments[index].Type) == kind {
			return &h.segments[index]
		}
	}
	return nil
}

// entries are the tags and values of the table up to its end mark.
func (h *elfHeaders) entries(table []byte) func(yield func(elf.DynTag, uint64) bool) {
	return func(yield func(elf.DynTag, uint64) bool) {
		width := 8
		number := h.order.Uint64
		if h.class == elf.ELFCLASS32 {
			width = 4
			number = func(raw []byte) uint64 { return uint64(h.order.Uint32(raw)) }
		}
		for ; len(table) >= 2*width; table = table[2*width:] {
			tag := elf.DynTag(number(table))
			if tag == elf.DT_NULL || !yield(tag, number(table[width:])) {
				return
			}
		}
	}
}

// offsetOf is where the content of an address of the running program is in the file.
func (h *elfHeaders) offsetOf(address uint64) (uint64, bool) {
	for _, segment := range h.segments {
		if elf.ProgType(segment.Type) == elf.PT_LOAD && address >= segment.Vaddr && address-segment.Vaddr < segment.Filesz {
			return segment.Off + (address - segment.Vaddr), true
		}
	}
	return 0, false
}
