package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"loadline.dev/sealed/inspect/credential"
	"loadline.dev/sealed/inspect/search"
)

// secretsReport is what `inspect secrets` prints: which credentials are where, what was searched, and what was not. It contains no credential.
type secretsReport struct {
	SchemaVersion int      `json:"schemaVersion"`
	Digest        string   `json:"digest"`
	Files         int      `json:"files"`
	Bytes         int64    `json:"bytes"`
	Found         []found  `json:"found"`
	NotLookedAt   []unread `json:"notLookedAt"`
}

type found struct {
	ID       string   `json:"id"`
	Severity string   `json:"severity"`
	Title    string   `json:"title"`
	Issuer   string   `json:"issuer"`
	Path     string   `json:"path"`
	Line     int      `json:"line,omitempty"`
	Through  []string `json:"through,omitempty"`
	// Layer is the diff id of the layer that brought it first; empty for the documents of the image.
	Layer string `json:"layer,omitempty"`
	// Known is why it is public anyway, and By which package published it; empty if nothing shows that.
	Known string `json:"known,omitempty"`
	By    string `json:"by,omitempty"`
}

// unread is what was not searched for one reason. Bytes are counted as stored.
type unread struct {
	Reason string   `json:"reason"`
	Count  int      `json:"count"`
	Bytes  int64    `json:"bytes"`
	Paths  []string `json:"paths"`
}

const (
	// mostFound is how many credentials are listed; an image with more is refused.
	mostFound = 10_000
	// mostDecoded is how many bytes are decoded in total of what is packed in the layers.
	mostDecoded = 8 << 30
)

// searchImage looks for credentials in every byte of every layer, and in the documents of the image.
func searchImage(name string, allowed limits) (*secretsReport, error) {
	opened, image, err := openImage(name)
	if err != nil {
		return nil, err
	}
	defer opened.close()
	searcher := search.New(mostDecoded)
	spending := &budget{limits: allowed}
	results, err := eachLayer(image.layers, func(layer storedLayer) (*searched, error) { return searchLayer(opened, layer, searcher, spending) })
	if err != nil {
		return nil, err
	}
	report := &secretsReport{
		SchemaVersion: 1,
		Digest:        image.digest.String(),
		Found:         []found{},
		NotLookedAt:   []unread{},
	}
	all := &gathering{report: report, seen: map[string]bool{}, unread: unreadPlaces{}}
	said, err := documents(searcher, image)
	if err != nil {
		return nil, err
	}
	all.add(said, "")
	for number, result := range results {
		all.add(result, image.layers[number].diffID.String())
	}
	return report, all.finish()
}

// documents searches the configuration and the manifest, as written and as decoded.
func documents(searcher *search.Searcher, image *image) (*searched, error) {
	result := &searched{}
	for name, document := range map[string][]byte{"image configuration": image.rawConfig, "image manifest": image.manifest} {
		text := append(slices.Clip(document), '\n')
		var value any
		if json.Unmarshal(document, &value) == nil {
			text = appendStrings(text, value)
		}
		if err := result.file(searcher, name, text); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// appendStrings writes every name and text of a JSON value on lines of their own, without its escapes.
func appendStrings(text []byte, value any) []byte {
	switch value := value.(type) {
	case string:
		text = append(append(text, value...), '\n')
	case []any:
		for _, one := range value {
			text = appendStrings(text, one)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			text = appendStrings(append(append(text, name...), '='), value[name])
			text = append(text, '\n')
		}
	}
	return text
}

// gathering puts the results of all layers together.
type gathering struct {
	report *secretsReport
	seen   map[string]bool
	unread unreadPlaces
}

func (g *gathering) add(result *searched, layer string) {
	g.report.Files += result.files
	g.report.Bytes += result.bytes
	for _, one := range result.found {
		// A layer that repeats a file repeats its contents; the first layer brought them.
		if key := one.Rule.ID + "\x00" + one.Path + "\x00" + string(one.Secret[:]); !g.seen[key] {
			g.seen[key] = true
			g.report.Found = append(g.report.Found, found{
				ID: one.Rule.ID, Severity: string(one.Rule.Severity), Title: one.Rule.Title, Issuer: one.Rule.Issuer,
				Path: credential.Conceal(printablePath(one.Path)), Line: one.Line, Through: one.Through, Layer: layer, Known: one.remark, By: one.by,
			})
		}
	}
	for _, one := range result.unread {
		g.unread.add(*one)
	}
}

// finish sorts what many processors found in any order.
func (g *gathering) finish() error {
	slices.SortStableFunc(g.report.Found, func(left, right found) int {
		return cmp.Or(strings.Compare(left.Path, right.Path), cmp.Compare(left.Line, right.Line), strings.Compare(left.ID, right.ID), strings.Compare(left.Layer, right.Layer))
	})
	for _, reason := range slices.Sorted(maps.Keys(g.unread)) {
		g.report.NotLookedAt = append(g.report.NotLookedAt, *g.unread[reason])
	}
	return atMost(len(g.report.Found))
}

// unreadPlaces are the places that were not searched, by reason. It keeps no more paths than are listed.
type unreadPlaces map[string]*unread

func (p unreadPlaces) add(more unread) {
	one := p[more.Reason]
	if one == nil {
		one = &unread{Reason: more.Reason, Paths: []string{}}
		p[more.Reason] = one
	}
	one.Count += more.Count
	one.Bytes += more.Bytes
	one.Paths = append(one.Paths, more.Paths...)
	slices.Sort(one.Paths)
	one.Paths = one.Paths[:min(len(one.Paths), search.MostPaths)]
}

// addFile adds what the search of a file left out, with its paths as they are printed.
func (p unreadPlaces) addFile(places []search.Unread) {
	for _, one := range places {
		paths := make([]string, 0, len(one.Paths))
		for _, path := range one.Paths {
			paths = append(paths, credential.Conceal(printablePath(path)))
		}
		p.add(unread{Reason: one.Reason, Count: one.Count, Bytes: one.Bytes, Paths: paths})
	}
}
