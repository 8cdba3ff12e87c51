// Package distconsts stands in for the module github.com/dagger/dagger/engine/distconsts, which the Go module proxy does
// not carry: the paths and names on which the engine, its CLI and the engine's root file system agree.
//
// The names are those that Dagger v0.21.8 reads. The values are those of Dagger's own engine image, so that a file system
// laid out like that image works with this build. Constants that only Dagger's own tests read are left out.
package distconsts

// How clients find the engine.
const (
	EngineContainerName   = "dagger-engine.dev"
	DefaultEngineSockAddr = "unix:///run/dagger/engine.sock"
)

// Programs and directories in the engine's root file system.
const (
	RuncPath                         = "/usr/local/bin/runc"
	DaggerInitPath                   = "/usr/local/bin/dagger-init"
	EngineDefaultStateDir            = "/var/lib/dagger"
	EngineContainerBuiltinContentDir = "/usr/local/share/dagger/content"
	EngineCustomCACertsDir           = "/usr/local/share/ca-certificates"
)

// Environment variables of the engine which hold the digests of the SDKs' manifests in the built-in content.
const (
	GoSDKManifestDigestEnvName         = "DAGGER_GO_SDK_MANIFEST_DIGEST"
	PythonSDKManifestDigestEnvName     = "DAGGER_PYTHON_SDK_MANIFEST_DIGEST"
	TypescriptSDKManifestDigestEnvName = "DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST"
)

// OCIVersionAnnotation is the annotation of an engine image that says its version.
const OCIVersionAnnotation = "org.opencontainers.image.version"

// AlpineImage is what a terminal is opened in when a function names no container of its own.
const AlpineImage = "alpine:3.22"
