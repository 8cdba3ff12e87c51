package main

import (
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// assign writes an archive's image as an OCI layout in which it is one for this platform. Layers and every other word of the
// configuration stay as they are.
func assign(archiveName, platform, directoryName string, allowed limits) (*extraction, error) {
	wanted, err := v1.ParsePlatform(platform)
	if err != nil || wanted.OS == "" || wanted.Architecture == "" {
		return nil, fmt.Errorf("%w: expected a platform as OS/ARCHITECTURE, found %q", errUsage, platform)
	}
	return layOut([]string{archiveName}, directoryName, allowed, func(_ *archive, found *image) error { return found.become(*wanted) })
}

func (i *image) become(platform v1.Platform) error {
	var configuration map[string]json.RawMessage
	if err := json.Unmarshal(i.rawConfig, &configuration); err != nil {
		return err
	}
	delete(configuration, "variant")
	for name, value := range map[string]string{"os": platform.OS, "architecture": platform.Architecture, "variant": platform.Variant} {
		if value == "" {
			continue
		}
		written, err := json.Marshal(value)
		if err != nil {
			return err
		}
		configuration[name] = written
	}
	rawConfig, err := json.Marshal(configuration)
	if err != nil {
		return err
	}
	i.rawConfig, i.configName = rawConfig, digestOf(rawConfig)
	i.config.OS, i.config.Architecture, i.config.Variant = platform.OS, platform.Architecture, platform.Variant
	return i.rewriteManifest(func(manifest *v1.Manifest) {
		manifest.Config.Digest, manifest.Config.Size = i.configName, int64(len(rawConfig))
	})
}

// rewriteManifest changes the manifest, and with it the digest of the image.
func (i *image) rewriteManifest(change func(*v1.Manifest)) error {
	var manifest v1.Manifest
	if err := json.Unmarshal(i.manifest, &manifest); err != nil {
		return err
	}
	change(&manifest)
	written, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	i.manifest, i.digest = written, digestOf(written)
	return nil
}
