package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// store is where a container is kept: its parts have the names that Podman uses, and its file system is a layer over the image, so
// that nothing in it shows that it is watched, and nothing that it writes reaches the image.
type store struct {
	// id is the container's name, as long as the names of container engines.
	id string
	// userdata has the container's configuration and the files that are mounted into it.
	userdata string
	// root is the image's file system as the container gets it.
	root   string
	mounts []string
}

const (
	overlays   = "/var/lib/containers/storage/overlay"
	containers = "/run/containers/storage/overlay-containers"
)

// mountPoints is room for the files that a runtime mounts over, which images without a distribution do not have.
const mountPoints = 1 << 20

// openStore lays out a fresh copy of the image's file system, which may grow by at most the given number of bytes.
func openStore(image string, writable int64) (_ *store, err error) {
	id := newName()
	opened := &store{id: id, userdata: filepath.Join(containers, id, "userdata"), root: filepath.Join(overlays, id, "merged")}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("failed to copy the image's file system: %w", err), opened.close())
		}
	}()
	if err := opened.mountTmpfs(opened.userdata, 16<<20); err != nil {
		return nil, err
	}
	below := filepath.Join(overlays, newName(), "diff")
	if err := opened.mount(image, below, "", unix.MS_BIND, ""); err != nil {
		return nil, err
	}
	own := filepath.Join(overlays, id)
	if err := opened.mountTmpfs(own, writable); err != nil {
		return nil, err
	}
	diff, work := filepath.Join(own, "diff"), filepath.Join(own, "work")
	for _, directory := range []string{diff, work} {
		if err := os.Mkdir(directory, 0o755); err != nil {
			return nil, err
		}
	}
	// The root directory of a layer has the owner and the mode of the image's.
	if err := likeRoot(image, diff); err != nil {
		return nil, err
	}
	return opened, opened.mount("overlay", opened.root, "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", below, diff, work))
}

func newName() string {
	var bytes [32]byte
	rand.Read(bytes[:])
	return hex.EncodeToString(bytes[:])
}

func likeRoot(image, directory string) error {
	var info unix.Stat_t
	if err := unix.Stat(image, &info); err != nil {
		return err
	}
	return errors.Join(os.Chown(directory, int(info.Uid), int(info.Gid)), unix.Chmod(directory, info.Mode&0o7777))
}

func (s *store) mountTmpfs(target string, size int64) error {
	return s.mount("tmpfs", target, "tmpfs", 0, fmt.Sprintf("mode=755,size=%d", size))
}

func (s *store) mount(source, target, kind string, flags uintptr, options string) error {
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		return fmt.Errorf("mounting %s (%s): %w", target, strings.Split(options, "=")[0], err)
	}
	s.mounts = append(s.mounts, target)
	return nil
}

// close removes everything, last first.
func (s *store) close() error {
	var failed []error
	for index := len(s.mounts) - 1; index >= 0; index-- {
		failed = append(failed, unix.Unmount(s.mounts[index], unix.MNT_DETACH))
	}
	return errors.Join(failed...)
}

// hostname is what engines call a container whose host has no name of its own.
func (s *store) hostname() string { return s.id[:12] }
