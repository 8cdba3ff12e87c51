// Package bom has what Trivy reads of the components of a Kubernetes cluster.
package bom

// Component is a part of the control plane.
type Component struct {
	Name       string
	Version    string
	Properties map[string]string
	Containers []Container
}

// Container is an image that a component runs.
type Container struct {
	Registry   string
	Repository string
	Version    string
	Digest     string
}

// NodeInfo describes a node.
type NodeInfo struct {
	NodeName                string
	KubeletVersion          string
	ContainerRuntimeVersion string
	OsImage                 string
	Properties              map[string]string
}

// ClusterInfo describes the cluster.
type ClusterInfo struct {
	Name       string
	Version    string
	Properties map[string]string
}
