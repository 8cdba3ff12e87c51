// Package k8s and its neighbours stand in for the module github.com/aquasecurity/trivy-kubernetes, with which the client of
// Kubernetes would be compiled: Loadline has Trivy scan images, never a cluster. There is no way to a cluster here.
package k8s

import "errors"

// ClusterOption says how to reach a cluster.
type ClusterOption struct{}

// Cluster is one that is reached: never, in this build.
type Cluster interface {
	GetCurrentContext() string
	GetClusterVersion() string
}

// WithKubeConfig would name the file with the addresses of clusters.
func WithKubeConfig(string) ClusterOption { return ClusterOption{} }

// WithContext would choose one of them.
func WithContext(string) ClusterOption { return ClusterOption{} }

// WithBurst would allow so many requests at once.
func WithBurst(int) ClusterOption { return ClusterOption{} }

// WithQPS would allow so many requests a second.
func WithQPS(float32) ClusterOption { return ClusterOption{} }

// GetCluster refuses.
func GetCluster(...ClusterOption) (Cluster, error) {
	return nil, errors.New("Loadline's build of Trivy scans no clusters; use the one of its publisher")
}
