package main

import (
	"fmt"
	"regexp"
	"strconv"
	"sync/atomic"
)

// limits are the guards against archives that are small on disk and endless when unpacked.
type limits struct {
	// unpacked is the maximum unpacked size of all layers together.
	unpacked int64
	// entries is the most files, directories and links that all layers together may have.
	entries int
}

const (
	// documentLimit is the largest size of an index, manifest or configuration, in bytes; registries refuse larger manifests.
	documentLimit = 4 << 20
	// listLimit is the most entries of any list in the report; the exact count is beside it.
	listLimit = 1000
	// pathLimit is Linux's PATH_MAX: no container could open a longer one.
	pathLimit = 4096
	// namesLimit is the most bytes that the paths of all entries may take together, because they stay in memory.
	namesLimit = 512 << 20
	// capturedLimit is the most bytes of a file whose content is read: os-release, passwd, group.
	capturedLimit = 1 << 20
	// recordLimit is the same for a file of a package database; a complete desktop's has 5 MB.
	recordLimit = 64 << 20
	// capturedTotal is the most bytes of all such files together, because they stay in memory.
	capturedTotal = 512 << 20
	// linkedTotal is the most bytes that is kept of what programs and libraries are linked to, because it stays in memory.
	linkedTotal = 64 << 20
)

func defaultLimits() limits {
	return limits{unpacked: 64 << 30, entries: 2_000_000}
}

// budget is what is left of the limits while layers are read in parallel.
type budget struct {
	limits  limits
	bytes   atomic.Int64
	entries atomic.Int64
	names   atomic.Int64
	// captured counts the bytes of files that are kept.
	captured atomic.Int64
	// linked counts the bytes that linkages take.
	linked atomic.Int64
}

func (b *budget) spendBytes(count int64) error {
	if b.bytes.Add(count) > b.limits.unpacked {
		return fmt.Errorf("expected layers that unpack to at most %d bytes, found more: if the image is really that big, raise --max-unpacked", b.limits.unpacked)
	}
	return nil
}

func (b *budget) spendEntry(name, link string) error {
	if b.names.Add(int64(len(name)+len(link))) > namesLimit {
		return fmt.Errorf("expected layers whose paths take at most %d bytes, found more: the image cannot be inspected", namesLimit)
	}
	if b.entries.Add(1) > int64(b.limits.entries) {
		return fmt.Errorf("expected layers with at most %d entries, found more: if the image really has so many files, raise --max-entries", b.limits.entries)
	}
	return nil
}

// capture reports whether that many bytes more may be kept.
func (b *budget) capture(size int64) bool {
	return b.captured.Add(size) <= capturedTotal
}

// keepLinkage is the linkage if it may be kept, and otherwise one that says why it is unknown.
func (b *budget) keepLinkage(found *linkage) *linkage {
	if found.fault == "" && b.linked.Add(found.size()) > linkedTotal {
		return tooManyLinkages
	}
	return found
}

var byteSize = regexp.MustCompile(`^(\d{1,15}) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)?$`)

var byteUnits = map[string]int64{
	"": 1, "B": 1,
	"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// parseBytes reads a size such as 64GiB or 500 MB.
func parseBytes(text string) (int64, error) {
	match := byteSize.FindStringSubmatch(text)
	if match == nil {
		return 0, fmt.Errorf("expected a size such as 64GiB, found %q", text)
	}
	count, err := strconv.ParseInt(match[1], 10, 64)
	unit := byteUnits[match[2]]
	if err != nil || count == 0 || count > (1<<62)/unit {
		return 0, fmt.Errorf("expected a size between 1 byte and 4 EiB, found %q", text)
	}
	return count * unit, nil
}
