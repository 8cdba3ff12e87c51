package main

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// records is what the image records about its distribution, and where that differs from what is in its layers.
type records struct {
	// Databases are those that the image has, each with the number of packages that it records.
	Databases []recordDatabase `json:"databases"`
	// Unreadable are databases that exist and cannot be read.
	Unreadable []string `json:"unreadable"`
	// Systems lists each change of the distribution that the layers state, in order.
	Systems []recordedSystem `json:"systems"`
	// Gone are packages that an earlier layer records and the whole image does not, although some of their files are there.
	GoneCount int           `json:"goneCount"`
	Gone      []lostPackage `json:"gone"`
	// Changed are packages whose record differs from that in an earlier layer, although none of their files does.
	ChangedCount int             `json:"changedCount"`
	Changed      []changedRecord `json:"changed"`
	// Unowned are programs and libraries in machine code, in directories of the system, that no package of a database owns.
	UnownedCount int         `json:"unownedCount"`
	Unowned      []sizedFile `json:"unowned"`
	// ListsMissing counts packages that are recorded without a list of their files: what they own is not known.
	ListsMissing int `json:"listsMissing"`
	// Releases are the packages that say by their version which release of the distribution this is.
	Releases []releasePackage `json:"releases"`
}

type recordDatabase struct {
	Name     string `json:"name"`
	Packages int    `json:"packages"`
}

type recordedSystem struct {
	Layer string `json:"layer"`
	// ID and VersionID are empty if the image no longer has an os-release.
	ID        string `json:"id"`
	VersionID string `json:"versionId"`
	// ByPackage is true where the same layer changed the record of the package that owns the file, or there was no system before.
	ByPackage bool `json:"byPackage"`
}

