// Package artifacts has what Trivy reads of an object in a Kubernetes cluster.
package artifacts

// Artifact is one object with the images that it runs.
type Artifact struct {
	Namespace   string
	Kind        string
	Name        string
	Images      []string
	Credentials []Credential
	RawResource map[string]any
}

// Credential is an account at a registry.
type Credential struct {
	Username string
	Password string
}
