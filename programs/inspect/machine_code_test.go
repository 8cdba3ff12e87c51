package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// machineCode is a program or library that a test writes: headers and tables, and no instructions.
type machineCode struct {
	class       elf.Class
	order       binary.ByteOrder
	kind        elf.Type
	machine     elf.Machine
	interpreter string
	needed      []string
	soname      string
	rpath       string
	runpath     string
	// gap is put between the names and the table that refers to them, swapped puts the table first.
	gap     int
	swapped bool
}

const (
	glibcInterpreter = "/lib64/ld-linux-x86-64.so.2"
	muslInterpreter  = "/lib/ld-musl-x86_64.so.1"
)

func executable(interpreter string, needed ...string) machineCode {
	return machineCode{kind: elf.ET_DYN, interpreter: interpreter, needed: needed}
}

func library(soname string, needed ...string) machineCode {
	return machineCode{kind: elf.ET_DYN, soname: soname, needed: needed}
}

func (m machineCode) bytes(t *testing.T) []byte {
	t.Helper()
	if m.class == 0 {
		m.class, m.order, m.machine = elf.ELFCLASS64, binary.LittleEndian, elf.EM_X86_64
	}
	names := []byte{0}
	var entries []uint64
	add := func(tag elf.DynTag, name string) {
		entries = append(entries, uint64(tag), uint64(len(names)))
		names = append(append(names, name...), 0)
	}
	for _, name := range m.needed {
		add(elf.DT_NEEDED, name)
	}
	for tag, name := range map[elf.DynTag]string{elf.DT_SONAME: m.soname, elf.DT_RPATH: m.rpath, elf.DT_RUNPATH: m.runpath} {
		if name != "" {
			add(tag, name)
		}
	}
	const first, address = 0x200, 0x10000
	interpreter := append([]byte(m.interpreter), 0)
	width := map[elf.Class]int{elf.ELFCLASS64: 8, elf.ELFCLASS32: 4}[m.class]
	tableSize := (len(entries) + 6) * width
	namesAt := first + len(interpreter)
	tableAt := namesAt + len(names) + m.gap
	if m.swapped {
		tableAt = first + len(interpreter)
		namesAt = tableAt + tableSize + m.gap
	}
	entries = append(entries, uint64(elf.DT_STRTAB), uint64(address+namesAt), uint64(elf.DT_STRSZ), uint64(len(names)), 0, 0)
	size := max(tableAt+tableSize, namesAt+len(names))
	segments := []elf.Prog64{{Type: uint32(elf.PT_LOAD), Vaddr: address, Filesz: uint64(size)}}
	if m.interpreter != "" {
		segments = append(segments, elf.Prog64{Type: uint32(elf.PT_INTERP), Off: first, Filesz: uint64(len(interpreter))})
	}
	if len(entries) > 6 {
		segments = append(segments, elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Off: uint64(tableAt), Filesz: uint64(tableSize)})
	}
	content := make([]byte, size)
	copy(content, m.headers(t, segments))
	copy(content[first:], interpreter)
	copy(content[namesAt:], names)
	for index, number := range entries {
		if width == 8 {
			m.order.PutUint64(content[tableAt+index*8:], number)
		} else {
			m.order.PutUint32(content[tableAt+index*4:], uint32(number))
		}
	}
	return content
}

func (m machineCode) headers(t *testing.T, segments []elf.Prog64) []byte {
	t.Helper()
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(m.class), byte(elf.ELFDATA2LSB), 1}
	if m.order == binary.BigEndian {
		ident[elf.EI_DATA] = byte(elf.ELFDATA2MSB)
	}
	var out bytes.Buffer
	write := func(value any) {
		if err := binary.Write(&out, m.order, value); err != nil {
			t.Fatal(err)
		}
	}
	if m.class == elf.ELFCLASS64 {
		write(elf.Header64{Ident: ident, Type: uint16(m.kind), Machine: uint16(m.machine), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: uint16(len(segments))})
		for _, one := range segments {
			write(one)
		}
		return out.Bytes()
	}
	write(elf.Header32{Ident: ident, Type: uint16(m.kind), Machine: uint16(m.machine), Version: 1, Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: uint16(len(segments))})
	for _, one := range segments {
		write(elf.Prog32{Type: one.Type, Off: uint32(one.Off), Vaddr: uint32(one.Vaddr), Filesz: uint32(one.Filesz)})
	}
	return out.Bytes()
}

// installedAs is the line of a layer that brings it.
func (m machineCode) installedAs(t *testing.T, name string) line {
	return file(name, string(m.bytes(t))).with(0o755)
}

