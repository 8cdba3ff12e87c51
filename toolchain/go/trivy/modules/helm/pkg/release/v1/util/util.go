// Package util would split what a chart was rendered to.
package util

import "sort"

// BySplitManifestsOrder sorts the keys of manifests.
type BySplitManifestsOrder = sort.StringSlice

// SplitManifests gives none, since nothing is rendered.
func SplitManifests(string) map[string]string { return nil }
