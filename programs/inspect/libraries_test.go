package main

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// startedIn inspects an image of these files.
func startedIn(t *testing.T, config v1.Config, lines ...line) []startedProgram {
	t.Helper()
	b := newBuilder(t)
	b.config.Config = config
	name, _ := b.gzipped(lines...).oci()
	return inspected(t, name).Started
}

// cacheOf is what ldconfig writes for these names and places.
func cacheOf(entries ...[2]string) string {
	const headerSize, entrySize = 48, 24
	content := make([]byte, headerSize+entrySize*len(entries))
	copy(content, "glibc-ld.so.cache1.1")
	binary.LittleEndian.PutUint32(content[20:], uint32(len(entries)))
	content[28] = 2
	for index, one := range entries {
		at := headerSize + entrySize*index
		for part, text := range one {
			binary.LittleEndian.PutUint32(content[at+4+4*part:], uint32(len(content)))
			content = append(append(content, text...), 0)
		}
	}
	return string(content)
}

func TestFindsLibrariesWhereTheLinkersDo(t *testing.T) {
	app := func(change func(*machineCode)) machineCode {
		made := executable(glibcInterpreter, "liba.so")
		if change != nil {
			change(&made)
		}
		return made
	}
	foreign := library("")
	foreign.class, foreign.order, foreign.machine = elf.ELFCLASS64, binary.LittleEndian, elf.EM_AARCH64
	middle := library("libmiddle.so", "liba.so")
	with := func(lines ...line) []line { return lines }
	cases := []struct {
		title string
		env   []string
		app   machineCode
		lines []line
		// missing is what is not found; empty if all is.
		missing string
	}{
		{"in no place", nil, app(nil), nil, "liba.so"},
		{"in a default directory", nil, app(nil), with(library("").installedAs(t, "usr/lib/liba.so")), ""},
		{"beside the linker", nil, app(nil), with(library("").installedAs(t, "lib/x86_64-linux-gnu/liba.so")), ""},
		{"beside the linker, below /usr", nil, app(nil), with(library("").installedAs(t, "usr/lib/x86_64-linux-gnu/liba.so")), ""},
		{"through a link", nil, app(nil), with(library("").installedAs(t, "usr/lib/liba.so.1"), soft("lib64/liba.so", "../usr/lib/liba.so.1")), ""},
		{"through a link to nothing", nil, app(nil), with(soft("lib64/liba.so", "../usr/lib/liba.so.1")), "liba.so"},
		{"through a loop of links", nil, app(nil), with(soft("lib64/liba.so", "liba.so")), "liba.so"},
		{"for another machine", nil, app(nil), with(foreign.installedAs(t, "usr/lib/liba.so")), "liba.so"},
		{"for another machine, and then for this", nil, app(nil), with(foreign.installedAs(t, "lib64/liba.so"), library("").installedAs(t, "usr/lib/liba.so")), ""},
		{"as a text", nil, app(nil), with(file("usr/lib/liba.so", "GROUP ( liba.so.1 )")), "liba.so"},
		{"in a directory of that name", nil, app(nil), with(dir("usr/lib/liba.so")), "liba.so"},
		{"in the environment", []string{"LD_LIBRARY_PATH=/nowhere:/opt/lib"}, app(nil), with(library("").installedAs(t, "opt/lib/liba.so")), ""},
		{"in the cache", nil, app(nil), with(library("").installedAs(t, "opt/lib/liba.so"), file("etc/ld.so.cache", cacheOf([2]string{"liba.so", "/opt/lib/liba.so"}))), ""},
		{"in a cache behind an old one", nil, app(nil), with(library("").installedAs(t, "opt/lib/liba.so"), file("etc/ld.so.cache", "ld.so-1.7.0\x00"+cacheOf([2]string{"liba.so", "/opt/lib/liba.so"}))), ""},
		{"in a cache that is out of date", nil, app(nil), with(file("etc/ld.so.cache", cacheOf([2]string{"liba.so", "/opt/lib/liba.so"}))), "liba.so"},
		{"in ld.so.conf, without ldconfig", nil, app(nil), with(library("").installedAs(t, "opt/lib/liba.so"), file("etc/ld.so.conf", "/opt/lib\n")), "liba.so"},
		{"in the RUNPATH", nil, app(func(m *machineCode) { m.runpath = "/nowhere:$ORIGIN/../lib" }), with(library("").installedAs(t, "opt/lib/liba.so")), ""},
		{"in the RPATH", nil, app(func(m *machineCode) { m.rpath = "${ORIGIN}/../lib" }), with(library("").installedAs(t, "opt/lib/liba.so")), ""},
		{"in an RPATH beside a RUNPATH", nil, app(func(m *machineCode) { m.rpath, m.runpath = "/opt/lib", "/nowhere" }), with(library("").installedAs(t, "opt/lib/liba.so")), "liba.so"},
		{"in the directory that $LIB means", nil, app(func(m *machineCode) { m.runpath = "/opt/$LIB" }), with(library("").installedAs(t, "opt/lib/x86_64-linux-gnu/liba.so")), ""},
		{"by its path", nil, app(func(m *machineCode) { m.needed = []string{"/opt/liba.so"} }), with(library("").installedAs(t, "opt/liba.so")), ""},
		{"by its path, which is empty", nil, app(func(m *machineCode) { m.needed = []string{"./liba.so"} }), with(library("").installedAs(t, "opt/liba.so")), "./liba.so"},
		{"for a library, by the program's RPATH", nil, app(func(m *machineCode) { m.needed, m.rpath = []string{"libmiddle.so"}, "/opt/lib" }),
			with(middle.installedAs(t, "usr/lib/libmiddle.so"), library("").installedAs(t, "opt/lib/liba.so")), ""},
		{"for a library, not by the program's RUNPATH", nil, app(func(m *machineCode) { m.needed, m.runpath = []string{"libmiddle.so"}, "/opt/lib" }),
			with(middle.installedAs(t, "usr/lib/libmiddle.so"), library("").installedAs(t, "opt/lib/liba.so")), "liba.so"},
		{"under the name that another library gave itself", nil, app(func(m *machineCode) { m.needed = []string{"/opt/other.so", "liba.so"} }), with(library("liba.so").installedAs(t, "opt/other.so")), ""},
		{"as the linker itself", nil, app(func(m *machineCode) { m.needed = []string{"ld-linux-x86-64.so.2"} }), nil, ""},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			lines := append([]line{
				one.app.installedAs(t, "opt/bin/app"), library("").installedAs(t, "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
				soft("lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
			}, one.lines...)
			found := startedIn(t, v1.Config{Entrypoint: []string{"/opt/bin/app"}, Env: one.env}, lines...)
			if len(found) != 1 || len(found[0].Unread) > 0 {
				t.Fatalf("got %+v", found)
			}
			var missing []string
			for _, lacking := range found[0].Missing {
				missing = append(missing, lacking.Name)
			}
			if strings.Join(missing, " ") != one.missing {
				t.Errorf("wanted %q to be missing, got %q", one.missing, missing)
			}
		})
	}
}

