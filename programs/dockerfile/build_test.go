package main

import (
	"archive/tar"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

const amd64, arm64 = "linux/amd64", "linux/arm64"

// asked makes a request as the stages make it.
func asked(t *testing.T, change func(*request)) request {
	t.Helper()
	wanted := request{Platforms: []string{amd64}, CacheScope: "trusted", ObeyChecks: true}
	if change != nil {
		change(&wanted)
	}
	text, err := json.Marshal(wanted)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := readRequest(file)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func read(t *testing.T, text string, change func(*request)) reading {
	t.Helper()
	report, err := reportReading([]byte(text), asked(t, change))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// prepareOn prepares a Dockerfile on bases that are pinned to one digest each; configuration is that of all of them.
func prepareOn(t *testing.T, text string, configuration map[string]any, change func(*request)) preparationReport {
	t.Helper()
	archive := imageArchive(t, configuration)
	reading := read(t, text, change)
	if len(reading.Refusals) > 0 {
		t.Fatalf("the Dockerfile is refused before: %s", reading.Refusals[0].Found)
	}
	report, err := reportPreparation([]byte(text), asked(t, func(wanted *request) {
		if change != nil {
			change(wanted)
		}
		for _, platform := range reading.Platforms {
			for _, image := range platform.Images {
				if image.Reference != "scratch" {
					wanted.Bases = append(wanted.Bases, base{Reference: image.Asked, Platform: image.Platform, BuildOn: image.Reference + "@" + pin, Archive: archive})
				}
			}
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

const pin = "sha256:" + "1111111111111111111111111111111111111111111111111111111111111111"

func prepareText(t *testing.T, text string, change func(*request)) string {
	t.Helper()
	report := prepareOn(t, text, nil, change)
	if len(report.Refusals) > 0 {
		t.Fatalf("refused: %s", report.Refusals[0].Error())
	}
	return report.Dockerfiles[0].Text
}

// imageArchive writes an OCI archive with a configuration and no layers, as the stages make it of a base.
func imageArchive(t *testing.T, configuration map[string]any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "base.tar")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	writer := tar.NewWriter(file)
	add := func(name string, document any) ocispecs.Descriptor {
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		sum := digest.FromBytes(text)
		if name == "" {
			name = "blobs/sha256/" + sum.Encoded()
		}
		if err := writer.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write(text); err != nil {
			t.Fatal(err)
		}
		return ocispecs.Descriptor{Digest: sum, Size: int64(len(text))}
	}
	config := add("", map[string]any{"os": "linux", "architecture": "amd64", "config": configuration, "rootfs": map[string]any{"type": "layers", "diff_ids": []string{}}})
	manifest := add("", ocispecs.Manifest{Config: config})
	add("index.json", ocispecs.Index{Manifests: []ocispecs.Descriptor{manifest}})
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func images(report reading, platform int) []string {
	var found []string
	for _, image := range report.Platforms[platform].Images {
		found = append(found, image.Asked)
	}
	return found
}

func wantEqual(t *testing.T, what string, found, wanted []string) {
	t.Helper()
	if !slices.Equal(found, wanted) {
		t.Errorf("%s: expected %q, found %q", what, wanted, found)
	}
}

// wantRefusal expects one refusal on a line, whose text contains the given words.
func wantRefusal(t *testing.T, refusals []*refusal, line int, words string) {
	t.Helper()
	for _, one := range refusals {
		if one.Line == line && strings.Contains(one.Found, words) {
			if one.Remedy == "" {
				t.Errorf("line %d: %s has no remedy", line, one.Found)
			}
			return
		}
	}
	var found []string
	for _, one := range refusals {
		found = append(found, one.Error())
	}
	t.Errorf("expected a refusal of line %d with %q, found %q", line, words, found)
}

func build(t *testing.T, program string) {
	t.Helper()
	if output, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the program does not compile: %s", output)
	}
}

func runProgram(t *testing.T, program, command, text string) []byte {
	t.Helper()
	directory := t.TempDir()
	request, file := filepath.Join(directory, "request.json"), filepath.Join(directory, "Dockerfile")
	for path, content := range map[string]string{request: `{"platforms":["linux/amd64"]}`, file: text} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	complaint := &strings.Builder{}
	run := exec.Command(program, command, request, file)
	run.Stderr = complaint
	output, err := run.Output()
	if err != nil {
		t.Fatalf("the program failed: %s %s %s", err, output, complaint)
	}
	return output
}
