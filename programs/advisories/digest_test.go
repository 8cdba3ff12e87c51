package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestACompiledDatabaseSaysWhatItHolds(t *testing.T) {
	output, summary := compiled(t, factsIn(t, "", "", ""))
	if summary.Name != "test" || !summary.UpdatedAt.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) || summary.SchemaVersion != 2 {
		t.Errorf("%+v", summary)
	}
	// openssl and zlib share an identifier: advisories are pairs.
	if summary.Ecosystems["pip"] != 1 || summary.Ecosystems["debian 12"] != 2 || len(summary.Ecosystems) != 2 {
		t.Errorf("%v", summary.Ecosystems)
	}
	for _, given := range []string{output, filepath.Join(output, "db")} {
		if read, err := digest(given); err != nil || read.Digest != summary.Digest {
			t.Errorf("%s: %v, %v; expected %s", given, read.Digest, err, summary.Digest)
		}
	}
}

func TestTheDigestIsOfTheContent(t *testing.T) {
	_, first := compiled(t, factsIn(t, "", "", ""))
	_, again := compiled(t, factsIn(t, "", "", ""))
	if first.Digest != again.Digest {
		t.Errorf("the same facts gave %s and %s", first.Digest, again.Digest)
	}
	for name, one := range map[string]struct{ file, before, after string }{
		"a fixed version":    {"debian-12.yaml", "deb12u2", "deb12u3"},
		"a range":            {"pypi.yaml", "<2.3.2", "<2.3.1"},
		"a package":          {"pypi.yaml", "flask", "flask-login"},
		"a severity":         {"debian-12.yaml", "severity: LOW", "severity: MEDIUM"},
		"a status":           {"debian-12.yaml", "will_not_fix", "end_of_life"},
		"the name":           {"manifest.yaml", "name: test", "name: other"},
		"an alias":           {"pypi.yaml", "GHSA-2222-3333-4444", "GHSA-2222-3333-5555"},
		"a date of an entry": {"pypi.yaml", "2026-10-01", "2026-10-03"},
	} {
		if _, other := compiled(t, factsIn(t, one.file, one.before, one.after)); other.Digest == first.Digest {
			t.Errorf("%s changed and the digest did not", name)
		}
	}
}

func TestADatabaseThatCannotBeReadWholeIsAnError(t *testing.T) {
	for name, one := range map[string]struct {
		damage func(t *testing.T, directory string)
		said   string
	}{
		"none": {func(t *testing.T, directory string) { remove(t, directory, "trivy.db") }, "no vulnerability database"},
		"no age": {func(t *testing.T, directory string) { remove(t, directory, "metadata.json") },
			"age of the database is unknown"},
		"an age of nothing": {func(t *testing.T, directory string) { replace(t, directory, "metadata.json", "{}") },
			"age of the database is unknown"},
		"empty":          {func(t *testing.T, directory string) { replace(t, directory, "trivy.db", "") }, "is empty"},
		"another format": {func(t *testing.T, directory string) { replace(t, directory, "trivy.db", strings.Repeat("x", 70_000)) }, "trivy.db"},
		"cut off": {func(t *testing.T, directory string) {
			if err := os.Truncate(filepath.Join(directory, "trivy.db"), 20_000); err != nil {
				t.Fatal(err)
			}
		}, "trivy.db"},
	} {
		t.Run(name, func(t *testing.T) {
			output, _ := compiled(t, factsIn(t, "", "", ""))
			directory := filepath.Join(output, "db")
			if err := os.Chmod(filepath.Join(directory, "trivy.db"), 0o600); err != nil {
				t.Fatal(err)
			}
			one.damage(t, directory)
			if code, stdout, stderr := ran("digest", output); code != 1 || stdout != "" || !strings.Contains(stderr, one.said) {
				t.Errorf("exit code %d, %q, %q; expected 1 and %q", code, stdout, stderr, one.said)
			}
		})
	}
}

func TestAnotherUseIsAnswered(t *testing.T) {
	for _, args := range [][]string{{}, {"compile"}, {"compile", "a"}, {"digest"}, {"digest", "a", "b"}, {"help"}} {
		if code, stdout, stderr := ran(args...); code != 2 || stdout != "" || stderr != usage {
			t.Errorf("%v: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

func remove(t *testing.T, directory, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(directory, name)); err != nil {
		t.Fatal(err)
	}
}

func replace(t *testing.T, directory, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
