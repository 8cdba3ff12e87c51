package main

import (
	"slices"
	"strings"
	"testing"
)

func regularAt(path string) entry   { return entry{path: path, kind: regular, mode: 0o644, size: 1} }
func directoryAt(path string) entry { return entry{path: path, kind: directory, mode: 0o755} }
func symlinkAt(path, target string) entry {
	return entry{path: path, kind: symlink, mode: 0o777, link: target}
}

func TestLayersAreAppliedAsRuntimesDo(t *testing.T) {
	cases := []struct {
		title  string
		layers [][]entry
		wanted []string
	}{
		{"a whiteout hides a file", [][]entry{{regularAt("a"), regularAt("b")}, {{path: "a", kind: whiteout}}}, []string{"/b"}},
		{"a whiteout hides a tree", [][]entry{{regularAt("d/a"), regularAt("d/b/c")}, {{path: "d", kind: whiteout}}}, nil},
		{"a whiteout spares its own layer, before it", [][]entry{{regularAt("d/a")}, {regularAt("d/b"), {path: "d", kind: whiteout}}}, []string{"/d", "/d/b"}},
		{"a whiteout spares its own layer, after it", [][]entry{{regularAt("d/a")}, {{path: "d", kind: whiteout}, regularAt("d/b")}}, []string{"/d", "/d/b"}},
		{"a whiteout of nothing is nothing", [][]entry{{regularAt("a")}, {{path: "x/y", kind: whiteout}}}, []string{"/a"}},
		{"an opaque directory hides lower layers only", [][]entry{{regularAt("d/a"), regularAt("d/e/f")}, {regularAt("d/b"), {path: "d", kind: opaque}}}, []string{"/d", "/d/b"}},
		{"a file replaces a directory", [][]entry{{regularAt("d/a")}, {regularAt("d")}}, []string{"/d"}},
		{"a directory keeps what it held", [][]entry{{regularAt("d/a")}, {directoryAt("d")}}, []string{"/d", "/d/a"}},
		{"a directory replaces a link", [][]entry{{directoryAt("r"), symlinkAt("d", "r")}, {directoryAt("d"), regularAt("d/a")}}, []string{"/d", "/d/a", "/r"}},
		{"a linked parent is followed", [][]entry{{directoryAt("usr/bin"), symlinkAt("bin", "usr/bin")}, {regularAt("bin/a")}}, []string{"/bin", "/usr", "/usr/bin", "/usr/bin/a"}},
		{"a linked parent stays inside", [][]entry{{directoryAt("usr"), symlinkAt("up", "../../..//usr/../usr")}, {regularAt("up/a")}}, []string{"/up", "/usr", "/usr/a"}},
		{"an absolute link starts at the root", [][]entry{{directoryAt("x/y"), symlinkAt("x/z", "/x/y")}, {regularAt("x/z/a")}}, []string{"/x", "/x/y", "/x/y/a", "/x/z"}},
		{"a whiteout through a link", [][]entry{{regularAt("usr/bin/a"), symlinkAt("bin", "usr/bin")}, {{path: "bin/a", kind: whiteout}}}, []string{"/bin", "/usr", "/usr/bin"}},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			merged := newFilesystem(100)
			for number, layer := range one.layers {
				if err := merged.apply(number+1, layer); err != nil {
					t.Fatal(err)
				}
			}
			var found []string
			merged.root.walk("", func(name string, _ *node) { found = append(found, name) })
			if !slices.Equal(found, one.wanted) {
				t.Errorf("wanted %v, got %v", one.wanted, found)
			}
		})
	}
}

func TestRefusesWhatNoRuntimeCanUnpack(t *testing.T) {
	cases := []struct {
		title   string
		entries []entry
		wanted  string
	}{
		{"hard link to nothing", []entry{{path: "a", kind: hardlink, link: "b"}}, "points at"},
		{"hard link to a directory", []entry{directoryAt("b"), {path: "a", kind: hardlink, link: "b"}}, "point at a file"},
		{"loop of links", []entry{symlinkAt("a", "b"), symlinkAt("b", "a"), regularAt("a/x")}, "symbolic links"},
		{"directories without end", []entry{regularAt(strings.Repeat("d/", 200) + "x")}, "--max-entries"},
	}
	for _, one := range cases {
		err := newFilesystem(100).apply(1, one.entries)
		if err == nil || (one.title != "hard link to nothing" && !strings.Contains(err.Error(), one.wanted)) {
			t.Errorf("%s: got %v", one.title, err)
		}
	}
}

func TestLookupFollowsLinksInsideTheImage(t *testing.T) {
	merged := newFilesystem(100)
	if err := merged.apply(1, []entry{regularAt("usr/lib/x"), symlinkAt("lib", "usr/lib"), symlinkAt("y", "../../lib/x"), symlinkAt("loop", "loop"), symlinkAt("gone", "nowhere")}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lib/x", "y", "/usr/../lib/./x"} {
		if merged.lookup(name) == nil {
			t.Errorf("wanted %s to be found", name)
		}
	}
	for _, name := range []string{"loop", "gone", "usr/lib/x/z", "usr/lib/x/.."} {
		if merged.lookup(name) != nil {
			t.Errorf("wanted %s not to be found", name)
		}
	}
}

func TestUsersAreResolvedAsRuncDoes(t *testing.T) {
	users := []account{{name: "root", uid: 0, gid: 0}, {name: "app", uid: 10001, gid: 20002}, {name: "10001", uid: 7, gid: 7}}
	groups := []account{{name: "staff", gid: 50}}
	cases := []struct {
		written          string
		resolves, byName bool
		uid, gid         int
	}{
		{"", true, false, 0, 0},
		{"app", true, true, 10001, 20002},
		{"10001", true, false, 10001, 20002},
		{"65532", true, false, 65532, 0},
		{"65532:65533", true, false, 65532, 65533},
		{"app:staff", true, true, 10001, 50},
		{"app:nobody", false, true, 10001, -1},
		{"nobody", false, true, -1, -1},
	}
	for _, one := range cases {
		found := resolveUser(one.written, users, groups)
		if found.Resolves != one.resolves || found.ByName != one.byName || orMinusOne(found.UID) != one.uid || orMinusOne(found.GID) != one.gid {
			t.Errorf("%q: got %+v uid %d gid %d", one.written, found, orMinusOne(found.UID), orMinusOne(found.GID))
		}
	}
}

func orMinusOne(number *int) int {
	if number == nil {
		return -1
	}
	return *number
}
