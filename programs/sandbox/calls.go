package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// writing describes how a call that can write names its file.
type writing struct {
	// Argument that is a path, and argument that is the directory it is relative to; -1 for the working directory.
	path, directory int
	// Argument with the flags of open; -1 where the call always writes.
	flags int
}

// writingCalls are the calls that change a file system by path. A call that changes an open file is not among them: opening it was refused.
var writingCalls = map[string]writing{
	"open":      {path: 0, directory: -1, flags: 1},
	"openat":    {path: 1, directory: 0, flags: 2},
	"symlink":   {path: 1, directory: -1, flags: -1},
	"symlinkat": {path: 2, directory: 1, flags: -1},
	"link":      {path: 1, directory: -1, flags: -1},
	"linkat":    {path: 3, directory: 2, flags: -1},
	"rename":    {path: 1, directory: -1, flags: -1},
	"renameat":  {path: 3, directory: 2, flags: -1},
	"renameat2": {path: 3, directory: 2, flags: -1},
	"creat":     {path: 0, directory: -1, flags: -1},
	"mkdir":     {path: 0, directory: -1, flags: -1},
	"mknod":     {path: 0, directory: -1, flags: -1},
	"rmdir":     {path: 0, directory: -1, flags: -1},
	"unlink":    {path: 0, directory: -1, flags: -1},
	"truncate":  {path: 0, directory: -1, flags: -1},
	"chmod":     {path: 0, directory: -1, flags: -1},
	"chown":     {path: 0, directory: -1, flags: -1},
	"lchown":    {path: 0, directory: -1, flags: -1},
	"utime":     {path: 0, directory: -1, flags: -1},
	"utimes":    {path: 0, directory: -1, flags: -1},
	"setxattr":  {path: 0, directory: -1, flags: -1},
	"lsetxattr": {path: 0, directory: -1, flags: -1},
	"mkdirat":   {path: 1, directory: 0, flags: -1},
	"mknodat":   {path: 1, directory: 0, flags: -1},
	"unlinkat":  {path: 1, directory: 0, flags: -1},
	"fchmodat":  {path: 1, directory: 0, flags: -1},
	"fchmodat2": {path: 1, directory: 0, flags: -1},
	"fchownat":  {path: 1, directory: 0, flags: -1},
	"futimesat": {path: 1, directory: 0, flags: -1},
	"utimensat": {path: 1, directory: 0, flags: -1},
}

const writingFlags = unix.O_WRONLY | unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC

// pathWritten is the path, from the container's root, that a call is about to write; empty if it writes none. Devices and the kernel's own files are left out.
func pathWritten(task int, name string, arguments [6]uint64) string {
	if name == "bind" {
		return socketPath(task, arguments)
	}
	call, known := writingCalls[name]
	if name == "openat2" {
		// Its flags are the first word of a structure.
		how := readBytes(task, arguments[2], 8)
		call, known = writing{path: 1, directory: 0, flags: -1}, len(how) == 8 && nativeWord(how)&writingFlags != 0
	}
	if !known || (call.flags >= 0 && arguments[call.flags]&writingFlags == 0) {
		return ""
	}
	path := readText(task, arguments[call.path])
	if path == "" {
		return ""
	}
	if !strings.HasPrefix(path, "/") {
		directory := "cwd"
		if call.directory >= 0 && int32(arguments[call.directory]) != unix.AT_FDCWD {
			directory = fmt.Sprintf("fd/%d", int32(arguments[call.directory]))
		}
		path = filepath.Join(readLink(task, directory), path)
	}
	path = filepath.Clean(path)
	if below(path, "/dev") || below(path, "/proc") || below(path, "/sys") {
		return ""
	}
	return path
}

// socketPath is the file that bind is about to create, if it creates one.
func socketPath(task int, arguments [6]uint64) string {
	address := readBytes(task, arguments[1], int(min(arguments[2], 110)))
	if len(address) < 3 || uint16(address[0])|uint16(address[1])<<8 != unix.AF_UNIX || address[2] == 0 {
		return ""
	}
	path, _, _ := strings.Cut(string(address[2:]), "\x00")
	if !strings.HasPrefix(path, "/") {
		path = filepath.Join(readLink(task, "cwd"), path)
	}
	return filepath.Clean(path)
}

func below(path, directory string) bool {
	return path == directory || strings.HasPrefix(path, strings.TrimSuffix(directory, "/")+"/")
}
