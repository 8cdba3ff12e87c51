package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"
	"path"
	"slices"
	"strings"
)

const (
	// mostLookups is how many places are searched for the libraries of all programs together; those of a browser need some thousand.
	mostLookups = 200_000
	// linkerCache is where glibc's ldconfig writes what it found; its dynamic linker reads this and not ld.so.conf.
	linkerCache = "etc/ld.so.cache"
)

// missingLibrary is a library or interpreter that is not in the image.
type missingLibrary struct {
	Name string `json:"name"`
	// NeededBy is the program, library or script that names it.
	NeededBy string `json:"neededBy"`
}

// linker finds libraries where the dynamic linkers of glibc and musl would: ld.so(8), and musl's ldso/dynlink.c.
type linker struct {
	files      *filesystem
	workingDir string
	// libraryPath is LD_LIBRARY_PATH, as the image sets it.
	libraryPath []string
	// cached has the paths that ldconfig recorded for a name.
	cached  map[string][]string
	lookups int
}

// object is a program or library that was found.
type object struct {
	path     string
	code     *linkage
	neededBy *object
}

// linked is what starting a program loads.
type linked struct {
	libraries int
	missing   []missingLibrary
	// unread are the files of which the libraries are unknown, each with the reason.
	unread []string
}

// link finds everything that a program is linked to. Libraries that it opens later by name are not known to anybody: they are often optional.
func (l *linker) link(program string, code *linkage) linked {
	var found linked
	if code.fault != "" {
		found.unread = []string{printablePath(program) + ": " + code.fault}
		return found
	}
	// Without an interpreter, the kernel starts the program itself, and nobody loads libraries.
	if code.interpreter == "" {
		return found
	}
	interpreter, place := l.files.follow(l.absolute(code.interpreter))
	if interpreter == nil || interpreter.kind != regular || interpreter.mode&0o111 == 0 || !interpreter.isELF {
		found.missing = []missingLibrary{{printablePath(code.interpreter), printablePath(program)}}
		return found
	}
	loading := &loading{linker: l, main: code, isMusl: strings.HasPrefix(path.Base(code.interpreter), "ld-musl-"), known: map[string]bool{
		path.Base(code.interpreter): true, interpreter.code.soname: true,
	}}
	loading.own = strings.TrimPrefix(path.Dir(place), "/usr")
	loading.defaults = loading.defaultDirectories(code.interpreter)
	queue := []*object{{path: program, code: code}}
	for len(queue) > 0 {
		current := queue[0]
		queue = queue[1:]
		for _, name := range current.code.needed {
			if loading.known[name] || loading.isMusl && isWithinMusl(name) {
				continue
			}
			loading.known[name] = true
			library := loading.find(name, current)
			switch {
			case l.lookups > mostLookups:
				found.unread = append(found.unread, printablePath(program)+": its libraries would have to be looked for in too many places")
				return found
			case library == nil:
				found.missing = append(found.missing, missingLibrary{printablePath(name), printablePath(current.path)})
			case library.code.fault != "":
				found.unread = append(found.unread, printablePath(library.path)+": "+library.code.fault)
			default:
				found.libraries++
				loading.known[library.code.soname] = true
				queue = append(queue, library)
			}
		}
	}
	return found
}

// loading is the start of one program.
type loading struct {
	*linker
	main   *linkage
	isMusl bool
	// own is the directory of the dynamic linker, without /usr; defaults are those that it searches by itself.
	own      string
	defaults []string
	// known are names that need not be looked for again.
	known map[string]bool
}

// isWithinMusl recognises the libraries that are parts of musl's own: it loads none of that name.
func isWithinMusl(name string) bool {
	for _, part := range [...]string{"c", "pthread", "rt", "m", "dl", "util", "xnet"} {
		if strings.HasPrefix(name, "lib"+part+".") {
			return true
		}
	}
	return false
}

func (l *loading) find(name string, by *object) *object {
	if strings.Contains(name, "/") {
		return l.at(l.expand(name, by)[0], by)
	}
	for directory := range l.directories(by) {
		if found := l.at(path.Join(directory, name), by); found != nil || l.lookups > mostLookups {
			return found
		}
	}
	if !l.isMusl {
		for _, place := range l.cached[name] {
			if found := l.at(place, by); found != nil {
				return found
			}
		}
	}
	for _, directory := range l.defaults {
		if found := l.at(path.Join(directory, name), by); found != nil {
			return found
		}
	}
	return nil
}

