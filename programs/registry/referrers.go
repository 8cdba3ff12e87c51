package main

import (
	"context"
	"net/http"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// referrersBy is how to ask a registry what refers to a digest.
type referrersBy string

const (
	// byAPI: the referrers API of the distribution specification 1.1.
	byAPI referrersBy = "api"
	// byTag: there is no API, and clients keep an index under a tag made from the digest.
	byTag referrersBy = "tag"
)

// probed is what `referrers probe` prints.
type probed struct {
	SchemaVersion int         `json:"schemaVersion"`
	Referrers     referrersBy `json:"referrers"`
}

// probeReferrers returns how to ask the registry for referrers. It must have the digest: some answer "not found" for a
// repository that does not exist yet, whatever they support.
func probeReferrers(ctx context.Context, text string, chosen options) (*probed, error) {
	s, digest, err := openToRead(ctx, text, parseDigestReference, chosen)
	if err != nil {
		return nil, err
	}
	hasAPI, err := s.listsReferrers(ctx, digest)
	if err != nil {
		return nil, err
	}
	if !hasAPI {
		return &probed{SchemaVersion: schemaVersion, Referrers: byTag}, nil
	}
	return &probed{SchemaVersion: schemaVersion, Referrers: byAPI}, nil
}

// listsReferrers reports whether the registry has the referrers API. Registries older than the API answer with one of several
// statuses; a response that claims to be a list must be one.
func (s *session) listsReferrers(ctx context.Context, digest v1.Hash) (hasAPI bool, err error) {
	asked := request{method: http.MethodGet, accept: string(types.OCIImageIndex), path: "referrers/" + digest.String()}
	err = s.attempt(ctx, func(ctx context.Context) error {
		response, err := s.do(ctx, asked, http.StatusOK, http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK || mediaTypeOf(response) != types.OCIImageIndex {
			return nil
		}
		raw, err := readDocument(response)
		if err != nil {
			return err
		}
		_, err = parseIndex(raw, lying)
		hasAPI = err == nil
		return err
	})
	return hasAPI, err
}
