package main

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"time"
)

// report is the document on standard output. schemaVersion determines its form.
type report struct {
	SchemaVersion int      `json:"schemaVersion"`
	Digest        string   `json:"digest"`
	MediaType     string   `json:"mediaType"`
	Platform      platform `json:"platform"`
	ArchiveKind   string   `json:"archiveKind"`
	// ConfigDigest is what docker calls the image id.
	ConfigDigest string    `json:"configDigest"`
	Created      string    `json:"created,omitempty"`
	Config       config    `json:"config"`
	History      []history `json:"history"`
	Layers       []layer   `json:"layers"`
	// Unpacked is the sum of the regular files that a container sees, hard links once. Bytes.
	Unpacked int64 `json:"unpacked"`
	// Compressed is the sum of the layers as the archive stores them. Bytes.
	Compressed int64 `json:"compressed"`
	// Gzipped is the same with uncompressed layers counted as gzip of level 6, as registries usually hold them. Bytes.
	Gzipped int64 `json:"gzipped"`
	Files   files `json:"files"`
	// OS is absent for an image without os-release.
	OS      *osRelease `json:"os,omitempty"`
	User    user       `json:"user"`
	Records records    `json:"records"`
	// Started are the programs of the image that its commands name, with the libraries that they need.
	Started []startedProgram `json:"started"`
}

type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant,omitempty"`
}

type history struct {
	CreatedBy  string `json:"createdBy"`
	Created    string `json:"created,omitempty"`
	EmptyLayer bool   `json:"emptyLayer"`
}

type layer struct {
	Digest     string `json:"digest"`
	DiffID     string `json:"diffId"`
	Compressed int64  `json:"compressed"`
	Gzipped    int64  `json:"gzipped"`
	Unpacked   int64  `json:"unpacked"`
	Files      int    `json:"files"`
	// Skippable is set for a layer that not every scanner can read: plain.go.
	Skippable bool `json:"skippable,omitempty"`
	// CreatedBy is empty if the history does not say.
	CreatedBy string `json:"createdBy"`
}

// inspectImage reads every byte of the image once, compares every digest, and reports.
func inspectImage(name string, allowed limits) (*report, error) {
	opened, found, err := openImage(name)
	if err != nil {
		return nil, err
	}
	defer opened.close()
	spending := &budget{limits: allowed}
	contents, err := eachLayer(found.layers, func(layer storedLayer) (*layerContent, error) { return readLayer(opened, layer, spending) })
	if err != nil {
		return nil, err
	}
	merged, past := newFilesystem(allowed.entries), &recorder{}
	for number, content := range contents {
		if err := merged.apply(number+1, content.entries); err != nil {
			return nil, err
		}
		past.after(number+1, merged)
		// The entries are in the tree now; large images would hold them twice.
		content.entries = nil
	}
	return describe(found, contents, merged, past)
}

// eachLayer reads the layers in parallel, one per processor, and keeps their order.
func eachLayer[Layer, Result any](layers []Layer, read func(Layer) (Result, error)) ([]Result, error) {
	results := make([]Result, len(layers))
	failures := make([]error, len(layers))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var running sync.WaitGroup
	for number := range layers {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			results[number], failures[number] = read(layers[number])
		})
	}
	running.Wait()
	if err := cmp.Or(failures...); err != nil {
		return nil, err
	}
	return results, nil
}