func TestFindsLibrariesAsMuslDoes(t *testing.T) {
	app := executable(muslInterpreter, "libc.musl-x86_64.so.1", "libpthread.so.0", "liba.so", "libb.so")
	app.runpath = "/opt/lib"
	lines := []line{
		app.installedAs(t, "app"), library("").installedAs(t, "lib/ld-musl-x86_64.so.1"),
		library("", "libof-the-program.so").installedAs(t, "usr/local/lib/liba.so"), library("").installedAs(t, "opt/lib/libof-the-program.so"), library("").installedAs(t, "lib64/libb.so"),
	}
	config := v1.Config{Cmd: []string{"/app"}}
	wanted := startedProgram{Path: "/app", By: "CMD", First: true, Libraries: 2, Missing: []missingLibrary{{"libb.so", "/app"}}, Unread: []string{}}
	if found := startedIn(t, config, lines...); !reflect.DeepEqual(found, []startedProgram{wanted}) {
		t.Errorf("wanted %+v, got %+v", wanted, found)
	}
	wanted.Libraries, wanted.Missing = 1, []missingLibrary{{"liba.so", "/app"}}
	if found := startedIn(t, config, append(lines, file("etc/ld-musl-x86_64.path", "/nowhere:/lib64\n"))...); !reflect.DeepEqual(found, []startedProgram{wanted}) {
		t.Errorf("wanted %+v, got %+v", wanted, found)
	}
}

