package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// emulation is what `sandbox emulates` prints.
type emulation struct {
	SchemaVersion int `json:"schemaVersion"`
	// Runs says that the kernel starts programs of the architecture: itself, or by an interpreter that somebody has registered (binfmt_misc).
	Runs bool `json:"runs"`
}

// answer is the exit code of a program that ran.
const answer = 42

// machine is how an architecture is named in an ELF header, and code that ends with the answer.
type machine struct {
	number uint16
	is32   bool
	flags  uint32
	code   []byte
}

var machines = map[string]machine{
	// mov edi, 42; mov eax, 60; syscall
	"amd64": {number: 62, code: []byte{0xbf, answer, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05}},
	// mov x0, 42; mov x8, 93; svc 0
	"arm64": {number: 183, code: []byte{0x40, 0x05, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4}},
	// mov r0, 42; mov r7, 1; svc 0
	"arm": {number: 40, is32: true, flags: 0x05000000, code: []byte{answer, 0x00, 0xa0, 0xe3, 0x01, 0x70, 0xa0, 0xe3, 0x00, 0x00, 0x00, 0xef}},
	// li a0, 42; li a7, 93; ecall
	"riscv64": {number: 243, code: []byte{0x13, 0x05, 0xa0, 0x02, 0x93, 0x08, 0xd0, 0x05, 0x73, 0x00, 0x00, 0x00}},
}

// emulates starts the smallest program of an architecture and looks whether it did what it is to do. An architecture without one here is not emulated.
func emulates(architecture string) (*emulation, error) {
	wanted, isKnown := machines[architecture]
	if !isKnown {
		return &emulation{SchemaVersion: schemaVersion}, nil
	}
	directory, err := os.MkdirTemp("", "emulates-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)
	program := filepath.Join(directory, "answer")
	if err := os.WriteFile(program, wanted.elf(), 0o755); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var ended *exec.ExitError
	isAnswer := errors.As(exec.CommandContext(ctx, program).Run(), &ended) && ended.ExitCode() == answer
	return &emulation{SchemaVersion: schemaVersion, Runs: isAnswer}, nil
}

// elf is a whole static program: one header, one segment, the code.
func (m machine) elf() []byte {
	const origin = 0x10000
	header, segment, class := uint16(64), uint16(56), byte(2)
	if m.is32 {
		header, segment, class = 52, 32, 1
	}
	start := uint64(header + segment)
	size := start + uint64(len(m.code))
	var file bytes.Buffer
	file.Write([]byte{0x7f, 'E', 'L', 'F', class, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	put := func(values ...any) {
		for _, value := range values {
			if wide, is := value.(uint64); is && m.is32 {
				value = uint32(wide)
			}
			// A buffer takes everything.
			_ = binary.Write(&file, binary.LittleEndian, value)
		}
	}
	const executable, readAndExecute = uint32(1), uint32(5)
	put(uint16(2), m.number, uint32(1), origin+start, uint64(header), uint64(0), m.flags, header, segment, uint16(1), uint16(0), uint16(0), uint16(0))
	if m.is32 {
		put(executable, uint64(0), uint64(origin), uint64(origin), size, size, readAndExecute, uint64(0x1000))
	} else {
		put(executable, readAndExecute, uint64(0), uint64(origin), uint64(origin), size, size, uint64(0x1000))
	}
	file.Write(m.code)
	return file.Bytes()
}
