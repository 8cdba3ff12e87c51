package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestAssignsAPlatformAndChangesNothingElse(t *testing.T) {
	archive, digest := sample(t).oci()
	directory := filepath.Join(t.TempDir(), "new")
	written, err := assign(archive, "linux/arm64/v8", directory, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	index, named := oneImage(t, directory)
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	if named.Digest == digest || named.Digest.String() != written.Digest || named.Platform.String() != "linux/arm64/v8" {
		t.Errorf("got %v, said %v", named, written)
	}
	image, err := index.Image(named.Digest)
	if err != nil {
		t.Fatal(err)
	}
	found, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	opened, before, err := openImage(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.close()
	before.config.OS, before.config.Architecture, before.config.Variant = "linux", "arm64", "v8"
	if !reflect.DeepEqual(found, before.config) {
		t.Errorf("wanted %v, got %v", before.config, found)
	}
}

func TestAssignsNothingButAPlatform(t *testing.T) {
	archive, _ := sample(t).oci()
	for _, wrong := range []string{"", "linux", "/arm64", "a/b/c/d"} {
		if _, err := assign(archive, wrong, t.TempDir(), defaultLimits()); err == nil || !strings.Contains(err.Error(), "OS/ARCHITECTURE") {
			t.Errorf("%q: got %v", wrong, err)
		}
	}
}
