package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func condensed(t *testing.T, report string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	buffered := bufio.NewWriter(&out)
	err := condenseJSON(strings.NewReader(report), buffered)
	if flushed := buffered.Flush(); flushed != nil {
		t.Fatal(flushed)
	}
	return out.String(), err
}

func TestCondenseKeepsWhatIsReadAndLeavesOutTheRest(t *testing.T) {
	got, err := condensed(t, `{
  "SchemaVersion": 2, "ArtifactType": "container_image",
  "Trivy": {"Version": "0.72.0"},
  "Metadata": {"OS": {"Family": "debian", "EOSL": true}, "ImageID": "sha256:1",
    "ImageConfig": {"architecture": "arm", "os": "linux", "variant": "v7", "config": {"Env": ["TOKEN=canary"]}, "whatever comes": "canary"}},
  "Results": [
    {"Target": "a", "Class": "os-pkgs", "Packages": [{"Name": "n", "Epoch": 1, "InstalledFiles": ["/a", "/b"], "Description": "kept: not a vulnerability", "Layer": {"DiffID": "sha256:2"}}],
     "Vulnerabilities": [{"VulnerabilityID": "CVE-1", "Description": "long", "References": [["x"], {"y": []}], "Title": "t <b> & \"q\" \u2028 \ud83d\ude00", "CVSS": {}}, {"Description": "only"}], "Licenses": [1]},
    null, {"Vulnerabilities": null, "Score": 12345678901234567890.5e-3}
  ]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "SchemaVersion": 2, "ArtifactType": "container_image",
  "Trivy": {"Version": "0.72.0"},
  "Metadata": {"OS": {"Family": "debian", "EOSL": true}, "ImageID": "sha256:1", "ImageConfig": {"architecture": "arm", "os": "linux", "variant": "v7"}},
  "Results": [
    {"Target": "a", "Class": "os-pkgs", "Packages": [{"Name": "n", "Epoch": 1, "Description": "kept: not a vulnerability", "Layer": {"DiffID": "sha256:2"}}],
     "Vulnerabilities": [{"VulnerabilityID": "CVE-1", "Title": "t <b> & \"q\" \u2028 \ud83d\ude00"}, {}]},
    null, {"Vulnerabilities": null, "Score": 12345678901234567890.5e-3}
  ]}`
	if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
		t.Errorf("got %s", got)
	}
	if !strings.Contains(got, "12345678901234567890.5e-3") {
		t.Error("a number was rewritten")
	}
}

func TestCondenseLeavesAmbiguousKeysToWhoeverReadsThem(t *testing.T) {
	report := `{"Results":[{"Vulnerabilities":[{"VulnerabilityID":"CVE-1"}],"Vulnerabilities":[]}]}`
	if got, err := condensed(t, report); err != nil || strings.TrimSpace(got) != report {
		t.Errorf("got %s, %v", got, err)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}

func TestCondenseRefusesWhatIsNotOneWholeReport(t *testing.T) {
	whole := `{"Results":[{"Vulnerabilities":[{"Description":"x","Title":"y"}]}]}`
	for end := range len(whole) {
		if got, err := condensed(t, whole[:end]); err == nil {
			t.Errorf("a report cut off after %d bytes gave %s", end, got)
		}
	}
	for name, report := range map[string]string{
		"nothing": "", "white space": " \n", "no JSON": "trivy: fatal", "two reports": whole + whole, "something behind": whole + "x",
		"a missing comma": `{"a":1 "b":2}`, "a key that is none": `{1:2}`, "the wrong end": `{"Results":[}`,
		"endless nesting": strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
	} {
		if got, err := condensed(t, report); err == nil {
			t.Errorf("%s gave %s", name, got)
		}
	}
}

func TestCondenseLeavesNoFileBehindAReportThatItRefuses(t *testing.T) {
	directory := t.TempDir()
	report, output := filepath.Join(directory, "report.json"), filepath.Join(directory, "condensed.json")
	if err := os.WriteFile(report, []byte(`{"Results":[`), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run([]string{"condense", report, output}, &bytes.Buffer{}, &stderr); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(stderr.String(), "unexpected EOF") {
		t.Error(stderr.String())
	}
	if _, err := os.Stat(output); !os.IsNotExist(err) {
		t.Errorf("the output is there: %v", err)
	}
}

func TestCondenseNeedsNoMoreMemoryForALongReport(t *testing.T) {
	directory := t.TempDir()
	report, output := filepath.Join(directory, "report.json"), filepath.Join(directory, "condensed.json")
	file, err := os.Create(report)
	if err != nil {
		t.Fatal(err)
	}
	buffered := bufio.NewWriter(file)
	fmt.Fprint(buffered, `{"Results":[{"Vulnerabilities":[`)
	description := strings.Repeat("something is wrong. ", 150)
	for index := range 20_000 {
		if index > 0 {
			fmt.Fprint(buffered, ",")
		}
		fmt.Fprintf(buffered, `{"VulnerabilityID":"CVE-2026-%d","Description":%q}`, index, description)
	}
	fmt.Fprint(buffered, "]}]}")
	if err := buffered.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := condense(report, output); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 32<<20 {
		t.Errorf("the heap grew by %d bytes for a report of 60 MB", grown)
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	if count := bytes.Count(text, []byte(`"VulnerabilityID"`)); count != 20_000 || len(text) > 2_000_000 {
		t.Errorf("%d findings in %d bytes", count, len(text))
	}
}
