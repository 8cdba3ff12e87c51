package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// filesystem is what a container sees: the layers, each applied on top of the one before.
type filesystem struct {
	root *node
	// implied counts the directories that no layer names; layers made to exhaust memory have more of them than entries.
	implied, mostImplied int
}

// node is a name in a directory.
type node struct {
	*inode
	// layer is the number of the layer that last set it.
	layer int
	// origin is the number of the layer that made it what it is. Layers repeat the directories above their files, unchanged; these add nothing.
	origin   int
	children map[string]*node
}

// inode is a file; hard links share it.
type inode struct {
	kind       kind
	mode       uint16
	size       int64
	link       string
	privileges privileges
	isELF      bool
	code       *linkage
	content    []byte
}

// mostLinks is Linux's limit of symbolic links followed in one path.
const mostLinks = 40

func newFilesystem(mostImplied int) *filesystem {
	return &filesystem{root: newDirectory(0), mostImplied: mostImplied}
}

func newDirectory(layer int) *node {
	return &node{inode: &inode{kind: directory, mode: 0o755}, layer: layer, origin: layer, children: map[string]*node{}}
}

// apply puts a layer on top. A whiteout hides what lower layers have, never what its own layer adds, wherever it is in the tar.
// Parent directories that are symbolic links are followed inside the image, as container runtimes do (/bin/x with /bin -> usr/bin).
func (f *filesystem) apply(layer int, entries []entry) error {
	for _, found := range entries {
		if err := f.applyEntry(layer, found); err != nil {
			return err
		}
	}
	return nil
}

func (f *filesystem) applyEntry(layer int, found entry) error {
	if found.kind == opaque || found.kind == whiteout {
		f.hide(layer, found)
		return nil
	}
	if found.path == "" {
		f.root.mode, f.root.layer = found.mode, layer
		return nil
	}
	parent, err := f.makeDirectory(layer, parentOf(found.path))
	if err != nil {
		return err
	}
	base := path.Base(found.path)
	existing := parent.children[base]
	switch found.kind {
	case directory:
		if existing != nil && existing.kind == directory {
			if existing.mode != found.mode || !existing.privileges.equal(found.privileges) {
				existing.origin = layer
			}
			existing.mode, existing.layer, existing.privileges = found.mode, layer, found.privileges
			return nil
		}
		made := newDirectory(layer)
		made.mode, made.privileges = found.mode, found.privileges
		parent.children[base] = made
	case hardlink:
		return f.applyHardlink(layer, found, parent)
	default:
		parent.children[base] = &node{
			inode: &inode{kind: found.kind, mode: found.mode, size: found.size, link: found.link, privileges: found.privileges, isELF: found.isELF, code: found.code, content: found.content},
			layer: layer, origin: layer,
		}
	}
	return nil
}

// hide removes what lower layers added: everything in a directory, or one name.
func (f *filesystem) hide(layer int, found entry) {
	if found.kind == opaque {
		if below := f.lookup(found.path); below != nil && below.kind == directory {
			below.prune(layer)
		}
		return
	}
	parent := f.lookup(parentOf(found.path))
	if parent == nil || parent.kind != directory {
		return
	}
	base := path.Base(found.path)
	if hidden, exists := parent.children[base]; exists && hidden.hideLower(layer) {
		delete(parent.children, base)
	}
}

func (f *filesystem) applyHardlink(layer int, found entry, parent *node) error {
	// The parent is followed, the last name is not: a hard link to a symbolic link is that link.
	var target *node
	if holder := f.lookup(parentOf(found.link)); holder != nil && found.link != "" {
		target = holder.children[path.Base(found.link)]
	}
	if target == nil || target.kind == directory {
		return fmt.Errorf("expected hard link %q to point at a file of the image, found %q, which is not one: the layer cannot be unpacked", printablePath(found.path), printablePath(found.link))
	}
	// Runtimes set mode and attributes of a hard link's own header, and with it those of the file: privileges are never taken away here, only added.
	if target.mode|found.mode&privilegedBits != target.mode || !found.privileges.isEmpty() {
		target.mode |= found.mode & privilegedBits
		target.privileges = target.privileges.with(found.privileges)
		target.origin = layer
	}
	parent.children[path.Base(found.path)] = &node{inode: target.inode, layer: layer, origin: layer}
	return nil
}

// prune removes everything below that lower layers brought.
func (n *node) prune(layer int) {
	for name, child := range n.children {
		if child.hideLower(layer) {
			delete(n.children, name)
		}
	}
}

// hideLower prunes and reports whether nothing of the given layer is left, so that the name itself goes.
func (n *node) hideLower(layer int) bool {
	n.prune(layer)
	return n.layer < layer && len(n.children) == 0
}

// makeDirectory walks to a directory and makes what is missing, as unpacking does for entries whose parents are not in the tar.
func (f *filesystem) makeDirectory(layer int, name string) (*node, error) {
	current, trail := f.root, []*node{f.root}
	rest, links := parts(name), 0
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if part == ".." {
			if len(trail) > 1 {
				trail = trail[:len(trail)-1]
			}
			current = trail[len(trail)-1]
			continue
		}
		next, exists := current.children[part]
		switch {
		case exists && next.kind == symlink:
			if links++; links > mostLinks {
				return nil, fmt.Errorf("expected directory %q, found more than %d symbolic links on the way to it", printablePath(name), mostLinks)
			}
			rest = append(parts(next.link), rest...)
			if strings.HasPrefix(next.link, "/") {
				current, trail = f.root, trail[:1]
			}
			continue
		case !exists || next.kind != directory:
			if f.implied++; f.implied > f.mostImplied {
				return nil, fmt.Errorf("expected at most %d directories that no layer names, found more: if the image really has so many, raise --max-entries", f.mostImplied)
			}
			next = newDirectory(layer)
			current.children[part] = next
		}
		current = next
		trail = append(trail, current)
	}
	return current, nil
}

// lookup follows a path with all its symbolic links, inside the image; nil if there is nothing.
func (f *filesystem) lookup(name string) *node {
	found, _ := f.follow(name)
	return found
}

// follow is lookup with the path of what is found, in which there are no links.
func (f *filesystem) follow(name string) (*node, string) {
	current, trail, names := f.root, []*node{f.root}, []string{""}
	rest, links := parts(name), 0
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if current.kind != directory {
			return nil, ""
		}
		if part == ".." {
			if len(trail) > 1 {
				trail, names = trail[:len(trail)-1], names[:len(names)-1]
			}
			current = trail[len(trail)-1]
			continue
		}
		next, exists := current.children[part]
		if !exists {
			return nil, ""
		}
		if next.kind == symlink {
			if links++; links > mostLinks {
				return nil, ""
			}
			rest = append(parts(next.link), rest...)
			if strings.HasPrefix(next.link, "/") {
				current, trail, names = f.root, trail[:1], names[:1]
			}
			continue
		}
		current = next
		trail, names = append(trail, current), append(names, part)
	}
	return current, strings.Join(names, "/")
}

func parts(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(part string) bool { return part == "" || part == "." })
}

// walk visits every name below a directory, sorted, directories before what they hold. Symbolic links are not followed.
func (n *node) walk(prefix string, visit func(name string, found *node)) {
	for _, base := range slices.Sorted(maps.Keys(n.children)) {
		child := n.children[base]
		name := prefix + "/" + base
		visit(name, child)
		if child.kind == directory {
			child.walk(name, visit)
		}
	}
}
