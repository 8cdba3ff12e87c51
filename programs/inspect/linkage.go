package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
)

// linkage is what starting a file needs: the interpreter and libraries that a program in machine code names, or the first line of a script.
type linkage struct {
	class   elf.Class
	machine elf.Machine
	// interpreter is the program that the kernel starts to load libraries; empty for a library and for a static program.
	interpreter    string
	needed         []string
	soname         string
	rpath, runpath string
	// shebang is the first line of a script, without the two characters that make it one.
	shebang string
	// fault says why the rest is unknown; empty if it is known.
	fault string
}

// Shared, so that an image of many such files takes no memory for them.
var (
	damagedLinkage  = &linkage{fault: "its headers are damaged"}
	distantLinkage  = &linkage{fault: fmt.Sprintf("its tables are more than %d MiB apart", excerptLimit>>20)}
	overfullLinkage = &linkage{fault: fmt.Sprintf("it names more than %d libraries, or a name has more than %d bytes", mostNeeded, pathLimit)}
	tooManyLinkages = &linkage{fault: "the programs of the image name too many libraries"}
)

// size is what it takes in memory, roughly.
func (l *linkage) size() int64 {
	size := linkageSize + len(l.interpreter) + len(l.soname) + len(l.rpath) + len(l.runpath) + len(l.shebang)
	for _, name := range l.needed {
		size += 16 + len(name)
	}
	return int64(size)
}

// readLinkage reads an ELF file as the kernel and the dynamic linker do: by its program headers, because section headers may be missing or lie.
// The file comes as a stream, of which the beginning and the part with the tables are kept for as long as this takes.
func readLinkage(content io.Reader, spending *budget) (*linkage, error) {
	kept := <-excerpts
	defer func() { excerpts <- kept }()
	found, err := kept.read(content)
	if err != nil {
		return nil, err
	}
	return spending.keepLinkage(found), nil
}

// readShebang reads the first line of a script; nil if it names no interpreter.
func readShebang(content io.Reader, spending *budget) (*linkage, error) {
	start, err := io.ReadAll(io.LimitReader(content, shebangLimit))
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(bytes.TrimPrefix(start, []byte("#!")), []byte("\n"))
	if len(bytes.TrimSpace(line)) == 0 {
		return nil, nil
	}
	return spending.keepLinkage(&linkage{shebang: string(line)}), nil
}
