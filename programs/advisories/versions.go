package main

import (
	"errors"
	"fmt"
	"strings"

	npm "github.com/aquasecurity/go-npm-version/pkg"
	pep440 "github.com/aquasecurity/go-pep440-version"
	generic "github.com/aquasecurity/go-version/pkg/version"
	"github.com/aquasecurity/trivy-db/pkg/ecosystem"
	"github.com/aquasecurity/trivy-db/pkg/types"
	"github.com/aquasecurity/trivy-db/pkg/vulnsrc/vulnerability"
	debian "github.com/knqyf263/go-deb-version"
	maven "github.com/masahiro331/go-mvn-version"
)

// versionRules are the version notation of an ecosystem and the names that Trivy uses for it.
// Ranges are read with the libraries that Trivy itself compares with, so that what passes here also matches there.
type versionRules struct {
	bucket func(source) string
	check  func(affectedPackage) error
}

func versionRulesOf(name string) (versionRules, error) {
	switch {
	case name == "pypi":
		return language(ecosystem.Pip, func(version, affected string) (bool, error) {
			v, err := pep440.Parse(version)
			if err != nil {
				return false, err
			}
			c, err := pep440.NewSpecifiers(affected, pep440.WithPreRelease(true))
			return err == nil && c.Check(v), err
		}), nil
	case name == "npm":
		return language(ecosystem.Npm, func(version, affected string) (bool, error) {
			v, err := npm.NewVersion(version)
			if err != nil {
				return false, err
			}
			c, err := npm.NewConstraints(affected, npm.WithPreRelease(true))
			return err == nil && c.Check(v), err
		}), nil
	case name == "go":
		return language(ecosystem.Go, func(version, affected string) (bool, error) {
			v, err := generic.Parse(version)
			if err != nil {
				return false, err
			}
			c, err := generic.NewConstraints(affected)
			return err == nil && c.Check(v), err
		}), nil
	case name == "maven":
		return language(ecosystem.Maven, func(version, affected string) (bool, error) {
			v, err := maven.NewVersion(version)
			if err != nil {
				return false, err
			}
			c, err := maven.NewComparer(affected)
			return err == nil && c.Check(v), err
		}), nil
	case strings.HasPrefix(name, "debian-"):
		return versionRules{
			bucket: func(source) string { return strings.Replace(name, "-", " ", 1) },
			check:  checkDebian,
		}, nil
	}
	return versionRules{}, fmt.Errorf("ecosystem %q is not known; known are debian-<release>, pypi, npm, maven and go", name)
}

func language(kind ecosystem.Type, matches func(version, affected string) (bool, error)) versionRules {
	return versionRules{
		bucket: func(from source) string { return kind.String() + "::" + from.Name },
		check: func(one affectedPackage) error {
			if normal := vulnerability.NormalizePkgName(kind, one.Name); normal != one.Name {
				return fmt.Errorf("is compared under the name %q; write that", normal)
			}
			if one.Status != "" {
				return errors.New("status is Debian's word; leave it out")
			}
			if len(one.Affected) == 0 {
				return errors.New("affected is empty: give the range of affected versions")
			}
			for _, affected := range one.Affected {
				if _, err := matches("0.0.1", affected); affected == "" || err != nil {
					return fmt.Errorf("affected %q is not a range of versions: %v", affected, err)
				}
			}
			for _, fixed := range one.Fixed {
				inside, err := matches(fixed, strings.Join(one.Affected, " || "))
				if fixed == "" || err != nil {
					return fmt.Errorf("fixed %q is not a version: %v", fixed, err)
				}
				if inside {
					return fmt.Errorf("fixed version %s is in the affected range", fixed)
				}
			}
			return nil
		},
	}
}

func checkDebian(one affectedPackage) error {
	if len(one.Affected) != 0 {
		return errors.New("affected is not used for Debian, where every version below the fixed one is affected; leave it out")
	}
	if (len(one.Fixed) == 1) == (one.Status != "") {
		return errors.New("give either one fixed version or a status")
	}
	if one.Status != "" {
		switch status := types.NewStatus(one.Status); status {
		case types.StatusAffected, types.StatusWillNotFix, types.StatusFixDeferred, types.StatusEndOfLife, types.StatusUnderInvestigation:
			return nil
		default:
			return fmt.Errorf("status is %q; expected affected, will_not_fix, fix_deferred, end_of_life or under_investigation", one.Status)
		}
	}
	if _, err := debian.NewVersion(one.Fixed[0]); err != nil {
		return fmt.Errorf("fixed %q is not a Debian version: %w", one.Fixed[0], err)
	}
	return nil
}
