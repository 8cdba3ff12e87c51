package main

import (
	"path"
	"slices"
	"strings"
)

// installed is one package as a database of the distribution records it, with what identifies its advisories.
type installed struct {
	name, version, architecture string
	// source and sourceVersion name what it was built from; scanners look advisories up by them.
	source, sourceVersion string
}

// packageState is what the image records of its distribution after a layer.
type packageState struct {
	// layer is the number of the layer after which this is the state, from 1.
	layer int
	// packages by database and name; the same name for two architectures is two packages.
	packages map[packageName]installed
	// lists are the files that say which paths a package owns, by the same key.
	lists map[packageName]fileList
	// counts has the number of packages of each existing database; one with two entries, for two architectures, counts once.
	counts map[string]int
	known  map[string]bool
	// unreadable are the databases that exist and cannot be read, each with the reason.
	unreadable []string
	system     *osRelease
}

type packageName struct{ database, name string }

// fileList returns the absolute paths that a package owns. It is read only when somebody asks.
type fileList func() []string

// isRecord recognises the files of package databases by the end of their path, because some images reach databases through links.
func isRecord(name string) bool {
	directory, base := path.Split(name)
	parent := path.Base(path.Clean("/" + directory))
	switch parent {
	case "dpkg":
		return base == "status" || base == "diversions"
	case "status.d":
		return true
	case "info":
		return strings.HasSuffix(directory, "dpkg/info/") && (strings.HasSuffix(base, ".list") || strings.HasSuffix(base, ".md5sums"))
	case "db":
		return base == "installed" && strings.HasSuffix(directory, "apk/db/")
	}
	return isRPMDatabase(name)
}

// database knows one kind of package database.
type database struct {
	name string
	read func(f *filesystem, state *packageState)
	// files are what changes when the database does.
	files func(f *filesystem) []*node
}

var databases = []database{
	{name: "dpkg", read: readDpkg, files: dpkgFiles},
	{name: "apk", read: readApk, files: apkFiles},
	{name: "rpm", read: readRPM, files: rpmFiles},
}

// recorder follows the records of the distribution from layer to layer.
type recorder struct {
	states []*packageState
	seen   []*inode
}

// after reads the image as it is after a layer. If no file of a database changed, nothing is new.
func (r *recorder) after(layer int, f *filesystem) {
	var found []*inode
	for _, one := range databases {
		for _, file := range one.files(f) {
			found = append(found, file.inode)
		}
	}
	system := f.osRelease()
	if len(r.states) > 0 && slices.Equal(found, r.seen) && sameSystem(system, r.states[len(r.states)-1].system) {
		return
	}
	r.seen = found
	state := &packageState{layer: layer, packages: map[packageName]installed{}, lists: map[packageName]fileList{}, counts: map[string]int{}, known: map[string]bool{}, system: system}
	for _, one := range databases {
		one.read(f, state)
	}
	r.states = append(r.states, state)
}

func sameSystem(left, right *osRelease) bool {
	if left == nil || right == nil {
		return left == right
	}
	return left.ID == right.ID && left.VersionID == right.VersionID
}

func (state *packageState) add(database string, one installed, list fileList) {
	key := packageName{database, one.name}
	if known, exists := state.packages[key]; exists && known.architecture != one.architecture {
		key.name += ":" + one.architecture
	}
	state.packages[key] = one
	state.lists[key] = list
	// Keys that RPM keeps among its packages are not packages.
	if once := database + " " + one.name + " " + one.version; !state.known[once] && one.name != "gpg-pubkey" {
		state.known[once] = true
		state.counts[database]++
	}
}

// contentOf is the content of a file of the image, links followed; false if it exists but was not kept, because it is too big or not a file.
func (f *filesystem) contentOf(name string) (content []byte, exists, readable bool) {
	found := f.lookup(name)
	if found == nil {
		return nil, false, true
	}
	if found.kind != regular || (found.content == nil && found.size > 0) {
		return nil, true, false
	}
	return found.content, true, true
}

func linesOf(content []byte) []string { return strings.Split(string(content), "\n") }
