package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/types"
	"go.yaml.in/yaml/v3"
)

// manifest is manifest.yaml: what the collection of facts is called, how old it is, and which files belong to it.
type manifest struct {
	Name       string    `yaml:"name"`
	Title      string    `yaml:"title"`
	UpdatedAt  time.Time `yaml:"updatedAt"`
	Ecosystems []string  `yaml:"ecosystems"`
}

// ecosystemFacts is one file of facts, named after its ecosystem: debian-12.yaml, pypi.yaml, npm.yaml, maven.yaml, go.yaml.
type ecosystemFacts struct {
	Ecosystem string `yaml:"ecosystem"`
	// Source is the public database that lists which versions are affected.
	Source source `yaml:"source"`
	// SeveritySource is the public database whose severity and CVSS vector are given.
	SeveritySource types.SourceID `yaml:"severitySource"`
	Advisories     []advisory     `yaml:"advisories"`
}

type source struct {
	ID   types.SourceID `yaml:"id"`
	Name string         `yaml:"name"`
	URL  string         `yaml:"url"`
}

type advisory struct {
	ID         string            `yaml:"id"`
	Aliases    []string          `yaml:"aliases"`
	Title      string            `yaml:"title"`
	Severity   string            `yaml:"severity"`
	CVSS       string            `yaml:"cvss"`
	Published  string            `yaml:"published"`
	References []string          `yaml:"references"`
	Packages   []affectedPackage `yaml:"packages"`
}

type affectedPackage struct {
	Name string `yaml:"name"`
	// Affected holds the ranges of affected versions, in the notation of the ecosystem. Not for Debian.
	Affected []string `yaml:"affected"`
	// Fixed holds the first version without the vulnerability, one per maintained line.
	Fixed []string `yaml:"fixed"`
	// Status is Debian's status of a vulnerability that has no fixed version.
	Status string `yaml:"status"`
}

var (
	identifier = regexp.MustCompile(`^(CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|GO-\d{4}-\d{4,}|DSA-\d+-\d+|DLA-\d+-\d+|PYSEC-\d{4}-\d+)$`)
	goType     = regexp.MustCompile(` not found in type main\.\w+`)
	fileName   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// readFacts reads and checks a directory of facts. Every error that can be tied to a place names file and line.
func readFacts(directory string) (manifest, []ecosystemFacts, error) {
	var about manifest
	if _, err := readStrict(filepath.Join(directory, "manifest.yaml"), &about); err != nil {
		return manifest{}, nil, err
	}
	if err := checkManifest(directory, about); err != nil {
		return manifest{}, nil, fmt.Errorf("%s: %w", filepath.Join(directory, "manifest.yaml"), err)
	}
	var all []ecosystemFacts
	for _, name := range about.Ecosystems {
		path := filepath.Join(directory, name+".yaml")
		var facts ecosystemFacts
		document, err := readStrict(path, &facts)
		if err != nil {
			return manifest{}, nil, err
		}
		if facts.Ecosystem != name {
			return manifest{}, nil, fmt.Errorf("%s: ecosystem is %q; a file is named after its ecosystem, so it must be %q", path, facts.Ecosystem, name)
		}
		if err := checkFacts(path, facts, document); err != nil {
			return manifest{}, nil, err
		}
		all = append(all, facts)
	}
	return about, all, nil
}

// readStrict decodes one YAML document; an unknown or repeated key, a second document and an alias are errors.
func readStrict(path string, into any) (*yaml.Node, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: the file is empty", path)
		}
		return nil, fmt.Errorf("%s: %s", path, withoutGoTypes(err))
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: expected one YAML document, found a second one", path)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if alias := findAlias(&document); alias != nil {
		return nil, fmt.Errorf("%s:%d: aliases are not used in facts; write the value out", path, alias.Line)
	}
	return &document, nil
}

// withoutGoTypes removes the names of this program's types from the parser's message: they mean nothing to whoever edits the file.
func withoutGoTypes(err error) string {
	return strings.ReplaceAll(goType.ReplaceAllString(err.Error(), " is not known"), "yaml: unmarshal errors:\n  ", "")
}

func findAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node
	}
	for _, child := range node.Content {
		if found := findAlias(child); found != nil {
			return found
		}
	}
	return nil
}

