package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// user is who a process runs as.
type user struct {
	uid, gid uint32
	groups   []uint32
}

// resolveUser reads USER of an image as container engines do: names stand in the image's own files, and a number needs no entry.
func resolveUser(root string, written string) (user, error) {
	name, group, hasGroup := strings.Cut(written, ":")
	if name == "" {
		name = "0"
	}
	found := user{}
	number, err := strconv.ParseUint(name, 10, 32)
	isNumber := err == nil
	if isNumber {
		found.uid = uint32(number)
	}
	known := false
	err = eachLine(root, "etc/passwd", func(fields []string) {
		if known || len(fields) < 4 || (fields[0] != name && !(isNumber && fields[2] == name)) {
			return
		}
		uid, uidErr := strconv.ParseUint(fields[2], 10, 32)
		gid, gidErr := strconv.ParseUint(fields[3], 10, 32)
		if uidErr == nil && gidErr == nil {
			known, found.uid, found.gid = true, uint32(uid), uint32(gid)
			name = fields[0]
		}
	})
	if err != nil {
		return user{}, err
	}
	// In an image without any users, root is still root.
	if !known && !isNumber && name != "root" {
		return user{}, fmt.Errorf("the user %q is not in the image's /etc/passwd", name)
	}
	if !hasGroup {
		err = eachLine(root, "etc/group", func(fields []string) {
			if len(fields) < 4 || !known {
				return
			}
			for _, member := range strings.Split(fields[3], ",") {
				if gid, err := strconv.ParseUint(fields[2], 10, 32); member == name && err == nil {
					found.groups = append(found.groups, uint32(gid))
				}
			}
		})
		return found, err
	}
	if number, err := strconv.ParseUint(group, 10, 32); err == nil {
		found.gid = uint32(number)
		return found, nil
	}
	known = false
	err = eachLine(root, "etc/group", func(fields []string) {
		if len(fields) < 3 || fields[0] != group {
			return
		}
		if gid, err := strconv.ParseUint(fields[2], 10, 32); err == nil {
			known, found.gid = true, uint32(gid)
		}
	})
	if err == nil && !known {
		err = fmt.Errorf("the group %q is not in the image's /etc/group", group)
	}
	return found, err
}

// eachLine reads a file of the image; one that is missing has no lines. A link out of the image is not followed.
func eachLine(root, path string, look func(fields []string)) error {
	directory, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer directory.Close()
	file, err := directory.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		look(strings.Split(lines.Text(), ":"))
	}
	return lines.Err()
}