// directories are those that the files and the environment name, in the order of the search. They are made one by one: together they can be many.
func (l *loading) directories(by *object) iter.Seq[string] {
	if l.isMusl {
		return func(yield func(string) bool) {
			goesOn := eachOf(l.libraryPath, yield)
			for one := by; goesOn && one != nil; one = one.neededBy {
				// Here both mean the same, and the newer one is taken.
				goesOn = l.split(cmp.Or(one.code.runpath, one.code.rpath), one, yield)
			}
		}
	}
	return func(yield func(string) bool) {
		goesOn := true
		for one := by; by.code.runpath == "" && goesOn && one != nil; one = one.neededBy {
			if one.code.runpath == "" {
				goesOn = l.split(one.code.rpath, one, yield)
			}
		}
		if goesOn && eachOf(l.libraryPath, yield) {
			l.split(by.code.runpath, by, yield)
		}
	}
}

// split yields the directories of a list, and reports whether more are wanted.
func (l *loading) split(written string, by *object, yield func(string) bool) bool {
	if written == "" {
		return true
	}
	for one := range strings.SplitSeq(written, ":") {
		if !eachOf(l.expand(one, by), yield) {
			return false
		}
	}
	return true
}

func eachOf(list []string, yield func(string) bool) bool {
	for _, one := range list {
		if !yield(one) {
			return false
		}
	}
	return true
}

// expand replaces the words that the linker knows; $LIB differs between distributions, so each of its meanings is tried.
func (l *loading) expand(written string, by *object) []string {
	if !strings.Contains(written, "$") {
		return []string{l.absolute(written)}
	}
	var found []string
	for _, directory := range [...]string{"lib64", "lib", strings.TrimPrefix(l.own, "/")} {
		one := strings.NewReplacer("${ORIGIN}", path.Dir(by.path), "$ORIGIN", path.Dir(by.path), "${LIB}", directory, "$LIB", directory,
			"${PLATFORM}", l.platform(), "$PLATFORM", l.platform()).Replace(written)
		if absolute := l.absolute(one); !slices.Contains(found, absolute) {
			found = append(found, absolute)
		}
	}
	return found
}

func (l *loading) platform() string {
	return strings.ToLower(strings.TrimPrefix(l.main.machine.String(), "EM_"))
}

func (l *linker) absolute(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return "/" + path.Join(l.workingDir, name)
}

// at is the library at a path, if it is one for the program's machine; linkers pass over any other.
func (l *loading) at(name string, by *object) *object {
	if l.lookups++; l.lookups > mostLookups {
		return nil
	}
	found := l.files.lookup(name)
	if found == nil || found.kind != regular || !found.isELF {
		return nil
	}
	if found.code.fault == "" && (found.code.class != l.main.class || found.code.machine != l.main.machine) {
		return nil
	}
	return &object{path: name, code: found.code, neededBy: by}
}

// defaultDirectories are those that the dynamic linker searches by itself. glibc's are compiled into it: each distribution keeps it in one of them.
func (l *loading) defaultDirectories(interpreter string) []string {
	if !l.isMusl {
		return []string{l.own, "/usr" + l.own, "/lib64", "/usr/lib64", "/lib", "/usr/lib"}
	}
	name := "etc/" + strings.TrimSuffix(path.Base(interpreter), ".so.1") + ".path"
	if content, exists, readable := l.files.contentOf(name); exists && readable {
		return strings.FieldsFunc(string(content), func(character rune) bool { return character == ':' || character == '\n' })
	}
	return []string{"/lib", "/usr/local/lib", "/usr/lib"}
}

// isMuslPath recognises the file that names musl's default directories.
func isMuslPath(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "ld-musl-") && strings.HasSuffix(base, ".path")
}

// readCache reads glibc's cache: the only format since version 2.32, which older versions have behind their own.
func readCache(content []byte) map[string][]string {
	const (
		magic      = "glibc-ld.so.cache1.1"
		headerSize = 48
		entrySize  = 24
	)
	start := bytes.Index(content, []byte(magic))
	if start < 0 || len(content)-start < headerSize {
		return nil
	}
	content = content[start:]
	var order binary.ByteOrder = binary.LittleEndian
	// The least significant bits of the flags: 0 unset, 2 little, 3 big.
	if content[28]&3 == 3 {
		order = binary.BigEndian
	}
	text := func(at uint32) string {
		if uint64(at) >= uint64(len(content)) {
			return ""
		}
		name, _, _ := bytes.Cut(content[at:min(len(content), int(at)+pathLimit)], []byte{0})
		return string(name)
	}
	found := map[string][]string{}
	count, left := order.Uint32(content[20:]), capturedLimit
	for rest := content[headerSize:]; count > 0 && left > 0 && len(rest) >= entrySize; rest = rest[entrySize:] {
		count--
		// Those for some processors only do not help the others.
		if order.Uint64(rest[16:]) == 0 {
			name, place := text(order.Uint32(rest[4:])), text(order.Uint32(rest[8:]))
			found[name] = append(found[name], place)
			// Entries that share their text could otherwise become many times the size of the file.
			left -= len(name) + len(place)
		}
	}
	return found
}
