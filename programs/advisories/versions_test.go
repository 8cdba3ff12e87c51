package main

import (
	"strings"
	"testing"
)

func TestRangesAndVersionsAreReadAsTheirEcosystemWritesThem(t *testing.T) {
	for _, one := range []struct{ ecosystem, name, affected, fixed, said string }{
		{"pypi", "flask", ">=2.0,<2.3.2", "2.3.2", ""},
		{"pypi", "flask", "<2.3.2", "2.3.2rc1", "is in the affected range"},
		{"npm", "@scope/name", ">=1.0.0 <1.2.3", "1.2.3", ""},
		{"npm", "left-pad", "<1.2.3", "1.2.3-beta.1", "is in the affected range"},
		{"npm", "left-pad", "", "1.2.3", "is not a range"},
		{"npm", "left-pad", "<1.2.3", "one", "is not a version"},
		{"go", "go.example.com/some/module", ">=1.0.0, <1.2.3", "1.2.3", ""},
		{"go", "go.example.com/some/module", "", "1.2.3", "is not a range"},
		{"go", "go.example.com/some/module", "<1.2.3", "", "is not a version"},
		{"maven", "org.some:library", "[1.0,1.2.3)", "1.2.3", ""},
		{"maven", "org.some:library", "[1.0,1.2.3]", "1.2.3", "is in the affected range"},
		{"maven", "org.some:library", "", "1.2.3", "is not a range"},
	} {
		rules, err := versionRulesOf(one.ecosystem)
		if err != nil {
			t.Fatal(err)
		}
		err = rules.check(affectedPackage{Name: one.name, Affected: []string{one.affected}, Fixed: []string{one.fixed}})
		if one.said == "" && err != nil || one.said != "" && (err == nil || !strings.Contains(err.Error(), one.said)) {
			t.Errorf("%s %q, fixed in %q: %v; expected %q", one.ecosystem, one.affected, one.fixed, err, one.said)
		}
	}
}

func TestAFixIsComparedWithEveryRange(t *testing.T) {
	for _, ecosystem := range []string{"pypi", "npm", "go"} {
		rules, err := versionRulesOf(ecosystem)
		if err != nil {
			t.Fatal(err)
		}
		for _, fixed := range []string{"1.5.0", "2.5.0"} {
			one := affectedPackage{Name: "some", Affected: []string{"<1.9.0", ">=2.0.0,<2.9.0"}, Fixed: []string{fixed}}
			if ecosystem == "npm" {
				one.Affected[1] = ">=2.0.0 <2.9.0"
			}
			if err := rules.check(one); err == nil || !strings.Contains(err.Error(), "is in the affected range") {
				t.Errorf("%s: %s: %v", ecosystem, fixed, err)
			}
		}
	}
}

func TestAnEcosystemHasTheNameThatTrivyLooksItUpBy(t *testing.T) {
	from := source{Name: "Some Source"}
	for name, wanted := range map[string]string{
		"pypi": "pip::Some Source", "npm": "npm::Some Source", "go": "go::Some Source", "maven": "maven::Some Source", "debian-12": "debian 12",
	} {
		if rules, err := versionRulesOf(name); err != nil || rules.bucket(from) != wanted {
			t.Errorf("%s: %v; expected %q", name, err, wanted)
		}
	}
	for _, name := range []string{"", "PyPI", "debian", "rubygems"} {
		if _, err := versionRulesOf(name); err == nil {
			t.Errorf("%q is an ecosystem", name)
		}
	}
}
