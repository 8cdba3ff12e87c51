package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const status = `Package: base-files
Status: install ok installed
Architecture: amd64
Version: 12.4+deb12u5

Package: libssl3
Status: install ok installed
Source: openssl
Architecture: amd64
Version: 3.0.11-1~deb12u2
Depends: libc6,
 and: more

Package: gone-before
Status: deinstall ok config-files
Version: 1
`

const elfStart = elfMagic + "\x02\x01\x01"

// system is a layer with two packages, their files, and what they state about the distribution.
func system() []line {
	return []line{
		file("usr/lib/os-release", debian), soft("etc/os-release", "../usr/lib/os-release"),
		file("var/lib/dpkg/status", status),
		file("var/lib/dpkg/info/base-files.list", "/.\n/usr\n/usr/lib\n/usr/lib/os-release\n/etc/os-release\n/usr/share/base-files/motd\n"),
		file("usr/share/base-files/motd", "hello"),
		file("var/lib/dpkg/info/libssl3:amd64.list", "/.\n/usr/lib/libssl.so.3\n/etc/ssl/openssl.cnf\n"),
		soft("lib", "usr/lib"), file("usr/lib/libssl.so.3", elfStart), file("etc/ssl/openssl.cnf", "x"),
	}
}

func recordsOf(t *testing.T, layers ...[]line) records {
	t.Helper()
	b := newBuilder(t)
	for _, layer := range layers {
		b.gzipped(layer...)
	}
	name, _ := b.oci()
	return inspected(t, name).Records
}

func TestRecordsThatAreGoneOrRewrittenAreSeen(t *testing.T) {
	without := strings.Split(status, "\n\n")[0] + "\n"
	apkBase := "P:busybox\nV:1.36-r1\nA:x86_64\no:busybox\nF:bin\nR:busybox\n\nP:musl\nV:1.2-r0\nA:x86_64\nF:lib\nR:ld-musl.so.1\n\n"
	alpine := []line{file("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n"), file("lib/apk/db/installed", apkBase), file("bin/busybox", elfStart), file("lib/ld-musl.so.1", elfStart)}
	distroless := []line{file("var/lib/dpkg/status.d/libssl3", "Package: libssl3\nVersion: 3\nArchitecture: amd64\n"), file("var/lib/dpkg/status.d/libssl3.md5sums", "00000000000000000000000000000000  usr/lib/libssl.so.3\n"), file("usr/lib/libssl.so.3", elfStart)}
	cases := []struct {
		title   string
		layers  [][]line
		gone    int
		changed int
	}{
		{"nothing happens", [][]line{system(), {file("srv/app", "x")}}, 0, 0},
		{"the directory of the database is removed", [][]line{system(), {file("var/lib/.wh.dpkg", "")}}, 2, 0},
		{"the directory is hidden by an opaque one", [][]line{system(), {dir("var/lib/dpkg"), file("var/lib/dpkg/.wh..wh..opq", "")}}, 2, 0},
		{"the database is emptied", [][]line{system(), {file("var/lib/dpkg/status", "")}}, 2, 0},
		{"the database is a link to nothing", [][]line{system(), {soft("var/lib/dpkg/status", "/dev/null")}}, 2, 0},
		{"the directory becomes a link to another", [][]line{system(), {file("var/lib/.wh.dpkg", ""), dir("srv/dpkg"), file("srv/dpkg/status", without), soft("var/lib/dpkg", "/srv/dpkg")}}, 1, 0},
		{"one package is cut out", [][]line{system(), {file("var/lib/dpkg/status", without)}}, 1, 0},
		{"a package is said to be removed", [][]line{system(), {file("var/lib/dpkg/status", strings.Replace(status, "Status: install ok installed\nSource", "Status: deinstall ok config-files\nSource", 1))}}, 1, 0},
		{"lists and record are removed together", [][]line{system(), {file("var/lib/dpkg/status", without), file("var/lib/dpkg/info/.wh.libssl3:amd64.list", "")}}, 1, 0},
		{"it is removed two layers later", [][]line{system(), {file("srv/app", "x")}, {file("var/lib/dpkg/status", without)}}, 1, 0},
		{"a package is really removed", [][]line{system(), {file("var/lib/dpkg/status", without), file("usr/lib/.wh.libssl.so.3", "")}}, 0, 0},
		{"its files belong to another package now", [][]line{system(), {file("var/lib/dpkg/status", without+"\nPackage: libssl4\nVersion: 4\nArchitecture: amd64\n"), file("var/lib/dpkg/info/libssl4.list", "/lib/libssl.so.3\n")}}, 0, 0},
		{"a version is written over", [][]line{system(), {file("var/lib/dpkg/status", strings.Replace(status, "3.0.11-1~deb12u2", "3.0.99-1", 1))}}, 0, 1},
		{"a source is written over", [][]line{system(), {file("var/lib/dpkg/status", strings.Replace(status, "Source: openssl", "Source: harmless", 1))}}, 0, 1},
		{"a package is upgraded", [][]line{system(), {file("var/lib/dpkg/status", strings.Replace(status, "3.0.11-1~deb12u2", "3.0.99-1", 1)), file("usr/lib/libssl.so.3", elfStart)}}, 0, 0},
		{"a record for each package is removed", [][]line{distroless, {file("var/lib/dpkg/status.d/.wh.libssl3", "")}}, 1, 0},
		{"Alpine's database is removed", [][]line{alpine, {file("lib/apk/db/.wh.installed", "")}}, 2, 0},
		{"Alpine's database is cut", [][]line{alpine, {file("lib/apk/db/installed", apkBase[:strings.Index(apkBase, "P:musl")])}}, 1, 0},
		{"Alpine's versions are written over", [][]line{alpine, {file("lib/apk/db/installed", strings.Replace(apkBase, "1.36-r1", "1.99-r0", 1))}}, 0, 1},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			found := recordsOf(t, one.layers...)
			if found.GoneCount != one.gone || found.ChangedCount != one.changed {
				t.Errorf("wanted %d gone and %d changed, got %+v", one.gone, one.changed, found)
			}
		})
	}
}

