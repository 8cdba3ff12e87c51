package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aquasecurity/trivy-db/pkg/metadata"
	bolt "go.etcd.io/bbolt"
)

// databaseSummary is what Loadline records about a vulnerability database.
type databaseSummary struct {
	// Digest covers the content, not the file: two builds of the same content differ in their bytes, but not in this digest.
	Digest        string    `json:"digest"`
	SchemaVersion int       `json:"schemaVersion"`
	UpdatedAt     time.Time `json:"updatedAt"`
	// Ecosystems counts advisories, which are pairs of package and identifier, by ecosystem: "debian 12", "pip", "go".
	Ecosystems map[string]int `json:"ecosystems"`
	// Name is what the database calls itself. Only databases that compile wrote have one; it is part of the digest.
	Name string `json:"name,omitempty"`
}

// aboutBucket holds the name and the title of a database that compile wrote. Trivy does not look at it.
const aboutBucket = "loadline"

// Top-level buckets of a Trivy database that hold no advisories.
var supporting = map[string]bool{
	"data-source":          true,
	"vulnerability":        true,
	"vulnerability-id":     true,
	"vulnerability-detail": true,
	"advisory-detail":      true,
	"Red Hat CPE":          true,
	"trivy":                true,
	aboutBucket:            true,
}

// digest reads a database once, in the order of its keys, without holding more than one entry at a time.
func digest(directory string) (summary databaseSummary, err error) {
	directory, err = databaseDirectory(directory)
	if err != nil {
		return databaseSummary{}, err
	}
	about, err := metadata.NewClient(directory).Get()
	if err != nil {
		return databaseSummary{}, fmt.Errorf("failed to read %s, so the age of the database is unknown: %w", metadata.Path(directory), err)
	}
	if about.Version == 0 || about.UpdatedAt.IsZero() {
		return databaseSummary{}, fmt.Errorf("%s has no Version or no UpdatedAt, so the age of the database is unknown", metadata.Path(directory))
	}

	path := filepath.Join(directory, "trivy.db")
	// A cut-off file is mapped into memory like a whole one: reading past its end is a fault or a panic, not an error.
	debug.SetPanicOnFault(true)
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%s is damaged or truncated: %v", path, reason)
		}
	}()
	database, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true, Timeout: 10 * time.Second})
	if err != nil {
		return databaseSummary{}, fmt.Errorf("failed to open %s as a Trivy database: %w", path, err)
	}
	defer database.Close()

	content := sha256.New()
	ecosystems := map[string]int{}
	var ownName string
	err = database.View(func(tx *bolt.Tx) error {
		if tx.Bucket([]byte("vulnerability")) == nil {
			return fmt.Errorf("%s is not a Trivy database: it has no bucket named vulnerability", path)
		}
		if bucket := tx.Bucket([]byte(aboutBucket)); bucket != nil {
			ownName = string(bucket.Get([]byte("name")))
		}
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			entries, err := hashBucket(content, name, bucket)
			if err != nil {
				return err
			}
			if ecosystem, _, _ := strings.Cut(string(name), "::"); !supporting[string(name)] {
				ecosystems[ecosystem] += entries
			}
			return nil
		})
	})
	if err != nil {
		return databaseSummary{}, err
	}
	return databaseSummary{
		Digest:        "sha256:" + hex.EncodeToString(content.Sum(nil)),
		SchemaVersion: about.Version,
		UpdatedAt:     about.UpdatedAt.UTC(),
		Ecosystems:    ecosystems,
		Name:          ownName,
	}, nil
}

// hashBucket adds a bucket and everything below it, and counts the entries. Lengths are written before contents, and the three kinds of
// record have marks of their own, so that no two contents give the same stream.
func hashBucket(content hash.Hash, name []byte, bucket *bolt.Bucket) (int, error) {
	record(content, 'B', name)
	entries := 0
	err := bucket.ForEach(func(key, value []byte) error {
		if value == nil {
			below, err := hashBucket(content, key, bucket.Bucket(key))
			entries += below
			return err
		}
		record(content, 'K', key, value)
		entries++
		return nil
	})
	record(content, 'E')
	return entries, err
}

func record(content hash.Hash, mark byte, parts ...[]byte) {
	content.Write([]byte{mark})
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		content.Write(length[:])
		content.Write(part)
	}
}

func databaseDirectory(directory string) (string, error) {
	for _, candidate := range []string{filepath.Join(directory, "db"), directory} {
		if file, err := os.Stat(filepath.Join(candidate, "trivy.db")); err == nil && file.Size() == 0 {
			return "", fmt.Errorf("%s is empty", filepath.Join(candidate, "trivy.db"))
		} else if err == nil {
			return candidate, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("no vulnerability database in %s: expected db/trivy.db and db/metadata.json, or trivy.db and metadata.json", directory)
}
