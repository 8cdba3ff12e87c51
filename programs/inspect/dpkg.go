package main

import (
	"maps"
	"path"
	"slices"
	"strings"
)

const dpkgDirectory = "var/lib/dpkg"

// dpkgFiles are the list of packages, or the one file for each that images without a package manager have, and the lists of their files.
func dpkgFiles(f *filesystem) []*node {
	var found []*node
	if status := f.lookup(dpkgDirectory + "/status"); status != nil {
		found = append(found, status)
	}
	return append(found, f.filesIn(dpkgDirectory+"/status.d")...)
}

// filesIn are the contents of a directory, by name; empty if there is none.
func (f *filesystem) filesIn(name string) []*node {
	directory := f.lookup(name)
	if directory == nil {
		return nil
	}
	found := make([]*node, 0, len(directory.children))
	for _, base := range slices.Sorted(maps.Keys(directory.children)) {
		found = append(found, directory.children[base])
	}
	return found
}

func readDpkg(f *filesystem, state *packageState) {
	content, exists, readable := f.contentOf(dpkgDirectory + "/status")
	if exists {
		state.counts["dpkg"] += 0
	}
	if !readable {
		state.unreadable = append(state.unreadable, "/"+dpkgDirectory+"/status")
	}
	for _, stanza := range stanzasOf(content) {
		if one, is := installedIn(stanza); is {
			state.add("dpkg", one, f.dpkgList(one))
		}
	}
	directory := f.lookup(dpkgDirectory + "/status.d")
	if directory == nil {
		return
	}
	for _, base := range slices.Sorted(maps.Keys(directory.children)) {
		if strings.HasSuffix(base, ".md5sums") {
			continue
		}
		content, _, readable := f.contentOf(dpkgDirectory + "/status.d/" + base)
		if !readable {
			state.unreadable = append(state.unreadable, "/"+dpkgDirectory+"/status.d/"+printablePath(base))
		}
		for _, stanza := range stanzasOf(content) {
			if one, is := installedIn(stanza); is {
				sums := directory.children[base+".md5sums"]
				state.add("dpkg", one, func() []string { return pathsOfSums(sums) })
			}
		}
	}
}

// stanzasOf cuts control data (deb-control(5)) into paragraphs, each with its fields by lower-case name. Continued lines are left out.
func stanzasOf(content []byte) []map[string]string {
	var stanzas []map[string]string
	fields := map[string]string{}
	for line := range strings.SplitSeq(string(content)+"\n\n", "\n") {
		if strings.TrimSpace(line) == "" {
			if len(fields) > 0 {
				stanzas = append(stanzas, fields)
				fields = map[string]string{}
			}
			continue
		}
		if name, value, is := strings.Cut(line, ":"); is && line[0] != ' ' && line[0] != '\t' {
			fields[strings.ToLower(name)] = strings.TrimSpace(value)
		}
	}
	return stanzas
}

// installedIn reads a paragraph as scanners do: a package counts unless its status says that it was removed.
func installedIn(fields map[string]string) (installed, bool) {
	for _, word := range strings.Fields(fields["status"]) {
		if word == "deinstall" || word == "purge" {
			return installed{}, false
		}
	}
	if fields["package"] == "" {
		return installed{}, false
	}
	one := installed{name: fields["package"], version: fields["version"], architecture: fields["architecture"], source: fields["package"], sourceVersion: fields["version"]}
	if source := fields["source"]; source != "" {
		name, version, has := strings.Cut(source, " ")
		one.source = name
		if has {
			one.sourceVersion = strings.Trim(version, " ()")
		}
	}
	return one, true
}

// dpkgList finds the list of a package's files: `name.list`, or with the architecture for packages that can be installed for several.
func (f *filesystem) dpkgList(one installed) fileList {
	for _, base := range [...]string{one.name, one.name + ":" + one.architecture} {
		if list := f.lookup(path.Join(dpkgDirectory, "info", base+".list")); list != nil && list.content != nil {
			return func() []string { return linesOf(list.content) }
		}
		if sums := f.lookup(path.Join(dpkgDirectory, "info", base+".md5sums")); sums != nil && sums.content != nil {
			return func() []string { return pathsOfSums(sums) }
		}
	}
	return nil
}

// pathsOfSums reads lines of `<md5>  usr/bin/x`, the only record of their files in images without a package manager.
func pathsOfSums(sums *node) []string {
	if sums == nil {
		return nil
	}
	var paths []string
	for _, line := range linesOf(sums.content) {
		if _, name, is := strings.Cut(line, "  "); is {
			paths = append(paths, "/"+strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/"))
		}
	}
	return paths
}

// diverted are the paths to which dpkg moved files of one package that another replaces: three lines for each.
func (f *filesystem) diverted() []string {
	content, _, _ := f.contentOf(dpkgDirectory + "/diversions")
	lines := linesOf(content)
	var places []string
	for first := 0; first+2 < len(lines); first += 3 {
		places = append(places, lines[first], lines[first+1])
	}
	return places
}