func TestADistributionThatChangesIsSeen(t *testing.T) {
	next := strings.ReplaceAll(debian, "12", "13")
	upgraded := strings.Replace(status, "12.4+deb12u5", "13.8", 1)
	cases := []struct {
		title     string
		layer     []line
		wanted    string
		byPackage bool
	}{
		{"another release", []line{file("usr/lib/os-release", next)}, "debian 13", false},
		{"another distribution", []line{file("etc/os-release", "ID=wolfi\nVERSION_ID=20230201\n")}, "wolfi 20230201", false},
		{"none", []line{file("etc/.wh.os-release", ""), file("usr/lib/.wh.os-release", "")}, " ", false},
		{"an upgrade by the package manager", []line{file("usr/lib/os-release", next), file("var/lib/dpkg/status", upgraded)}, "debian 13", true},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			found := recordsOf(t, system(), one.layer).Systems
			if len(found) != 2 || found[1].ID+" "+found[1].VersionID != one.wanted || found[1].ByPackage != one.byPackage {
				t.Errorf("wanted %s, by package %v, got %+v", one.wanted, one.byPackage, found)
			}
		})
	}
	if found := recordsOf(t, system(), []line{file("usr/lib/os-release", debian+"\nHOME_URL=x\n")}).Systems; len(found) != 1 {
		t.Errorf("the same system again is no change, got %+v", found)
	}
}

func TestProgramsThatNoPackageOwnsAreCounted(t *testing.T) {
	found := recordsOf(t, system(), []line{
		file("usr/lib/libevil.so", elfStart), hard("usr/bin/again", "usr/lib/libevil.so"), file("usr/local/bin/app", elfStart), file("opt/app", elfStart),
		file("usr/lib/python3/dist-packages/x.so", elfStart), file("usr/lib/text", "no program"), file("usr/share/local/x", elfStart),
	})
	if found.UnownedCount != 2 || found.Unowned[0].Path != "/usr/bin/again" || found.Unowned[1].Path != "/usr/share/local/x" {
		t.Errorf("got %+v", found.Unowned)
	}
	// Debian moves a file aside when another package brings one of the same name.
	diverted := recordsOf(t, append(system(), file("usr/lib/a.so", elfStart), file("usr/lib/a.so.moved", elfStart), file("var/lib/dpkg/diversions", "/usr/lib/a.so\n/usr/lib/a.so.moved\nother\n")))
	if diverted.UnownedCount != 0 {
		t.Errorf("got %+v", diverted.Unowned)
	}
}

