// Package strvals would parse the values of a chart.
package strvals

import "helm.sh/helm/v4/pkg/chart/loader/archive"

// ParseInto refuses.
func ParseInto(string, map[string]any) error { return archive.ErrUnsupported }

// ParseIntoString refuses.
func ParseIntoString(string, map[string]any) error { return archive.ErrUnsupported }

// ParseIntoFile refuses.
func ParseIntoFile(string, map[string]any, func([]rune) (any, error)) error {
	return archive.ErrUnsupported
}
