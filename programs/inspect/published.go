package main

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"loadline.dev/sealed/inspect/credential"
)

// sums are the digests of one file, as the different package managers record them.
type sums struct{ md5, sha1, sha256 string }

func sumsOf(content []byte) sums {
	return sums{
		md5:    fmt.Sprintf("%x", md5.Sum(content)),
		sha1:   fmt.Sprintf("%x", sha1.Sum(content)),
		sha256: fmt.Sprintf("%x", sha256.Sum256(content)),
	}
}

// publishedFiles are the records in a layer of what its packages installed.
type publishedFiles struct {
	records []keptRecord
}

type keptRecord struct {
	path    string
	content []byte
}

// keep copies a file if it is a record of packages with the digests of their files.
func (p *publishedFiles) keep(name string, content []byte, spending *budget) {
	if _, known := recordKind(name); (known || isDpkgStatus(name)) && int64(len(content)) <= recordLimit && spending.capture(int64(len(content))) {
		p.records = append(p.records, keptRecord{path: name, content: slices.Clone(content)})
	}
}

// wheelDirectory is where an installer of wheels keeps the record of one.
var wheelDirectory = regexp.MustCompile(`(?:^|/)(?:site|dist)-packages/[^/]+\.dist-info/$`)

// entry is one file as a record lists it.
type publishedEntry struct {
	by, digest string
	// installed is true for the record of an installer of wheels: whoever builds an application as a package has one too.
	installed bool
}

// recordKind accepts records only where package managers keep them: a file of the same name among an application's files proves nothing.
func recordKind(name string) (func(record keptRecord, add func(path, by, digest string)), bool) {
	directory, base := path.Split(strings.TrimPrefix(name, "/"))
	switch {
	case isDpkgSums(name):
		return dpkgDigests, true
	case base == "installed" && (directory == "lib/apk/db/" || directory == "usr/lib/apk/db/"):
		return apkDigests, true
	case base == "RECORD" && wheelDirectory.MatchString(directory):
		return wheelDigests, true
	case isRPMDatabase(name):
		return rpmDigests, true
	}
	return nil, false
}

// read returns every file in the records, by its path without a leading slash and without the `usr` into which some systems moved everything.
func (p *publishedFiles) read() map[string][]publishedEntry {
	all := map[string][]publishedEntry{}
	packages := p.dpkgPackages()
	for _, record := range p.records {
		digests, known := recordKind(record.path)
		if !known || isDpkgSums(record.path) && !packages[dpkgPackageOf(record.path)] {
			continue
		}
		isInstalled := path.Base(record.path) == "RECORD"
		digests(record, func(name, by, digest string) {
			key := withoutUsr(name)
			all[key] = append(all[key], publishedEntry{by: by, digest: digest, installed: isInstalled})
		})
	}
	return all
}

func withoutUsr(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path.Clean("/"+name), "/"), "usr/")
}

func isDpkgSums(name string) bool {
	directory, base := path.Split(strings.TrimPrefix(name, "/"))
	return strings.HasSuffix(base, ".md5sums") && (directory == dpkgDirectory+"/info/" || directory == dpkgDirectory+"/status.d/")
}

// isDpkgStatus tells the list of packages, or that of one, which dpkg writes whenever it writes the digests of a package's files.
func isDpkgStatus(name string) bool {
	directory, base := path.Split(strings.TrimPrefix(name, "/"))
	return base == "status" && directory == dpkgDirectory+"/" || directory == dpkgDirectory+"/status.d/" && !strings.HasSuffix(base, ".md5sums")
}

// dpkgPackages are the packages that the layer itself lists as installed: digests of any other are not a record of dpkg's.
func (p *publishedFiles) dpkgPackages() map[string]bool {
	packages := map[string]bool{}
	for _, record := range p.records {
		if !isDpkgStatus(record.path) {
			continue
		}
		for _, stanza := range stanzasOf(record.content) {
			if one, is := installedIn(stanza); is {
				packages[one.name] = true
			}
		}
	}
	return packages
}

// dpkgPackageOf leaves out the architecture, which packages have that can be there for several.
func dpkgPackageOf(sums string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(sums), ".md5sums"), ":")
	return name
}

