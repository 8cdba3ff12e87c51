// Package action and its neighbours stand in for the module helm.sh/helm/v4, with which the client of Kubernetes would be
// compiled: Trivy renders Helm charts with it, to look for misconfigurations in them. Loadline has Trivy look for packages,
// vulnerabilities, licences and secrets in images. No chart can be loaded here.
package action

import (
	"context"

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// Configuration has no settings.
type Configuration struct{}

// DryRunStrategy says whether a cluster is asked.
type DryRunStrategy string

// DryRunClient asks none.
const DryRunClient DryRunStrategy = "client"

// Install would render a chart.
type Install struct {
	DryRunStrategy DryRunStrategy
	Replace        bool
	ReleaseName    string
	APIVersions    []string
	KubeVersion    *common.KubeVersion
}

// NewInstall renders nothing.
func NewInstall(*Configuration) *Install { return &Install{} }

// RunWithContext refuses.
func (*Install) RunWithContext(context.Context, *chart.Chart, map[string]any) (any, error) {
	return nil, loader.ErrUnsupported
}

// CheckDependencies refuses.
func CheckDependencies(*chart.Chart, []*chart.Dependency) error { return loader.ErrUnsupported }
