package main

import (
	"cmp"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// startedProgram is a program that a container starts, with what it needs for that.
type startedProgram struct {
	Path string `json:"path"`
	// By is ENTRYPOINT, CMD or HEALTHCHECK.
	By string `json:"by"`
	// First is true for what the runtime itself starts. Other programs are named by a later word, which may mean something else.
	First bool `json:"first"`
	// Libraries counts those that were found.
	Libraries int              `json:"libraries"`
	Missing   []missingLibrary `json:"missing"`
	Unread    []string         `json:"unread"`
}

const (
	// mostStarted is the most programs that are followed; words of commands name a few.
	mostStarted = 100
	// mostInterpreters is how many scripts Linux lets start each other.
	mostInterpreters = 5
	// defaultPath is what container runtimes take if the image sets no PATH.
	defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)

// starter follows the words of the image's commands.
type starter struct {
	*linker
	searchPath []string
	started    []startedProgram
	seen       map[string]int
	// unsearched is the first name that was not looked for, because so many were.
	unsearched string
}

// startedPrograms lists the programs of the image that its commands name, in the order of the words.
func (f *filesystem) startedPrograms(given v1.Config) []startedProgram {
	content, _, _ := f.contentOf(linkerCache)
	found := &starter{
		linker:     &linker{files: f, workingDir: given.WorkingDir, cached: readCache(content)},
		searchPath: strings.Split(defaultPath, ":"),
		started:    []startedProgram{},
		seen:       map[string]int{},
	}
	for _, variable := range given.Env {
		switch name, value, _ := strings.Cut(variable, "="); {
		case name == "PATH" && value != "":
			found.searchPath = strings.Split(value, ":")
		case name == "LD_LIBRARY_PATH" && value != "":
			found.libraryPath = strings.FieldsFunc(value, func(character rune) bool { return character == ':' || character == ';' })
		}
	}
	first := "CMD"
	if len(given.Entrypoint) > 0 {
		first = "ENTRYPOINT"
	}
	found.followWords(first, given.Entrypoint, true)
	found.followWords("CMD", given.Cmd, first == "CMD")
	found.followWords("HEALTHCHECK", healthcheckWords(given), true)
	if found.unsearched != "" {
		found.started = append(found.started, startedProgram{
			Path: printablePath(found.unsearched), By: first, First: true, Missing: []missingLibrary{},
			Unread: []string{"the programs of its commands would have to be looked for in too many places"},
		})
	}
	return found.started
}

func healthcheckWords(given v1.Config) []string {
	if given.Healthcheck == nil || len(given.Healthcheck.Test) < 2 {
		return nil
	}
	words := given.Healthcheck.Test[1:]
	if given.Healthcheck.Test[0] == "CMD" {
		return words
	}
	if len(given.Shell) > 0 {
		return append(given.Shell[:len(given.Shell):len(given.Shell)], words...)
	}
	return append([]string{"/bin/sh", "-c"}, words...)
}

func (s *starter) followWords(by string, words []string, startsFirst bool) {
	for index, word := range words {
		isFirst := startsFirst && index == 0
		s.follow(by, s.find(word), isFirst, 0)
		// The text of a shell, and options with a value.
		if inner := strings.FieldsFunc(word, func(character rune) bool { return strings.ContainsRune(" \t\n;&|()'\"`=<>", character) }); !isFirst && len(inner) > 1 {
			for _, one := range inner {
				s.follow(by, s.find(one), false, 0)
			}
		}
	}
}

// find is the path without links of the program that a word names; empty if it names none.
func (s *starter) find(word string) string {
	if strings.Contains(word, "/") {
		return s.program(word)
	}
	for _, directory := range s.searchPath {
		if s.unsearched != "" {
			break
		}
		if found := s.program(path.Join(directory, word)); word != "" && found != "" {
			return found
		}
	}
	return ""
}

// program is the path without links of a file that can be started; empty if it cannot.
func (s *starter) program(name string) string {
	if s.lookups++; s.lookups > mostLookups {
		s.unsearched = cmp.Or(s.unsearched, name)
		return ""
	}
	if found, place := s.files.follow(s.absolute(name)); found != nil && found.kind == regular && found.mode&0o111 != 0 {
		return place
	}
	return ""
}

// follow records a program, and those that it needs in order to be started.
func (s *starter) follow(by, name string, isFirst bool, scripts int) {
	if name == "" || scripts > mostInterpreters {
		return
	}
	code := s.files.lookup(name).code
	if code == nil {
		return
	}
	var needed linked
	var interpreters []string
	if code.shebang != "" {
		interpreters, needed.missing = s.interpreters(name, code.shebang)
	}
	index, known := s.seen[name]
	switch {
	case known:
		s.started[index].First = s.started[index].First || isFirst
	case isFirst || len(s.started) < mostStarted:
		if code.shebang == "" {
			needed = s.link(name, code)
		}
		s.seen[name] = len(s.started)
		s.started = append(s.started, startedProgram{
			Path:      printablePath(name),
			By:        by,
			First:     isFirst,
			Libraries: needed.libraries,
			Missing:   append([]missingLibrary{}, bounded(needed.missing)...),
			Unread:    append([]string{}, bounded(needed.unread)...),
		})
	}
	for _, one := range interpreters {
		s.follow(by, one, isFirst, scripts+1)
	}
}

// interpreters are the programs that run a script. Linux reads one path and one argument; env looks the program up by its name.
func (s *starter) interpreters(script, line string) ([]string, []missingLibrary) {
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil, nil
	}
	lacks := func(name string) []missingLibrary {
		return []missingLibrary{{printablePath(name), printablePath(script)}}
	}
	place := s.program(words[0])
	if place == "" {
		return nil, lacks(words[0])
	}
	if path.Base(words[0]) != "env" {
		return []string{place}, nil
	}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "-") || strings.Contains(word, "=") {
			continue
		}
		if named := s.find(word); named != "" {
			return []string{place, named}, nil
		}
		return []string{place}, lacks(word)
	}
	return []string{place}, nil
}
