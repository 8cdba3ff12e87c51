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

// resolveUser reads the USER of an image as container engines do: names are looked up in the image's own files, and a number needs no entry.
func resolveUser(root string, written string) (user, error) {
	name, group, hasGroup := strings.Cut(written, ":")
	if name == "" {
		name = "0"
	}
	found, entry, err := findUser(root, name)
	if err != nil {
		return user{}, err
	}
	if !hasGroup {
		if entry != nil {
			found.groups, err = groupsOf(root, entry[0])
		}
		return found, err
	}
	found.gid, err = findGroup(root, group)
	return found, err
}

// findUser returns the user with a name or number, and its entry in the image's own file, if there is one.
func findUser(root, name string) (found user, entry []string, err error) {
	number, err := strconv.ParseUint(name, 10, 32)
	isNumber := err == nil
	if isNumber {
		found.uid = uint32(number)
	}
	err = eachLine(root, "etc/passwd", func(fields []string) {
		if entry != nil || len(fields) < 4 || (fields[0] != name && !(isNumber && fields[2] == name)) {
			return
		}
		uid, uidErr := strconv.ParseUint(fields[2], 10, 32)
		gid, gidErr := strconv.ParseUint(fields[3], 10, 32)
		if uidErr == nil && gidErr == nil {
			entry, found.uid, found.gid = fields, uint32(uid), uint32(gid)
		}
	})
	// In an image without any users, root is still root.
	if err == nil && entry == nil && !isNumber && name != "root" {
		err = fmt.Errorf("the user %q is not in the image's /etc/passwd", name)
	}
	return found, entry, err
}

// groupsOf returns the groups that list a user as a member.
func groupsOf(root, name string) (groups []uint32, err error) {
	err = eachLine(root, "etc/group", func(fields []string) {
		if len(fields) < 4 {
			return
		}
		for _, member := range strings.Split(fields[3], ",") {
			if gid, err := strconv.ParseUint(fields[2], 10, 32); member == name && err == nil {
				groups = append(groups, uint32(gid))
			}
		}
	})
	return groups, err
}

func findGroup(root, group string) (uint32, error) {
	if number, err := strconv.ParseUint(group, 10, 32); err == nil {
		return uint32(number), nil
	}
	found, known := uint32(0), false
	err := eachLine(root, "etc/group", func(fields []string) {
		if len(fields) < 3 || fields[0] != group {
			return
		}
		if gid, err := strconv.ParseUint(fields[2], 10, 32); err == nil {
			known, found = true, uint32(gid)
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