func linkageOf(t *testing.T, content []byte) *linkage {
	t.Helper()
	found, err := readLinkage(bytes.NewReader(content), &budget{limits: defaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestReadsWhatMachineCodeIsLinkedTo(t *testing.T) {
	whole := machineCode{kind: elf.ET_DYN, interpreter: glibcInterpreter, needed: []string{"libz.so.1", "libc.so.6"}, soname: "self", rpath: "/old", runpath: "$ORIGIN/../lib"}
	narrow := whole
	narrow.class, narrow.order, narrow.machine = elf.ELFCLASS32, binary.BigEndian, elf.EM_PPC
	long := whole
	long.gap = excerptLimit + 1<<20
	moved := long
	moved.swapped = true
	for title, one := range map[string]machineCode{"64 bits, little end first": whole, "32 bits, big end first": narrow, "the table far behind": long, "the names far behind": moved} {
		found := linkageOf(t, one.bytes(t))
		if found.fault != "" || found.interpreter != one.interpreter || !slices.Equal(found.needed, one.needed) || found.soname != "self" || found.rpath != "/old" || found.runpath != "$ORIGIN/../lib" {
			t.Errorf("%s: got %+v", title, found)
		}
	}
	if found := linkageOf(t, executable("").bytes(t)); found.interpreter != "" || found.fault != "" || len(found.needed) != 0 {
		t.Errorf("a static program: got %+v", found)
	}
	object := executable(glibcInterpreter, "libc.so.6")
	object.kind = elf.ET_REL
	if found := linkageOf(t, object.bytes(t)); found.interpreter != "" || found.fault != "" {
		t.Errorf("an object file is not started: got %+v", found)
	}
}

func TestMachineCodeMadeToMisleadIsUnknown(t *testing.T) {
	many := executable(glibcInterpreter, slices.Repeat([]string{"liba.so"}, mostNeeded+1)...)
	scattered := machineCode{kind: elf.ET_DYN, interpreter: glibcInterpreter, needed: []string{"liba.so"}, gap: 3 * excerptLimit, swapped: true}.bytes(t)
	binary.LittleEndian.PutUint64(scattered[64+56+8:], excerptLimit)
	copy(scattered[excerptLimit:], glibcInterpreter)
	changed := func(change func(content []byte)) []byte {
		content := executable(glibcInterpreter, "libc.so.6").bytes(t)
		change(content)
		return content
	}
	cases := map[string]struct {
		content []byte
		wanted  *linkage
	}{
		"only the magic":               {[]byte(elfMagic), damagedLinkage},
		"half a header":                {executable(glibcInterpreter).bytes(t)[:40], damagedLinkage},
		"an unknown class":             {changed(func(content []byte) { content[elf.EI_CLASS] = 9 }), damagedLinkage},
		"an unknown order":             {changed(func(content []byte) { content[elf.EI_DATA] = 0 }), damagedLinkage},
		"segments behind the end":      {changed(func(content []byte) { binary.LittleEndian.PutUint64(content[32:], 1<<63) }), damagedLinkage},
		"segments of no size":          {changed(func(content []byte) { binary.LittleEndian.PutUint16(content[54:], 0) }), damagedLinkage},
		"segments too small":           {changed(func(content []byte) { binary.LittleEndian.PutUint16(content[54:], 8) }), damagedLinkage},
		"more segments than Linux has": {changed(func(content []byte) { binary.LittleEndian.PutUint16(content[56:], 65535) }), damagedLinkage},
		"an interpreter behind the end": {changed(func(content []byte) {
			binary.LittleEndian.PutUint64(content[64+56+8:], 1<<40)
		}), damagedLinkage},
		"an interpreter without an end": {changed(func(content []byte) {
			binary.LittleEndian.PutUint64(content[64+56+32:], uint64(len(glibcInterpreter)))
		}), damagedLinkage},
		"names of no segment":      {changed(func(content []byte) { binary.LittleEndian.PutUint64(content[64+16:], 1<<60) }), damagedLinkage},
		"names behind the end":     {changed(func(content []byte) { binary.LittleEndian.PutUint64(content[64+8:], 1<<50) }), damagedLinkage},
		"a table of half the file": {changed(func(content []byte) { binary.LittleEndian.PutUint64(content[64+112+32:], mostDynamic+1) }), overfullLinkage},
		"too many libraries":       {many.bytes(t), overfullLinkage},
		"a name without an end":    {executable(glibcInterpreter, strings.Repeat("n", pathLimit+1)).bytes(t), overfullLinkage},
		"tables in three places":   {scattered, distantLinkage},
	}
	for title, one := range cases {
		if found := linkageOf(t, one.content); found != one.wanted {
			t.Errorf("%s: wanted %q, got %+v", title, one.wanted.fault, found)
		}
	}
}

func TestNoBytesOfMachineCodeEndTheProgram(t *testing.T) {
	whole := executable(glibcInterpreter, "libz.so.1", "libc.so.6").bytes(t)
	for length := range whole {
		linkageOf(t, whole[:length])
	}
	for position := range whole {
		for _, value := range [...]byte{0, 1, 0x7f, 0xff} {
			content := slices.Clone(whole)
			content[position] = value
			linkageOf(t, content)
		}
	}
}

func TestNamesOfLibrariesAreKeptUpToALimit(t *testing.T) {
	spending := &budget{limits: defaultLimits()}
	content := executable(glibcInterpreter, slices.Repeat([]string{strings.Repeat("n", 4000)}, 900)...).bytes(t)
	var kept []*linkage
	most := heapHeld(t, func() any {
		for range 40 {
			found, err := readLinkage(bytes.NewReader(content), spending)
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, found)
		}
		return kept
	})
	if most > linkedTotal*5/4 || kept[0].fault != "" || kept[39] != tooManyLinkages {
		t.Errorf("wanted at most %d bytes and the rest unknown, kept %d, the last with %q", linkedTotal, most, kept[39].fault)
	}
}
