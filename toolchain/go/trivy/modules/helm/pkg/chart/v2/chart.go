// Package v2 has what Trivy reads of a chart.
package v2

// Chart is one chart.
type Chart struct {
	Metadata *Metadata
}

// Metadata describes it.
type Metadata struct {
	Dependencies []*Dependency
}

// Dependency is another chart that it needs.
type Dependency struct{}