type lostPackage struct {
	Database string `json:"database"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	// Layer is the first after which the record is gone.
	Layer string `json:"layer"`
	// Files is how many of its files are still there; zero if its list of files is gone too.
	Files   int    `json:"files"`
	Example string `json:"example"`
}

type changedRecord struct {
	Database string `json:"database"`
	Name     string `json:"name"`
	From     string `json:"from"`
	To       string `json:"to"`
	Layer    string `json:"layer"`
}

type releasePackage struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// judged are the questions about records, asked of the merged image with the states that its layers left.
type judged struct {
	f      *filesystem
	states []*packageState
	layers []storedLayer
	// owned are the files of a package, under whatever name; orphaned are those of packages whose record is gone.
	owned, orphaned map[*inode]bool
}

func (r *recorder) describe(f *filesystem, layers []storedLayer) (records, map[string]int) {
	described := records{Databases: []recordDatabase{}, Unreadable: []string{}, Systems: []recordedSystem{}, Gone: []lostPackage{}, Changed: []changedRecord{}, Unowned: []sizedFile{}, Releases: []releasePackage{}}
	origins := map[string]int{}
	if len(r.states) == 0 {
		return described, origins
	}
	last := r.states[len(r.states)-1]
	asked := judged{f: f, states: r.states, layers: layers, owned: map[*inode]bool{}, orphaned: map[*inode]bool{}}
	for _, list := range last.lists {
		if list == nil {
			described.ListsMissing++
			continue
		}
		for _, name := range list() {
			if owned := f.entry(name); owned != nil {
				asked.owned[owned.inode] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(last.counts)) {
		described.Databases = append(described.Databases, recordDatabase{name, last.counts[name]})
	}
	described.Unreadable = append(described.Unreadable, bounded(last.unreadable)...)
	described.Systems = asked.systems()
	described.Releases = releasesOf(last)
	asked.compare(&described)
	asked.unowned(&described, origins)
	return described, origins
}

// entry finds a path by following links, except the last one: a list names the link that a package has.
func (f *filesystem) entry(name string) *node {
	if !strings.HasPrefix(name, "/") || name == "/" || strings.HasSuffix(name, "/.") {
		return nil
	}
	holder := f.lookup(path.Dir(name))
	if holder == nil || holder.kind != directory {
		return nil
	}
	return holder.children[path.Base(name)]
}

func (j *judged) diffID(layer int) string { return j.layers[layer-1].diffID.String() }

// compare compares every record that a layer left with the last state.
func (j *judged) compare(described *records) {
	last := j.states[len(j.states)-1]
	reported := map[packageName]bool{}
	for index := len(j.states) - 2; index >= 0; index-- {
		state := j.states[index]
		for _, key := range sortedNames(state.packages) {
			if reported[key] {
				continue
			}
			before, now := state.packages[key], last.packages[key]
			if now.name == "" {
				reported[key] = true
				if lost, is := j.lost(key, before, index); is {
					record(&described.Gone, &described.GoneCount, lost)
				}
				continue
			}
			if before == now {
				continue
			}
			reported[key] = true
			if j.sameFiles(key, state, last) {
				record(&described.Changed, &described.ChangedCount, changedRecord{key.database, printablePath(key.name), j.identity(before), j.identity(now), j.diffID(j.changedAfter(key, index))})
			}
		}
	}
	order := func(database, name string) string { return database + " " + name }
	slices.SortFunc(described.Gone, func(left, right lostPackage) int {
		return cmp.Compare(order(left.Database, left.Name), order(right.Database, right.Name))
	})
	slices.SortFunc(described.Changed, func(left, right changedRecord) int {
		return cmp.Compare(order(left.Database, left.Name), order(right.Database, right.Name))
	})
}

func (j *judged) identity(one installed) string {
	text := one.version
	if one.source != one.name || one.sourceVersion != one.version {
		text += fmt.Sprintf(" of %s %s", one.source, one.sourceVersion)
	}
	return printableText(text)
}

// changedAfter is the layer of the first state after the given one in which the record differs.
func (j *judged) changedAfter(key packageName, index int) int {
	for _, state := range j.states[index+1:] {
		if state.packages[key] != j.states[index].packages[key] {
			return state.layer
		}
	}
	return j.states[len(j.states)-1].layer
}

// lost distinguishes a package whose record alone was removed from one that was removed: then some of its files are left, which no other package owns.
func (j *judged) lost(key packageName, before installed, index int) (lostPackage, bool) {
	state := j.states[index]
	lost := lostPackage{Database: key.database, Name: printablePath(key.name), Version: printableText(before.version), Layer: j.diffID(j.changedAfter(key, index))}
	list := state.lists[key]
	if list == nil {
		return lost, true
	}
	for _, name := range list() {
		if isConfiguration(name) {
			continue
		}
		found := j.f.entry(name)
		if found == nil || found.kind != regular || found.layer > state.layer {
			continue
		}
		if j.owned[found.inode] {
			continue
		}
		// It is reported with its package, and not again as a file without one.
		j.orphaned[found.inode] = true
		lost.Files++
		if lost.Example == "" {
			lost.Example = printablePath(name)
		}
	}
	return lost, lost.Files > 0
}

// isConfiguration recognises what package managers leave when they remove a package, and what slim images drop: neither shows whether the package is there.
func isConfiguration(name string) bool {
	for _, left := range [...]string{"/etc/", "/var/", "/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/lintian/"} {
		if strings.HasPrefix(name, left) {
			return true
		}
	}
	return false
}

// sameFiles reports whether a package has files, and none of them is newer than the state: then nothing was installed, and only the record was rewritten.
func (j *judged) sameFiles(key packageName, state, last *packageState) bool {
	found := false
	for _, list := range [...]fileList{state.lists[key], last.lists[key]} {
		if list == nil {
			continue
		}
		for _, name := range list() {
			owned := j.f.entry(name)
			if owned == nil || owned.kind != regular || isConfiguration(name) {
				continue
			}
			if owned.layer > state.layer {
				return false
			}
			found = true
		}
	}
	return found
}

// systemDirectories are where distributions install their packages. /usr/local, /opt and /srv are for anything else.
var systemDirectories = [...]string{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr"}

// foreign are directories below these that other package managers fill, whose records scanners read, and places that belong to the administrator.
var foreign = map[string]bool{"site-packages": true, "dist-packages": true, "node_modules": true, "gems": true, "local": true}

func (j *judged) unowned(described *records, origins map[string]int) {
	for _, name := range j.f.diverted() {
		if found := j.f.entry(name); found != nil {
			j.owned[found.inode] = true
		}
	}
	counted := map[*inode]bool{}
	var look func(name string, found *node)
	look = func(name string, found *node) {
		if found.kind == directory {
			base := path.Base(name)
			if foreign[base] && (base != "local" || name == "/usr/local") {
				return
			}
			for _, child := range slices.Sorted(maps.Keys(found.children)) {
				look(name+"/"+child, found.children[child])
			}
			return
		}
		if found.kind != regular || !found.isELF || counted[found.inode] {
			return
		}
		counted[found.inode] = true
		if j.owned[found.inode] || j.orphaned[found.inode] {
			return
		}
		one := sizedFile{Path: printablePath(name), Bytes: found.size}
		if record(&described.Unowned, &described.UnownedCount, one) {
			origins[one.Path] = found.origin
		}
	}
	for _, base := range systemDirectories {
		if found := j.f.root.children[base]; found != nil {
			look("/"+base, found)
		}
	}
}

func sortedNames(packages map[packageName]installed) []packageName {
	return slices.SortedFunc(maps.Keys(packages), func(left, right packageName) int {
		return cmp.Or(cmp.Compare(left.database, right.database), cmp.Compare(left.name, right.name))
	})
}
