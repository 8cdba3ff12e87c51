package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodManifest = `name: test
title: Facts of a test
updatedAt: 2026-11-20T00:00:00Z
ecosystems: [pypi, debian-12]
`

const pypiFacts = `ecosystem: pypi
source: {id: ghsa, name: GitHub Security Advisory Pip, url: https://github.com/advisories}
severitySource: ghsa
advisories:
  - id: CVE-2026-10001
    aliases: [GHSA-2222-3333-4444]
    title: first
    severity: HIGH
    cvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N
    published: 2026-10-01
    references: [https://example.test/1]
    packages:
      - name: flask
        affected: ["<2.3.2"]
        fixed: [2.3.2]
`

const debianFacts = `ecosystem: debian-12
source: {id: debian, name: Debian Security Tracker, url: https://security-tracker.debian.org}
severitySource: nvd
advisories:
  - id: CVE-2026-10002
    title: second
    severity: LOW
    published: 2026-10-02
    references: [https://example.test/2]
    packages:
      - name: openssl
        fixed: [3.0.11-1~deb12u2]
      - name: zlib
        status: will_not_fix
`

// factsIn writes a directory of facts in which one text of one file is replaced. The text has to be there.
func factsIn(t *testing.T, file, before, after string) string {
	t.Helper()
	directory := t.TempDir()
	found := before == ""
	for name, text := range map[string]string{"manifest.yaml": goodManifest, "pypi.yaml": pypiFacts, "debian-12.yaml": debianFacts} {
		if name == file && before != "" {
			found = strings.Contains(text, before)
			text = strings.Replace(text, before, after, 1)
		}
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !found {
		t.Fatalf("%s does not hold %q", file, before)
	}
	return directory
}

func ran(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func compiled(t *testing.T, facts string) (output string, summary databaseSummary) {
	t.Helper()
	output = t.TempDir()
	code, stdout, stderr := ran("compile", facts, output)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil {
		t.Fatal(err)
	}
	return output, summary
}

func TestFactsThatAreNotWhatTheyShouldBeAreRefusedWithTheirPlace(t *testing.T) {
	for name, one := range map[string]struct{ file, before, after, said string }{
		"an unknown key":                {"pypi.yaml", "    title:", "    titel:", `field titel is not known`},
		"a key twice":                   {"pypi.yaml", "    severity: HIGH\n", "    severity: HIGH\n    severity: LOW\n", "already defined"},
		"a second document":             {"pypi.yaml", "ecosystem: pypi\n", "ecosystem: pypi\n---\necosystem: pypi\n", "second one"},
		"an alias":                      {"pypi.yaml", "[GHSA-2222-3333-4444]", "[&a GHSA-2222-3333-4444, *a]", "pypi.yaml:6: aliases are not used"},
		"another ecosystem's file":      {"pypi.yaml", "ecosystem: pypi", "ecosystem: npm", `it must be "pypi"`},
		"an unknown ecosystem":          {"manifest.yaml", "[pypi, debian-12]", "[pypi, debian-12, cobol]", "cobol.yaml"},
		"a file that is not listed":     {"manifest.yaml", "[pypi, debian-12]", "[pypi]", "does not list debian-12.yaml"},
		"no age":                        {"manifest.yaml", "updatedAt: 2026-11-20T00:00:00Z\n", "", "updatedAt is missing"},
		"a path as a file name":         {"manifest.yaml", "debian-12]", "../debian-12]", "is not a file name"},
		"an invented identifier":        {"pypi.yaml", "CVE-2026-10001", "ABC-1", "pypi.yaml:5: ABC-1"},
		"an invented alias":             {"pypi.yaml", "GHSA-2222-3333-4444", "GHSA-0000-1111-aeio", "not an identifier"},
		"a severity beside its vector":  {"pypi.yaml", "severity: HIGH", "severity: LOW", "scores 7.5, which is HIGH"},
		"a severity in small letters":   {"debian-12.yaml", "severity: LOW", "severity: low", `severity is "low"`},
		"a vector of another version":   {"pypi.yaml", "CVSS:3.1/", "CVSS:2.0/", "is not a CVSS vector"},
		"an address without encryption": {"pypi.yaml", "[https://example.test/1]", "[http://example.test/1]", "https address"},
		"no packages":                   {"debian-12.yaml", "    packages:\n      - name: openssl\n        fixed: [3.0.11-1~deb12u2]\n      - name: zlib\n        status: will_not_fix\n", "    packages: []\n", "packages is empty"},
		"a package twice":               {"debian-12.yaml", "name: zlib", "name: openssl", "listed twice"},
		"a date that is not":            {"pypi.yaml", "2026-10-01", "2026-02-30", "expected a date"},
		"a fix that is affected":        {"pypi.yaml", "fixed: [2.3.2]", "fixed: [2.3.1]", "is in the affected range"},
		"a range that is not":           {"pypi.yaml", `"<2.3.2"`, `"below 2"`, "is not a range"},
		"a range that is empty":         {"pypi.yaml", `"<2.3.2"`, `""`, "is not a range"},
		"a name that is not compared":   {"pypi.yaml", "name: flask", "name: Flask", `"flask"`},
		"Debian with a range":           {"debian-12.yaml", "        fixed: [3.0.11", "        affected: [\"<3\"]\n        fixed: [3.0.11", "not used for Debian"},
		"Debian with fix and status":    {"debian-12.yaml", "status: will_not_fix", "status: will_not_fix\n        fixed: [1.0]", "either one fixed version or a status"},
		"Debian with neither":           {"debian-12.yaml", "        status: will_not_fix\n", "", "either one fixed version or a status"},
		"a status that is not known":    {"debian-12.yaml", "will_not_fix", "fixed", `status is "fixed"`},
		"a version that is not":         {"debian-12.yaml", "3.0.11-1~deb12u2", "deb", "is not a Debian version"},
		"a file twice":                  {"manifest.yaml", "[pypi, debian-12]", "[pypi, debian-12, pypi]", `"pypi" is repeated`},
		"two severities of one source":  {"debian-12.yaml", "severitySource: nvd\nadvisories:\n  - id: CVE-2026-10002", "severitySource: ghsa\nadvisories:\n  - id: CVE-2026-10001", "HIGH and LOW"},
	} {
		t.Run(name, func(t *testing.T) {
			output := t.TempDir()
			code, stdout, stderr := ran("compile", factsIn(t, one.file, one.before, one.after), output)
			if code != 1 || stdout != "" || !strings.HasPrefix(stderr, "advisories: ") || !strings.Contains(stderr, one.said) {
				t.Errorf("exit code %d, %q, %q; expected 1 and %q", code, stdout, stderr, one.said)
			}
			if left, err := os.ReadDir(output); err != nil || len(left) != 0 {
				t.Errorf("refused facts left %v, %v", left, err)
			}
		})
	}
}

func TestSeveritiesHaveTheBandOfTheirScore(t *testing.T) {
	for vector, wanted := range map[string]struct {
		score float64
		band  string
	}{
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H":                    {10, "CRITICAL"},
		"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H":                    {9.8, "CRITICAL"},
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N":                    {7.5, "HIGH"},
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N":                    {6.1, "MEDIUM"},
		"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N":                    {2.5, "LOW"},
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N":                    {0, "UNKNOWN"},
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": {9.3, "CRITICAL"},
	} {
		if score, err := scoreOf(vector); err != nil || score != wanted.score || bandOf(score) != wanted.band {
			t.Errorf("%s: %v %s %v", vector, score, bandOf(score), err)
		}
	}
	for _, vector := range []string{"", "CVSS:3.1/", "CVSS:3.1/AV:N", "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"} {
		if score, err := scoreOf(vector); err == nil {
			t.Errorf("%q scored %v", vector, score)
		}
	}
}
