package main

import (
	"bytes"
	"context"
	"encoding/json"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// resolved is what `resolve` prints: the digest that a reference has now, and the images behind it.
type resolved struct {
	SchemaVersion int             `json:"schemaVersion"`
	Digest        v1.Hash         `json:"digest"`
	MediaType     types.MediaType `json:"mediaType"`
	Index         bool            `json:"index"`
	// Manifests are the entries of an index in its order. An image has one entry, itself, without a platform.
	Manifests []entry `json:"manifests"`
	Retries   int64   `json:"retries"`
}

// entry is one manifest that an index lists.
type entry struct {
	Digest    v1.Hash         `json:"digest"`
	MediaType types.MediaType `json:"mediaType"`
	Platform  *platform       `json:"platform,omitempty"`
}

type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant,omitempty"`
}

// resolve reads the manifest or index behind a tag or digest. The digest is that of the bytes, whatever the registry states.
func resolve(ctx context.Context, text string, chosen options) (*resolved, error) {
	s, reference, err := openToRead(ctx, text, parseReference, chosen)
	if err != nil {
		return nil, err
	}
	top, err := s.readManifest(ctx, reference)
	if err != nil {
		return nil, err
	}
	done := &resolved{SchemaVersion: schemaVersion, Digest: top.Digest, MediaType: top.MediaType, Index: top.MediaType.IsIndex(), Retries: s.again.Load()}
	if !done.Index {
		if _, err := parseImage(top.raw, lying); err != nil {
			return nil, s.complete(err, 1)
		}
		done.Manifests = []entry{{Digest: top.Digest, MediaType: top.MediaType}}
		return done, nil
	}
	index, err := parseIndex(top.raw, lying)
	if err != nil {
		return nil, s.complete(err, 1)
	}
	if len(index.Manifests) > mostManifests {
		return nil, s.complete(faultf(lying, "expected at most %d manifests, found %d", mostManifests, len(index.Manifests)), 1)
	}
	done.Manifests = make([]entry, len(index.Manifests))
	for position, descriptor := range index.Manifests {
		done.Manifests[position] = entry{Digest: descriptor.Digest, MediaType: descriptor.MediaType, Platform: platformOf(descriptor.Platform)}
	}
	return done, nil
}

func platformOf(stated *v1.Platform) *platform {
	if stated == nil {
		return nil
	}
	return &platform{OS: stated.OS, Architecture: stated.Architecture, Variant: stated.Variant}
}

// configured is what `config` prints: the configuration of an image as the registry has it.
type configured struct {
	SchemaVersion int `json:"schemaVersion"`
	// Digest is that of the image's manifest.
	Digest  v1.Hash         `json:"digest"`
	Config  json.RawMessage `json:"config"`
	Retries int64           `json:"retries"`
}

// config reads the configuration of the image with a digest. An index has none: its images do.
func config(ctx context.Context, text string, chosen options) (*configured, error) {
	s, digest, err := openToRead(ctx, text, parseDigestReference, chosen)
	if err != nil {
		return nil, err
	}
	one, err := s.readManifest(ctx, digest.String())
	if err != nil {
		return nil, err
	}
	if one.MediaType.IsIndex() {
		return nil, s.complete(faultf(badReference, "expected the digest of an image, found that of an index: %s", digest), 1)
	}
	manifest, err := parseImage(one.raw, lying)
	if err != nil {
		return nil, s.complete(err, 1)
	}
	if manifest.Config.Size > documentLimit {
		return nil, s.complete(faultf(refused, "expected a configuration of at most %d bytes, found %d", documentLimit, manifest.Config.Size), 1)
	}
	var content bytes.Buffer
	err = s.attempt(ctx, func(ctx context.Context) error {
		content.Reset()
		return s.readBlob(ctx, manifest.Config, &content)
	})
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(content.Bytes(), &object) != nil || object == nil {
		return nil, s.complete(faultf(lying, "expected the configuration of an image, found %s, which is not a JSON object", manifest.Config.Digest), 1)
	}
	return &configured{SchemaVersion: schemaVersion, Digest: one.Digest, Config: content.Bytes(), Retries: s.again.Load()}, nil
}