func checkManifest(directory string, about manifest) error {
	switch {
	case about.Name == "":
		return errors.New("name is missing")
	case about.Title == "":
		return errors.New("title is missing")
	case about.UpdatedAt.IsZero():
		return errors.New("updatedAt is missing: the time of the newest fact, as 2026-11-20T00:00:00Z")
	case len(about.Ecosystems) == 0:
		return errors.New("ecosystems is empty: name at least one file of facts, without .yaml")
	}
	listed := map[string]bool{}
	for _, name := range about.Ecosystems {
		if !fileName.MatchString(name) || listed[name] {
			return fmt.Errorf("ecosystems: %q is repeated, or is not a file name without .yaml", name)
		}
		listed[name] = true
	}
	present, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range present {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		if name != "manifest" && !listed[name] {
			return fmt.Errorf("ecosystems does not list %s.yaml, which is beside it: list it or remove it", name)
		}
	}
	return nil
}

func checkFacts(path string, facts ecosystemFacts, document *yaml.Node) error {
	rules, err := versionRulesOf(facts.Ecosystem)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if facts.Source.ID == "" || facts.Source.Name == "" || !isHTTPS(facts.Source.URL) {
		return fmt.Errorf("%s: source needs id, name and an https url", path)
	}
	if facts.SeveritySource == "" {
		return fmt.Errorf("%s: severitySource is missing: the database whose severities are given, e.g. nvd", path)
	}
	if len(facts.Advisories) == 0 {
		return fmt.Errorf("%s: advisories is empty", path)
	}
	lines := linesOf(document, "advisories")
	seen := map[string]int{}
	for i, one := range facts.Advisories {
		if first, again := seen[one.ID]; again {
			return fmt.Errorf("%s:%d: %s was given on line %d already; list its packages together", path, lines[i], one.ID, first)
		}
		seen[one.ID] = lines[i]
		if err := checkAdvisory(one, rules); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", path, lines[i], one.ID, err)
		}
	}
	return nil
}

func checkAdvisory(one advisory, rules versionRules) error {
	for _, id := range append([]string{one.ID}, one.Aliases...) {
		if !identifier.MatchString(id) {
			return fmt.Errorf("%q is not an identifier of a published advisory (CVE-2026-12345, GHSA-..., GO-..., DSA-...)", id)
		}
	}
	if strings.TrimSpace(one.Title) == "" || len(one.Title) > 160 {
		return errors.New("title is missing or longer than 160 bytes")
	}
	if !slices.Contains(types.SeverityNames, one.Severity) {
		return fmt.Errorf("severity is %q; expected one of %s", one.Severity, strings.Join(types.SeverityNames, ", "))
	}
	if one.CVSS != "" {
		score, err := scoreOf(one.CVSS)
		if err != nil {
			return err
		}
		if band := bandOf(score); band != one.Severity {
			return fmt.Errorf("severity is %s, but the CVSS vector scores %.1f, which is %s", one.Severity, score, band)
		}
	}
	if _, err := time.Parse(time.DateOnly, one.Published); err != nil {
		return fmt.Errorf("published is %q; expected a date such as 2026-11-20", one.Published)
	}
	if len(one.References) == 0 || !slices.ContainsFunc(one.References, isHTTPS) || slices.ContainsFunc(one.References, func(r string) bool { return !isHTTPS(r) }) {
		return errors.New("references needs at least one https address of the published advisory, and nothing else")
	}
	if len(one.Packages) == 0 {
		return errors.New("packages is empty: an advisory without a package can never be found")
	}
	names := map[string]bool{}
	for _, affected := range one.Packages {
		if affected.Name == "" || names[affected.Name] {
			return fmt.Errorf("package %q has no name or is listed twice", affected.Name)
		}
		names[affected.Name] = true
		if err := rules.check(affected); err != nil {
			return fmt.Errorf("package %s: %w", affected.Name, err)
		}
	}
	return nil
}

func linesOf(document *yaml.Node, key string) []int {
	var lines []int
	root := document.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == key {
			for _, item := range root.Content[i+1].Content {
				lines = append(lines, item.Line)
			}
		}
	}
	return lines
}

func isHTTPS(address string) bool {
	return strings.HasPrefix(address, "https://") && !strings.ContainsAny(address, " \t\n")
}
