package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPackedAgainAnArchiveIsTheSameImage(t *testing.T) {
	archive, digest := sample(t).oci()
	directory := filepath.Join(t.TempDir(), "layout")
	if err := unpack(archive, directory, defaultLimits()); err != nil {
		t.Fatal(err)
	}
	var packed [2][]byte
	for index := range packed {
		name := filepath.Join(t.TempDir(), "archive.tar")
		if err := pack(directory, name, []string{"oci-layout", "index.json", "blobs"}); err != nil {
			t.Fatal(err)
		}
		if found := inspected(t, name).Digest; found != digest.String() {
			t.Errorf("wanted %s, found %s", digest, found)
		}
		packed[index], _ = os.ReadFile(name)
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("two archives of the same files differ")
	}
}

func TestUnpackWritesNothingOutsideAndNothingOver(t *testing.T) {
	climbing := newBuilder(t).write([]line{file("../out", "x")})
	directory := t.TempDir()
	if err := unpack(climbing, filepath.Join(directory, "new"), defaultLimits()); err == nil || !strings.Contains(err.Error(), "climbs out") {
		t.Errorf("found %v", err)
	}
	archive, _ := sample(t).oci()
	if err := os.WriteFile(filepath.Join(directory, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unpack(archive, directory, defaultLimits()); err == nil || !strings.Contains(err.Error(), "new or empty directory") {
		t.Errorf("found %v", err)
	}
}

func TestUnpackStopsAtItsLimit(t *testing.T) {
	archive, _ := sample(t).oci()
	small := defaultLimits()
	small.unpacked = 10
	if err := unpack(archive, filepath.Join(t.TempDir(), "new"), small); err == nil {
		t.Error("more was written than is allowed")
	}
}

func TestPackTakesFilesAndNothingElse(t *testing.T) {
	directory := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(directory, "link")); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"link", "missing"} {
		if err := pack(directory, filepath.Join(t.TempDir(), "archive.tar"), []string{part}); err == nil {
			t.Errorf("%s: accepted", part)
		}
	}
}
