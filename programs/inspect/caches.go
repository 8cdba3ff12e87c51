package main

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// systemCaches are where package managers keep what only the next installation needs.
var systemCaches = []string{
	"/var/lib/apt/lists", "/var/cache/apt", "/var/cache/apk", "/etc/apk/cache", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum", "/var/cache/tdnf", "/var/cache/zypp",
	"/var/cache/pacman/pkg", "/var/cache/opkg", "/opt/conda/pkgs", "/usr/local/share/.cache", "/usr/local/cargo/registry", "/go/pkg/mod/cache",
}

// homeCaches are the same below a home directory. `.cache` is told apart by its children: pip, uv, go-build and so on.
var homeCaches = []string{
	".npm/_cacache", ".npm/_npx", ".npm/_logs", ".yarn/cache", ".yarn/berry/cache", ".pnpm-store", ".local/share/pnpm/store", ".bun/install/cache", ".cargo/registry", "go/pkg/mod/cache", ".conda/pkgs", ".m2/repository", ".gradle/caches",
	".nuget/packages", ".composer/cache", ".gem/specs", ".bundle/cache", ".cpan/build", ".cpanm/work",
}

type cache struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// packageCaches finds caches that hold at least one byte, and the last layer that added to each. Empty directories are left by cleaning up.
func (f *filesystem) packageCaches(homes []string) ([]cache, map[string]int) {
	sizes := map[string]int64{}
	origins := map[string]int{}
	record := func(name string) {
		found := f.at(name)
		if found == nil {
			return
		}
		bytes, origin := found.bytes()
		if bytes > 0 {
			sizes[name] = bytes
			origins[printablePath(name)] = origin
		}
	}
	for _, name := range systemCaches {
		record(name)
	}
	for _, home := range homes {
		for _, name := range homeCaches {
			record(path.Join(home, name))
		}
		if generic := f.at(path.Join(home, ".cache")); generic != nil && generic.kind == directory {
			for base := range generic.children {
				record(path.Join(home, ".cache", base))
			}
		}
	}
	caches := make([]cache, 0, len(sizes))
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		caches = append(caches, cache{Path: printablePath(name), Bytes: sizes[name]})
	}
	return caches, origins
}

// at finds a name without following links, so that a directory is not found under two names.
func (f *filesystem) at(name string) *node {
	current := f.root
	for _, part := range parts(name) {
		next, exists := current.children[part]
		if !exists {
			return nil
		}
		current = next
	}
	return current
}

// bytes is the sum of the regular files at and below a name, where a hard link counts once, and the last layer that brought one of them.
func (n *node) bytes() (sum int64, origin int) {
	if n.kind == regular {
		return n.size, n.origin
	}
	counted := map[*inode]bool{}
	n.walk("", func(_ string, found *node) {
		if found.kind == regular && !counted[found.inode] {
			counted[found.inode] = true
			sum += found.size
			origin = max(origin, found.origin)
		}
	})
	return sum, origin
}

// homes are the home directories of the image: those that the user database names, /root, everything below /home, and / itself,
// which is the home of a user whom no database knows.
func (f *filesystem) homes(users []account) []string {
	found := map[string]bool{"/": true, "/root": true}
	for _, user := range users {
		if strings.HasPrefix(user.home, "/") {
			found[path.Clean(user.home)] = true
		}
	}
	if home := f.at("/home"); home != nil {
		for base := range home.children {
			found["/home/"+base] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
