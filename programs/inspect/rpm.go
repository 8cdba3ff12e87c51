package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"

	rpmdb "github.com/knqyf263/go-rpmdb/pkg"
	"golang.org/x/sys/unix"
)

// rpmDirectories and rpmNames are where RPM has kept its database over time: Berkeley DB, its own form, and SQLite.
var (
	rpmDirectories = [...]string{"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"}
	rpmNames       = [...]string{"Packages", "Packages.db", "rpmdb.sqlite"}
)

// journal holds what SQLite has not yet written into its file.
const journal = "-wal"

func isRPMDatabase(name string) bool {
	directory, base := path.Split(name)
	if path.Base(path.Clean("/"+directory)) != "rpm" {
		return false
	}
	for _, known := range rpmNames {
		if base == known {
			return true
		}
	}
	return false
}

func rpmFiles(f *filesystem) []*node {
	var found []*node
	for _, directory := range rpmDirectories {
		for _, base := range rpmNames {
			if file := f.lookup(directory + "/" + base); file != nil {
				found = append(found, file)
			}
		}
	}
	return found
}

func readRPM(f *filesystem, state *packageState) {
	seen := map[*inode]bool{}
	for _, directory := range rpmDirectories {
		for _, base := range rpmNames {
			name := directory + "/" + base
			file := f.lookup(name)
			if file == nil || seen[file.inode] {
				continue
			}
			seen[file.inode] = true
			state.counts["rpm"] += 0
			packages, err := rpmPackages(f, name)
			if err != nil {
				state.unreadable = append(state.unreadable, fmt.Sprintf("/%s (%s)", name, printableText(err.Error())))
				continue
			}
			for _, one := range packages {
				state.addRPM(one)
			}
		}
	}
}

func (state *packageState) addRPM(one *rpmdb.PackageInfo) {
	version := one.Version + "-" + one.Release
	if epoch := one.EpochNum(); epoch != 0 {
		version = fmt.Sprintf("%d:%s", epoch, version)
	}
	source := strings.TrimSuffix(one.SourceRpm, ".src.rpm")
	state.add("rpm", installed{name: one.Name, version: version, architecture: one.Arch, source: source, sourceVersion: source}, func() []string {
		paths, err := one.InstalledFileNames()
		if err != nil {
			return nil
		}
		return paths
	})
}

func rpmPackages(f *filesystem, name string) ([]*rpmdb.PackageInfo, error) {
	content, _, readable := f.contentOf(name)
	if !readable {
		return nil, errors.New("too big")
	}
	if waiting := f.lookup(name + journal); waiting != nil && waiting.size > 0 {
		return nil, errors.New("part of it is in a journal, " + path.Base(name) + journal)
	}
	return parseRPM(content)
}

// parseRPM passes the database to the library that scanners use, which requires a file. It was not written for malicious files, and what makes it panic is not a database.
func parseRPM(content []byte) (packages []*rpmdb.PackageInfo, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			packages, err = nil, fmt.Errorf("damaged: %v", cause)
		}
	}()
	// The file is in memory: an image with one program has no directory for it.
	descriptor, err := unix.MemfdCreate("rpm", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(descriptor), "rpm")
	defer file.Close()
	if _, err := file.Write(content); err != nil {
		return nil, err
	}
	register.Do(func() { sql.Register("sqlite", packagesDriver{}) })
	opened, err := rpmdb.Open(fmt.Sprintf("/proc/self/fd/%d", descriptor))
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return opened.ListPackages()
}

var register sync.Once

// packagesDriver answers the one question that the library asks of SQLite: the blob of every row of Packages.
type packagesDriver struct{}

func (packagesDriver) Open(name string) (driver.Conn, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := openSQLite(content)
	if err != nil {
		return nil, err
	}
	return packagesConnection{file}, nil
}

type packagesConnection struct{ file *sqliteFile }

func (packagesConnection) Close() error { return nil }
func (packagesConnection) Begin() (driver.Tx, error) {
	return nil, errors.New("no transaction: the file is only read")
}
func (packagesConnection) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("no statement: the file is only read")
}

// QueryContext reads all rows before it returns the first: the library treats an error between two rows as the end.
func (c packagesConnection) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	root, err := c.file.rootOf("Packages")
	if err != nil {
		return nil, err
	}
	blobs := &packagesRows{}
	for row, err := range c.file.rows(root) {
		if err != nil {
			return nil, err
		}
		if len(row) < 2 {
			return nil, errSQLite
		}
		blob, is := row[1].([]byte)
		if !is {
			return nil, errSQLite
		}
		*blobs = append(*blobs, blob)
	}
	return blobs, nil
}

// packagesRows are the rows that are left.
type packagesRows [][]byte

func (*packagesRows) Columns() []string { return []string{"blob"} }
func (*packagesRows) Close() error      { return nil }
func (r *packagesRows) Next(into []driver.Value) error {
	if len(*r) == 0 {
		return io.EOF
	}
	into[0] = (*r)[0]
	*r = (*r)[1:]
	return nil
}
