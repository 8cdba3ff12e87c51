package main

import (
	"bytes"
	"debug/elf"
	"runtime"
	"testing"
)

func TestOwnProgramsRunAndUnknownOnesDoNot(t *testing.T) {
	for architecture, wanted := range map[string]bool{runtime.GOARCH: true, "pdp11": false} {
		found, err := emulates(architecture)
		if err != nil || found.Runs != wanted {
			t.Errorf("%s: found %+v, %v", architecture, found, err)
		}
	}
}

func TestEachProgramIsOneOfItsArchitecture(t *testing.T) {
	for architecture, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "arm": elf.EM_ARM, "riscv64": elf.EM_RISCV} {
		written := machines[architecture].elf()
		file, err := elf.NewFile(bytes.NewReader(written))
		if err != nil {
			t.Errorf("%s: %v", architecture, err)
			continue
		}
		segment := file.Progs[0]
		code := written[file.Entry-segment.Vaddr:]
		if file.Machine != machine || file.Type != elf.ET_EXEC || segment.Filesz != uint64(len(written)) || !bytes.Equal(code, machines[architecture].code) {
			t.Errorf("%s: found %+v with %+v", architecture, file.FileHeader, segment.ProgHeader)
		}
	}
}
