package main

import (
	"context"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// lookedUp is what `digest` prints: that there is no such image is an answer as well.
type lookedUp struct {
	SchemaVersion int             `json:"schemaVersion"`
	Found         bool            `json:"found"`
	Digest        string          `json:"digest,omitempty"`
	MediaType     types.MediaType `json:"mediaType,omitempty"`
	Size          int64           `json:"size,omitempty"`
}

// lookUp says which digest a tag has, or whether a digest is there.
func lookUp(ctx context.Context, text string, chosen options) (*lookedUp, error) {
	repository, reference, err := parseReference(text)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, repository, transport.PullScope, chosen)
	if err != nil {
		return nil, err
	}
	var found *described
	err = s.attempt(ctx, func(ctx context.Context) (err error) {
		found, err = s.headManifest(ctx, reference)
		return err
	})
	if err != nil || found == nil {
		return &lookedUp{SchemaVersion: schemaVersion}, err
	}
	return &lookedUp{SchemaVersion: schemaVersion, Found: true, Digest: found.Digest.String(), MediaType: found.MediaType, Size: found.Size}, nil
}
