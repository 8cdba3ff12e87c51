package main

import "strings"

// apkPlaces are where Alpine, and distributions based on it, keep their one file of records.
var apkPlaces = [...]string{"lib/apk/db/installed", "usr/lib/apk/db/installed"}

func apkFiles(f *filesystem) []*node {
	var found []*node
	for _, name := range apkPlaces {
		if file := f.lookup(name); file != nil {
			found = append(found, file)
		}
	}
	return found
}

// readApk reads paragraphs of `letter:value` lines. F is a directory, and each R after it a file in it.
func readApk(f *filesystem, state *packageState) {
	var before *inode
	for _, name := range apkPlaces {
		file := f.lookup(name)
		if file == nil || file.inode == before {
			continue
		}
		before = file.inode
		state.counts["apk"] += 0
		content, _, readable := f.contentOf(name)
		if !readable {
			state.unreadable = append(state.unreadable, "/"+name)
		}
		for paragraph := range strings.SplitSeq(string(content), "\n\n") {
			one, is := apkPackage(paragraph)
			if is {
				state.add("apk", one, func() []string { return apkPaths(paragraph) })
			}
		}
	}
}

func apkPackage(paragraph string) (installed, bool) {
	var one installed
	for line := range strings.SplitSeq(paragraph, "\n") {
		letter, value, _ := strings.Cut(line, ":")
		switch letter {
		case "P":
			one.name = value
		case "V":
			one.version = value
		case "A":
			one.architecture = value
		case "o":
			one.source = value
		}
	}
	if one.source == "" {
		one.source = one.name
	}
	one.sourceVersion = one.version
	return one, one.name != ""
}

func apkPaths(paragraph string) []string {
	var paths []string
	directory := ""
	for line := range strings.SplitSeq(paragraph, "\n") {
		letter, value, _ := strings.Cut(line, ":")
		switch letter {
		case "F":
			directory = value
		case "R":
			paths = append(paths, "/"+strings.TrimPrefix(directory+"/"+value, "/"))
		}
	}
	return paths
}
