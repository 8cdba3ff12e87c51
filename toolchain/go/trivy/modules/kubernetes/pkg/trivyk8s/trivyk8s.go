// Package trivyk8s would list what a cluster runs. No caller gets here, since GetCluster refuses.
package trivyk8s

import (
	"context"
	"embed"
	"errors"

	"github.com/aquasecurity/trivy-kubernetes/pkg/artifacts"
	"github.com/aquasecurity/trivy-kubernetes/pkg/k8s"
)

var errNone = errors.New("Loadline's build of Trivy scans no clusters")

// Client refuses every request.
type Client struct{}

// K8sOption says which objects are listed.
type K8sOption struct{}

// NodeCollectorOption says how nodes are looked at.
type NodeCollectorOption struct{}

// New takes what GetCluster never gives.
func New(k8s.Cluster, ...K8sOption) Client { return Client{} }

// ListClusterBomInfo refuses.
func (Client) ListClusterBomInfo(context.Context) ([]*artifacts.Artifact, error) { return nil, errNone }

// ListArtifacts refuses.
func (Client) ListArtifacts(context.Context) ([]*artifacts.Artifact, error) { return nil, errNone }

// ListArtifactAndNodeInfo refuses.
func (Client) ListArtifactAndNodeInfo(context.Context, ...NodeCollectorOption) ([]*artifacts.Artifact, error) {
	return nil, errNone
}

// Which objects would be listed.
func WithExcludeNamespaces([]string) K8sOption { return K8sOption{} }
func WithIncludeNamespaces([]string) K8sOption { return K8sOption{} }
func WithExcludeKinds([]string) K8sOption      { return K8sOption{} }
func WithIncludeKinds([]string) K8sOption      { return K8sOption{} }
func WithExcludeOwned(bool) K8sOption          { return K8sOption{} }

// How nodes would be looked at.
func WithScanJobNamespace(string) NodeCollectorOption               { return NodeCollectorOption{} }
func WithIgnoreLabels(map[string]string) NodeCollectorOption        { return NodeCollectorOption{} }
func WithScanJobImageRef(string) NodeCollectorOption                { return NodeCollectorOption{} }
func WithTolerations[T any]([]T) NodeCollectorOption                { return NodeCollectorOption{} }
func WithEmbeddedCommandFileSystem(embed.FS) NodeCollectorOption    { return NodeCollectorOption{} }
func WithEmbeddedNodeConfigFilesystem(embed.FS) NodeCollectorOption { return NodeCollectorOption{} }
func WithCommandPaths([]string) NodeCollectorOption                 { return NodeCollectorOption{} }
func WithSpecCommandIds([]string) NodeCollectorOption               { return NodeCollectorOption{} }
