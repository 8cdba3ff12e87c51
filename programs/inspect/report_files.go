package main

import (
	"cmp"
	"path"
	"slices"
)

// files are facts about the merged file system. A list holds at most 1000 entries; the count beside it is exact.
type files struct {
	// Count counts every name that is not a directory.
	Count               int         `json:"count"`
	Directories         int         `json:"directories"`
	SetuidCount         int         `json:"setuidCount"`
	Setuid              []fileFact  `json:"setuid"`
	WorldWritableCount  int         `json:"worldWritableCount"`
	WorldWritable       []fileFact  `json:"worldWritable"`
	PrivilegeCount      int         `json:"privilegeCount"`
	Privileges          []privilege `json:"privileges"`
	ShellCount          int         `json:"shellCount"`
	Shells              []string    `json:"shells"`
	PackageManagerCount int         `json:"packageManagerCount"`
	PackageManagers     []string    `json:"packageManagers"`
	PackageCacheCount   int         `json:"packageCacheCount"`
	PackageCaches       []cache     `json:"packageCaches"`
	SSHServerCount      int         `json:"sshServerCount"`
	SSHServers          []string    `json:"sshServers"`
	// Layers has the diff id of the last layer that had a part in each path of the lists above, and of the records' unowned files.
	Layers  map[string]string `json:"layers"`
	Largest []sizedFile       `json:"largest"`
}

type fileFact struct {
	Path  string `json:"path"`
	Mode  string `json:"mode"`
	Bytes int64  `json:"bytes"`
}

type sizedFile struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

const largestCount = 20

func (f *filesystem) recordPrograms(facts *files, origins map[string]int, name, printable string, found *node) {
	if isPythonModule(name, found) {
		if record(&facts.PackageManagers, &facts.PackageManagerCount, printable) {
			origins[printable] = found.children["__main__.py"].origin
		}
		return
	}
	base := path.Base(name)
	isShell, isManager, isServer := shellName.MatchString(base), packageManagerName.MatchString(base), sshServerName.MatchString(base)
	if !(isShell || isManager || isServer) || !f.isProgram(name, found) {
		return
	}
	listed := isShell && record(&facts.Shells, &facts.ShellCount, printable)
	listed = isManager && record(&facts.PackageManagers, &facts.PackageManagerCount, printable) || listed
	listed = isServer && record(&facts.SSHServers, &facts.SSHServerCount, printable) || listed
	if listed {
		origins[printable] = found.origin
		// A link is only as old as what it leads to: whoever replaces the target replaces the program.
		if found.kind == symlink {
			origins[printable] = max(found.origin, f.lookup(name).origin)
		}
	}
}

// record counts always, lists up to the limit, and reports whether it listed.
func record[T any](list *[]T, count *int, found T) bool {
	*count++
	if len(*list) >= listLimit {
		return false
	}
	*list = append(*list, found)
	return true
}

func bounded[T any](list []T) []T {
	return list[:min(len(list), listLimit)]
}

// keepLargest holds the list sorted: biggest first, equal sizes by path.
func keepLargest(list []sizedFile, found sizedFile) []sizedFile {
	order := func(left, right sizedFile) int {
		return cmp.Or(cmp.Compare(right.Bytes, left.Bytes), cmp.Compare(left.Path, right.Path))
	}
	position, _ := slices.BinarySearchFunc(list, found, order)
	if position >= largestCount {
		return list
	}
	list = slices.Insert(list, position, found)
	return list[:min(len(list), largestCount)]
}