func dpkgDigests(record keptRecord, add func(path, by, digest string)) {
	by := dpkgPackageOf(record.path)
	for _, line := range linesOf(record.content) {
		if digest, name, is := strings.Cut(line, "  "); is && len(digest) == 2*md5.Size {
			add(name, by, digest)
		}
	}
}

// apkDigests reads Z lines: `Q1`, then SHA-1 in base64, for the file of the R line before.
func apkDigests(record keptRecord, add func(path, by, digest string)) {
	by, directory, file := "", "", ""
	for _, line := range linesOf(record.content) {
		letter, value, _ := strings.Cut(line, ":")
		switch letter {
		case "P":
			by = value
		case "F":
			directory = value
		case "R":
			file = path.Join(directory, value)
		case "Z":
			if digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, "Q1")); err == nil && len(digest) == sha1.Size {
				add(file, by, hex.EncodeToString(digest))
			}
		}
	}
}

// wheelDigests reads lines of `path,sha256=<URL-safe base64 without padding>,size` (PEP 376, PEP 427). Paths are relative to the directory above.
func wheelDigests(record keptRecord, add func(path, by, digest string)) {
	own := path.Dir(record.path)
	by, _, _ := strings.Cut(strings.TrimSuffix(path.Base(own), ".dist-info"), "-")
	reader := csv.NewReader(strings.NewReader(string(record.content)))
	reader.FieldsPerRecord = -1
	for {
		fields, err := reader.Read()
		if err != nil {
			return
		}
		if len(fields) < 2 {
			continue
		}
		if digest, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(fields[1], "sha256=")); err == nil && len(digest) == sha256.Size {
			add(path.Join(path.Dir(own), fields[0]), by, hex.EncodeToString(digest))
		}
	}
}

func rpmDigests(record keptRecord, add func(path, by, digest string)) {
	packages, err := parseRPM(record.content)
	if err != nil {
		return
	}
	for _, one := range packages {
		files, err := one.InstalledFiles()
		if err != nil {
			continue
		}
		for _, file := range files {
			add(file.Path, one.Name, file.Digest)
		}
	}
}

// Why a credential is public anyway.
const (
	exampleValue  = "example-value"
	publishedFile = "published-file"
	installedFile = "installed-file"
	packageTests  = "package-tests"
)

// remark says for each finding why it is public anyway: its value says that it is an example, a package published the file, or it is a key or the like among
// a package's own tests and examples. Everything else may be somebody's. Whether all but the first count depends on who brought the file, which is for the rule to judge. What an issuer has given out, a token that says whose it is, is never known anyway: whoever builds
// a package of an application has a record of its files as well.
func (s *searched) remark() {
	var published map[string][]publishedEntry
	for number := range s.found {
		one := &s.found[number]
		if published == nil {
			published = s.records.read()
		}
		entry := one.publisher(published)
		switch {
		case one.Example:
			one.remark = exampleValue
		case entry != nil && !one.Rule.Issued() && one.Rule.Issuer != "AWS":
			one.remark, one.by = publishedFile, credential.Conceal(printablePath(entry.by))
			if entry.installed {
				one.remark = installedFile
			}
		case !one.Rule.Issued() && ownTests.MatchString(one.Path):
			one.remark = packageTests
		}
	}
}

// publisher returns the record that lists the file as it is, preferring that of a system, which proves more.
func (r *remarked) publisher(published map[string][]publishedEntry) (found *publishedEntry) {
	for _, one := range published[withoutUsr(r.file)] {
		if (one.digest == r.sums.md5 || one.digest == r.sums.sha1 || one.digest == r.sums.sha256) && (found == nil || found.installed) {
			found = &one
		}
	}
	return found
}

// ownTests are where third-party packages keep tests, documents and examples: their package managers record no digests of files.
var ownTests = regexp.MustCompile(`(?i)/(?:node_modules|(?:site|dist)-packages|gems|pkg/mod|registry/src)/(?:.*/)?(?:(?:tests?|__tests__|specs?|testdata|testing|integration|fixtures?|mocks?|examples?|samples?|docs?)/.*|test_[^/]*|[^/]*[._-](?:test|spec)s?\.[^/]*|README[^/]*|CHANGELOG[^/]*|[^/]*\.(?:md|markdown|rst|d\.ts)|[^/]*[._-]?examples?[._-][^/]*)$`)
