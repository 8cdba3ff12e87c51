// Package common would parse versions of Kubernetes.
package common

import "helm.sh/helm/v4/pkg/chart/v2/loader"

// KubeVersion is a version of Kubernetes.
type KubeVersion struct{}

// ParseKubeVersion refuses.
func ParseKubeVersion(string) (*KubeVersion, error) { return nil, loader.ErrUnsupported }