func TestADatabaseThatCannotBeReadIsSaid(t *testing.T) {
	found := recordsOf(t, system(), []line{file("var/lib/rpm/Packages", "no database"), file("var/lib/rpm/rpmdb.sqlite", sqliteMagic+"cut")})
	if len(found.Unreadable) != 2 {
		t.Errorf("got %+v", found.Unreadable)
	}
	found = recordsOf(t, []line{file("lib/apk/db/installed", strings.Repeat("x", recordLimit+1))})
	if len(found.Unreadable) != 1 {
		t.Errorf("got %+v", found.Unreadable)
	}
}

// The library that reads RPM's databases includes real ones in all formats.
func TestEveryFormOfRPMDatabaseIsRead(t *testing.T) {
	found, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/knqyf263/go-rpmdb").Output()
	if err != nil {
		t.Fatal(err)
	}
	testdata := filepath.Join(strings.TrimSpace(string(found)), "pkg", "testdata")
	cases := []struct {
		name, release string
		packages      int
	}{{"fedora35/rpmdb.sqlite", "fedora-release-common 35-35", 137}, {"sle15-bci/Packages.db", "sles-release 15.3-55.4.1", 35}, {"libuuid/Packages", "", 1}, {"cbl-mariner-2.0/rpmdb.sqlite", "", 129}}
	for _, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join(testdata, one.name))
			if err != nil {
				t.Fatal(err)
			}
			base := filepath.Base(one.name)
			found := recordsOf(t, []line{file("var/lib/rpm/"+base, string(content)), file("usr/lib64/ld-linux-x86-64.so.2", elfStart), file("usr/lib64/unknown.so", elfStart)})
			if len(found.Unreadable) > 0 || found.Databases[0] != (recordDatabase{"rpm", one.packages}) {
				t.Fatalf("got %+v, unreadable %v", found.Databases, found.Unreadable)
			}
			if one.release != "" && found.Releases[0].Name+" "+found.Releases[0].Version != one.release {
				t.Errorf("got %+v", found.Releases)
			}
			removed := recordsOf(t, []line{file("var/lib/rpm/"+base, string(content))}, []line{file("var/lib/.wh.rpm", "")})
			if len(removed.Databases) != 0 {
				t.Errorf("got %+v", removed)
			}
			// Half a database is refused, and never read as a shorter one.
			for _, cut := range []int{len(content) / 2 &^ 4095, len(content) - 4096} {
				if damaged := recordsOf(t, []line{file("var/lib/rpm/"+base, string(content[:cut]))}); len(damaged.Unreadable) == 0 {
					t.Errorf("wanted a database cut at %d to be unreadable, got %+v", cut, damaged.Databases)
				}
			}
		})
	}
	content, _ := os.ReadFile(filepath.Join(testdata, "fedora35/rpmdb.sqlite"))
	if waiting := recordsOf(t, []line{file("var/lib/rpm/rpmdb.sqlite", string(content)), file("var/lib/rpm/rpmdb.sqlite-wal", "x")}); len(waiting.Unreadable) != 1 {
		t.Errorf("wanted a journal to be said, got %+v", waiting)
	}
	text, _ := json.Marshal(recordsOf(t, []line{file("var/lib/rpm/rpmdb.sqlite", string(content)), soft("lib64", "usr/lib64"), file("usr/lib64/libc.so.6", elfStart)}))
	if strings.Contains(string(text), "libc.so.6") {
		t.Errorf("wanted libc to be owned, got %s", text)
	}
}