func describe(found *image, contents []*layerContent, merged *filesystem, recorded *recorder) (*report, error) {
	users, err := merged.accounts("etc/passwd", 6)
	if err != nil {
		return nil, err
	}
	groups, err := merged.accounts("etc/group", 3)
	if err != nil {
		return nil, err
	}
	configuration, past := describeConfig(found.config)
	described := &report{
		SchemaVersion: 3,
		Digest:        found.digest.String(),
		MediaType:     string(found.mediaType),
		Platform:      platform{OS: printableText(found.config.OS), Architecture: printableText(found.config.Architecture), Variant: printableText(found.config.Variant)},
		ArchiveKind:   found.kind,
		ConfigDigest:  found.configName.String(),
		Created:       timestamp(found.config.Created.Time),
		Config:        configuration,
		History:       past,
		Layers:        []layer{},
		OS:            merged.osRelease(),
		User:          resolveUser(found.config.Config.User, users, groups),
		Started:       merged.startedPrograms(found.config.Config),
	}
	commands := layerCommands(past, len(contents))
	for number, content := range contents {
		stored := found.layers[number]
		described.Layers = append(described.Layers, layer{
			Digest:     stored.digest.String(),
			DiffID:     stored.diffID.String(),
			Compressed: stored.place.size,
			Gzipped:    content.gzipped,
			Unpacked:   content.unpacked,
			Files:      content.files,
			Skippable:  content.skippable,
			CreatedBy:  commands[number],
		})
		described.Compressed += stored.place.size
		described.Gzipped += content.gzipped
	}
	var origins map[string]int
	described.Files, origins, described.Unpacked = merged.describe()
	caches, cacheOrigins := merged.packageCaches(merged.homes(users))
	described.Files.PackageCacheCount = len(caches)
	described.Files.PackageCaches = bounded(caches)
	for _, one := range described.Files.PackageCaches {
		origins[one.Path] = cacheOrigins[one.Path]
	}
	records, recordOrigins := recorded.describe(merged, found.layers)
	described.Records = records
	maps.Copy(origins, recordOrigins)
	for name, origin := range origins {
		// Layers count from 1.
		described.Files.Layers[name] = found.layers[origin-1].diffID.String()
	}
	return described, nil
}

// layerCommands gives each layer the history entry that made it. If their numbers differ, the match is unknown, and all stay empty.
func layerCommands(past []history, layers int) []string {
	commands := make([]string, 0, layers)
	for _, entry := range past {
		if !entry.EmptyLayer {
			commands = append(commands, entry.CreatedBy)
		}
	}
	if len(commands) != layers {
		return make([]string, layers)
	}
	return commands
}

// describe walks the merged file system once. The origins are the numbers of the layers that brought what is listed.
func (f *filesystem) describe() (files, map[string]int, int64) {
	origins := map[string]int{}
	facts := files{Layers: map[string]string{}, Setuid: []fileFact{}, WorldWritable: []fileFact{}, Privileges: []privilege{}, Shells: []string{}, PackageManagers: []string{}, SSHServers: []string{}}
	var unpacked int64
	largest := []sizedFile{}
	counted := map[*inode]bool{}
	f.root.walk("", func(name string, found *node) {
		fact := fileFact{Path: printablePath(name), Mode: fmt.Sprintf("%04o", found.mode), Bytes: found.size}
		if found.kind == directory {
			facts.Directories++
		} else {
			facts.Count++
		}
		if found.kind == regular {
			if !counted[found.inode] {
				counted[found.inode] = true
				unpacked += found.size
				largest = keepLargest(largest, sizedFile{Path: fact.Path, Bytes: found.size})
			}
			if found.mode&0o6000 != 0 {
				if record(&facts.Setuid, &facts.SetuidCount, fact) {
					origins[fact.Path] = found.origin
				}
			}
		}
		if found.mode&0o002 != 0 && (found.kind == regular || (found.kind == directory && found.mode&0o1000 == 0)) {
			if record(&facts.WorldWritable, &facts.WorldWritableCount, fact) {
				origins[fact.Path] = found.origin
			}
		}
		for _, one := range privilegesOf(name, fact.Path, found) {
			if record(&facts.Privileges, &facts.PrivilegeCount, one) {
				origins[fact.Path] = found.origin
			}
		}
		f.recordPrograms(&facts, origins, name, fact.Path, found)
	})
	facts.Largest = largest
	return facts, origins, unpacked
}

func timestamp(moment time.Time) string {
	if moment.IsZero() {
		return ""
	}
	return moment.UTC().Format(time.RFC3339Nano)
}
