package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/db"
	"github.com/aquasecurity/trivy-db/pkg/metadata"
	"github.com/aquasecurity/trivy-db/pkg/types"
	bolt "go.etcd.io/bbolt"
)

// compile reads facts and writes them as output/db. The database appears there by a rename, complete or not at all.
func compile(facts, output string) (err error) {
	about, all, err := readFacts(facts)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(output, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(output, ".db-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	if err := write(work, about, all); err != nil {
		return err
	}
	// The next update is a day later because that is the promise of the daily databases; it is never fetched.
	if err := metadata.NewClient(work).Update(metadata.Metadata{
		Version:      db.SchemaVersion,
		UpdatedAt:    about.UpdatedAt.UTC(),
		NextUpdate:   about.UpdatedAt.UTC().Add(24 * time.Hour),
		DownloadedAt: about.UpdatedAt.UTC(),
	}); err != nil {
		return err
	}
	if err := readable(work); err != nil {
		return err
	}
	target := filepath.Join(output, "db")
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	return os.Rename(work, target)
}

func write(directory string, about manifest, all []ecosystemFacts) (err error) {
	if err := db.Init(directory); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store := db.Config{}
	return store.BatchUpdate(func(tx *bolt.Tx) error {
		own, err := tx.CreateBucketIfNotExists([]byte(aboutBucket))
		if err != nil {
			return err
		}
		if err := errors.Join(own.Put([]byte("name"), []byte(about.Name)), own.Put([]byte("title"), []byte(about.Title))); err != nil {
			return err
		}
		details := map[string]types.Vulnerability{}
		for _, facts := range all {
			rules, err := versionRulesOf(facts.Ecosystem)
			if err != nil {
				return err
			}
			bucket := rules.bucket(facts.Source)
			if err := store.PutDataSource(tx, bucket, types.DataSource{ID: facts.Source.ID, Name: facts.Source.Name, URL: facts.Source.URL}); err != nil {
				return err
			}
			for _, one := range facts.Advisories {
				for _, affected := range one.Packages {
					if err := store.PutAdvisory(tx, []string{bucket, affected.Name}, one.ID, entryOf(facts.Ecosystem, one, affected)); err != nil {
						return err
					}
				}
				detail, err := merge(details[one.ID], facts.SeveritySource, one)
				if err != nil {
					return err
				}
				details[one.ID] = detail
			}
		}
		for id, detail := range details {
			if err := store.PutVulnerability(tx, id, detail); err != nil {
				return err
			}
		}
		return nil
	})
}

func entryOf(name string, one advisory, affected affectedPackage) *types.Advisory {
	entry := &types.Advisory{VendorIDs: one.Aliases}
	switch {
	case !strings.HasPrefix(name, "debian-"):
		entry.VulnerableVersions = affected.Affected
		entry.PatchedVersions = affected.Fixed
	case affected.Status != "":
		entry.Status = types.NewStatus(affected.Status)
	default:
		entry.FixedVersion = affected.Fixed[0]
	}
	return entry
}

// merge adds what one file says about a vulnerability to what earlier files said: the first title stays, severities are kept
// by their source, and the highest is the one for readers that do not ask for a source.
func merge(known types.Vulnerability, from types.SourceID, one advisory) (types.Vulnerability, error) {
	severity, err := types.NewSeverity(one.Severity)
	if err != nil {
		return known, err
	}
	published, err := time.Parse(time.DateOnly, one.Published)
	if err != nil {
		return known, err
	}
	if known.Title == "" {
		known.Title = one.Title
		known.PublishedDate = &published
		known.Severity = one.Severity
		known.VendorSeverity = types.VendorSeverity{}
		known.CVSS = types.VendorCVSS{}
	}
	if before, told := known.VendorSeverity[from]; told && before != severity {
		return known, fmt.Errorf("%s: two files give it a severity by %s, %s and %s; only one can be right", one.ID, from, before, severity)
	}
	if types.CompareSeverityString(known.Severity, one.Severity) > 0 {
		known.Severity = one.Severity
	}
	// Trivy shows an unknown severity only when no source gives one: a recorded zero would hide the others.
	if severity != types.SeverityUnknown {
		known.VendorSeverity[from] = severity
	}
	if one.CVSS != "" {
		score, err := scoreOf(one.CVSS)
		if err != nil {
			return known, err
		}
		if strings.HasPrefix(one.CVSS, "CVSS:4.0/") {
			known.CVSS[from] = types.CVSS{V40Vector: one.CVSS, V40Score: score}
		} else {
			known.CVSS[from] = types.CVSS{V3Vector: one.CVSS, V3Score: score}
		}
	}
	for _, reference := range one.References {
		if !slices.Contains(known.References, reference) {
			known.References = append(known.References, reference)
		}
	}
	return known, nil
}

// readable opens the finished directory to other users: scanners run as another one.
func readable(directory string) error {
	if err := os.Chmod(directory, 0o755); err != nil {
		return err
	}
	for _, path := range []string{db.Path(directory), metadata.Path(directory)} {
		if err := os.Chmod(path, 0o644); err != nil {
			return err
		}
	}
	return nil
}