func TestLibrariesThatNeedEachOtherWithoutEndAreFollowedToALimit(t *testing.T) {
	var lines []line
	app := executable(glibcInterpreter)
	for number := range 300 {
		name := fmt.Sprintf("lib%d.so", number)
		app.needed = append(app.needed, name)
		lines = append(lines, library(name, "lib0.so", fmt.Sprintf("lib%d.so", (number+1)%300)).installedAs(t, "usr/lib/"+name))
	}
	lines = append(lines, library("").installedAs(t, "lib64/ld-linux-x86-64.so.2"))
	config := v1.Config{Entrypoint: []string{"/app"}}
	if found := startedIn(t, config, append(lines, app.installedAs(t, "app"))...); found[0].Libraries != 300 || len(found[0].Missing) != 0 {
		t.Errorf("wanted 300 libraries, got %+v", found)
	}
	app.rpath = strings.Repeat("/a:", 1300)
	found := startedIn(t, config, append(lines, app.installedAs(t, "app"))...)
	if len(found[0].Unread) != 1 || !strings.Contains(found[0].Unread[0], "too many places") {
		t.Errorf("wanted the search to end, got %+v", found)
	}
}

func TestAChainOfLibrariesWithLongListsOfDirectoriesIsFollowedInLittleTime(t *testing.T) {
	lines := []line{library("").installedAs(t, "lib64/ld-linux-x86-64.so.2")}
	for number := range 4000 {
		link := library("", fmt.Sprintf("lib%d.so", number+1))
		link.rpath = "/usr/lib:" + strings.Repeat("/a:", 1300)
		lines = append(lines, link.installedAs(t, fmt.Sprintf("usr/lib/lib%d.so", number)))
	}
	lines = append(lines, executable(glibcInterpreter, "lib0.so").installedAs(t, "app"), library("").installedAs(t, "usr/lib/lib4000.so"))
	before := time.Now()
	found := startedIn(t, v1.Config{Entrypoint: []string{"/app"}}, lines...)
	if took := time.Since(before); found[0].Libraries != 4001 || took > 30*time.Second {
		t.Errorf("wanted 4001 libraries in less than 30 seconds, got %d in %s", found[0].Libraries, took)
	}
}

// The standard library's own reader, which goes by sections, reads the programs of this machine.
func TestReadsThisMachinesProgramsAsTheStandardLibraryDoes(t *testing.T) {
	compared := 0
	for _, root := range [...]string{"/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64"} {
		_ = filepath.WalkDir(root, func(name string, found fs.DirEntry, err error) error {
			if err != nil || !found.Type().IsRegular() || compared >= 150 {
				return nil
			}
			content, err := os.ReadFile(name)
			if err != nil || !strings.HasPrefix(string(content), elfMagic) {
				return nil
			}
			other, err := elf.Open(name)
			if err != nil {
				return nil
			}
			defer func() { _ = other.Close() }()
			wanted, err := other.ImportedLibraries()
			if err != nil || len(wanted) == 0 {
				return nil
			}
			compared++
			got := linkageOf(t, content)
			if !slices.Equal(got.needed, wanted) || got.class != other.Class || got.machine != other.Machine {
				t.Errorf("%s: wanted %v, got %+v", name, wanted, got)
			}
			return nil
		})
	}
	if compared == 0 {
		t.Error("wanted programs with libraries on this machine, found none")
	}
}
