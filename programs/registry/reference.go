package main

import (
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// parseDigestReference reads registry/repository@sha256:...; nothing missing is guessed.
func parseDigestReference(text string) (name.Repository, v1.Hash, error) {
	parsed, err := name.NewDigest(text, name.StrictValidation)
	if err != nil || strings.Contains(text, "://") {
		return name.Repository{}, v1.Hash{}, faultf(badReference, "expected registry/repository@sha256:..., found %q", text)
	}
	digest, err := v1.NewHash(parsed.DigestStr())
	if err != nil || digest.Algorithm != "sha256" {
		return name.Repository{}, v1.Hash{}, faultf(badReference, "expected a sha256 digest, found %q", parsed.DigestStr())
	}
	return parsed.Context(), digest, nil
}

// parseReference reads registry/repository:tag or registry/repository@sha256:..., and returns the tag or digest separately.
func parseReference(text string) (name.Repository, string, error) {
	if strings.Contains(text, "@") {
		repository, digest, err := parseDigestReference(text)
		return repository, digest.String(), err
	}
	parsed, err := name.NewTag(text, name.StrictValidation)
	if err != nil || strings.Contains(text, "://") || !tagShape.MatchString(parsed.TagStr()) {
		return name.Repository{}, "", faultf(badReference, "expected registry/repository:tag or registry/repository@sha256:..., found %q", text)
	}
	return parsed.Context(), parsed.TagStr(), nil
}

// tagShape is what the distribution specification allows as a tag.
var tagShape = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
