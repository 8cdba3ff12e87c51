package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// oneImage reads a layout with the library, and what its index says of the one image in it.
func oneImage(t *testing.T, directory string) (v1.ImageIndex, v1.Descriptor) {
	t.Helper()
	index, err := layout.ImageIndexFromPath(directory)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("wanted one image, got %v, %v", manifest, err)
	}
	return index, manifest.Manifests[0]
}

func TestExtractsALayoutWithTheSameDigest(t *testing.T) {
	oci, digest := sample(t).oci()
	docker := sample(t).docker()
	for _, archive := range []string{oci, docker} {
		directory := filepath.Join(t.TempDir(), "new")
		if _, err := extract([]string{archive}, directory, defaultLimits()); err != nil {
			t.Fatal(err)
		}
		index, named := oneImage(t, directory)
		if err := validate.Index(index); err != nil {
			t.Error(err)
		}
		wanted := digest.String()
		if archive == docker {
			wanted = inspected(t, docker).Digest
		}
		if found := named.Digest.String(); found != wanted {
			t.Errorf("wanted %s, got %s", wanted, found)
		}
	}
}

func TestExtractWritesTheVeryBytes(t *testing.T) {
	b := sample(t)
	archive, _ := b.oci()
	directory := t.TempDir()
	if _, err := extract([]string{archive}, directory, defaultLimits()); err != nil {
		t.Fatal(err)
	}
	for name, wanted := range b.blobs {
		found, err := os.ReadFile(filepath.Join(directory, name))
		if err != nil || !bytes.Equal(found, wanted) {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}

func TestExtractNeverWritesOverAnything(t *testing.T) {
	archive, _ := sample(t).oci()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := extract([]string{archive}, directory, defaultLimits()); err == nil || !strings.Contains(err.Error(), "empty directory") {
		t.Errorf("got %v", err)
	}
}

func TestExtractLeavesNothingOfADamagedImage(t *testing.T) {
	b := simple(t)
	name := blobPath(b.manifest.Layers[0].Digest)
	archive := b.editing(func(lines []line) []line {
		changed := []byte(lines[entryIndex(lines, name)].body)
		changed[len(changed)-1] ^= 1
		lines[entryIndex(lines, name)].body = string(changed)
		return lines
	}).ociName()
	directory := t.TempDir()
	if _, err := extract([]string{archive}, directory, defaultLimits()); err == nil || !strings.Contains(err.Error(), "found bytes with digest") {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(directory); len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
}

func TestExtractsSeveralPlatformsUnderOneIndex(t *testing.T) {
	amd, amdDigest := sample(t).oci()
	other := sample(t)
	other.config.Architecture = "arm64"
	arm, armDigest := other.oci()
	directory := t.TempDir()
	found, err := extract([]string{amd, arm}, directory, defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(directory)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	digest, err := index.Digest()
	if err != nil || found.Digest != digest.String() || !found.Index || !slices.Equal(found.Manifests, []string{amdDigest.String(), armDigest.String()}) {
		t.Errorf("wanted %s over both, got %+v, %v", digest, found, err)
	}
}

func TestExtractRefusesTwoImagesForOnePlatform(t *testing.T) {
	one, _ := sample(t).oci()
	other, _ := simple(t).oci()
	for _, archives := range [][]string{{one, one}, {one, other}} {
		directory := t.TempDir()
		if _, err := extract(archives, directory, defaultLimits()); err == nil {
			t.Errorf("%v: wanted an error", archives)
		}
		if entries, _ := os.ReadDir(directory); len(entries) != 0 {
			t.Errorf("left %v", entries)
		}
	}
}

func TestWritesTheConfigurationToAFileOnly(t *testing.T) {
	b := sample(t)
	archive, _ := b.oci()
	target := filepath.Join(t.TempDir(), "config.json")
	var stdout, stderr bytes.Buffer
	if code := run([]string{"config", archive, target}, &stdout, &stderr); code != 0 || stdout.Len()+stderr.Len() != 0 {
		t.Fatalf("got %d, %q, %q", code, stdout.String(), stderr.String())
	}
	written, err := os.ReadFile(target)
	if err != nil || !bytes.Equal(written, b.blobs[blobPath(b.manifest.Config.Digest)]) {
		t.Errorf("the bytes differ: %v", err)
	}
	if code := run([]string{"config", archive, target}, &stdout, &stderr); code != 1 {
		t.Error("wanted an existing file to be refused")
	}
}
