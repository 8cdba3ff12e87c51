package main

import "strings"

// systems follows os-release through the layers.
func (j *judged) systems() []recordedSystem {
	var listed []recordedSystem
	for index, state := range j.states {
		id, version := "", ""
		if state.system != nil {
			id, version = state.system.ID, state.system.VersionID
		}
		if len(listed) > 0 && listed[len(listed)-1].ID == id && listed[len(listed)-1].VersionID == version {
			continue
		}
		if len(listed) == 0 && state.system == nil {
			continue
		}
		listed = append(listed, recordedSystem{Layer: j.diffID(state.layer), ID: id, VersionID: version, ByPackage: index == 0 || j.byPackage(index)})
	}
	return append([]recordedSystem{}, listed...)
}

// byPackage reports whether a state's os-release came with another version of the package that owns it.
func (j *judged) byPackage(index int) bool {
	before, after := j.states[index-1], j.states[index]
	if before.system == nil && len(before.packages) == 0 {
		return true
	}
	if after.system == nil {
		return false
	}
	for key, one := range after.packages {
		if known, exists := before.packages[key]; (exists && known == one) || after.lists[key] == nil {
			continue
		}
		for _, name := range after.lists[key]() {
			if strings.HasSuffix(name, "/os-release") {
				return true
			}
		}
	}
	return false
}

// releasePackages carry the release of their distribution in their version.
var releasePackages = []string{"alpine-release", "base-files", "centos-release", "centos-stream-release", "fedora-release-common", "redhat-release", "rocky-release", "almalinux-release", "oraclelinux-release", "system-release", "photon-release", "azurelinux-release", "sles-release", "openSUSE-release"}

func releasesOf(state *packageState) []releasePackage {
	found := []releasePackage{}
	for _, database := range databases {
		for _, name := range releasePackages {
			if one, exists := state.packages[packageName{database.name, name}]; exists {
				found = append(found, releasePackage{name, printableText(one.version)})
			}
		}
	}
	return found
}
