package main

import (
	"fmt"
	"strconv"
	"strings"
)

// account is a line of /etc/passwd, or of /etc/group with gid only.
type account struct {
	name     string
	uid, gid int
	home     string
}

// user is the image's USER. Container runtimes read a number as a number, and look a name up in the image.
type user struct {
	// Resolves is false if a name is in no database: no container would start.
	Resolves bool `json:"resolves"`
	// ByName is true if USER is a name. Kubernetes refuses that with runAsNonRoot.
	ByName bool `json:"byName"`
	// Listed is true if /etc/passwd has the user.
	Listed bool `json:"listed"`
	UID    *int `json:"uid,omitempty"`
	GID    *int `json:"gid,omitempty"`
}

func (f *filesystem) accounts(name string, fields int) ([]account, error) {
	found := f.lookup(name)
	if found == nil || found.kind != regular {
		return nil, nil
	}
	if found.content == nil && found.size > 0 {
		return nil, fmt.Errorf("expected /%s of at most %d bytes and under its usual name, found %d bytes: the user cannot be resolved", name, capturedLimit, found.size)
	}
	var accounts []account
	for line := range strings.SplitSeq(string(found.content), "\n") {
		columns := strings.Split(line, ":")
		if len(columns) < fields {
			continue
		}
		id, err := strconv.Atoi(columns[2])
		if err != nil {
			continue
		}
		read := account{name: columns[0], uid: id, gid: id}
		if fields > 4 {
			read.home = columns[5]
			if read.gid, err = strconv.Atoi(columns[3]); err != nil {
				continue
			}
		}
		accounts = append(accounts, read)
	}
	return accounts, nil
}

// resolveUser follows the rules of runc: `user`, `uid`, `user:group`, `uid:gid`; nothing means root.
func resolveUser(written string, users, groups []account) user {
	wantedUser, wantedGroup, hasGroup := strings.Cut(written, ":")
	if wantedUser == "" {
		wantedUser = "0"
	}
	resolved := user{Resolves: true}
	if uid, err := strconv.Atoi(wantedUser); err == nil {
		gid := 0
		resolved.UID = &uid
		resolved.GID = &gid
		for _, candidate := range users {
			if candidate.uid == uid {
				resolved.Listed = true
				resolved.GID = &candidate.gid
				break
			}
		}
	} else {
		resolved.ByName = true
		resolved.Resolves = false
		for _, candidate := range users {
			if candidate.name == wantedUser {
				resolved.Resolves, resolved.Listed = true, true
				resolved.UID, resolved.GID = &candidate.uid, &candidate.gid
				break
			}
		}
	}
	if !hasGroup || wantedGroup == "" {
		return resolved
	}
	resolved.GID = nil
	if gid, err := strconv.Atoi(wantedGroup); err == nil {
		resolved.GID = &gid
		return resolved
	}
	for _, candidate := range groups {
		if candidate.name == wantedGroup {
			resolved.GID = &candidate.gid
			return resolved
		}
	}
	resolved.Resolves = false
	return resolved
}
