package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// documentLimit is the largest size of a manifest or index, in bytes; the distribution specification lets registries refuse larger ones.
const documentLimit = 4 << 20

// manifestTypes are sent with every request that reads a manifest: without them a registry may answer with a converted one.
var manifestTypes = []string{string(types.OCIImageIndex), string(types.OCIManifestSchema1), string(types.DockerManifestList), string(types.DockerManifestSchema2)}

// described is a manifest as a registry or layout describes it.
type described struct {
	Digest    v1.Hash         `json:"digest"`
	MediaType types.MediaType `json:"mediaType"`
	Size      int64           `json:"size"`
}

// document is a manifest or index with its bytes.
type document struct {
	described
	raw []byte
}

// headManifest returns what a tag or digest points to, nil if it is missing.
func (s *session) headManifest(ctx context.Context, reference string) (*described, error) {
	response, err := s.do(ctx, request{method: http.MethodHead, path: "manifests/" + reference, accept: strings.Join(manifestTypes, ", ")}, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return nil, nil
	}
	digest, err := v1.NewHash(response.Header.Get("Docker-Content-Digest"))
	mediaType := mediaTypeOf(response)
	if err != nil || mediaType == "" || response.ContentLength < 0 {
		// The header is optional, so the digest is computed from the bytes.
		whole, err := s.getManifest(ctx, reference)
		if err != nil {
			return nil, err
		}
		return &whole.described, nil
	}
	if wanted, err := v1.NewHash(reference); err == nil && wanted != digest {
		return nil, mismatch(wanted.String(), digest.String(), "the registry was asked about a digest and answered about a different one")
	}
	return &described{Digest: digest, MediaType: mediaType, Size: response.ContentLength}, nil
}

// getManifest reads a whole manifest and checks it against everything that is stated about it.
func (s *session) getManifest(ctx context.Context, reference string) (*document, error) {
	response, err := s.do(ctx, request{method: http.MethodGet, path: "manifests/" + reference, accept: strings.Join(manifestTypes, ", ")}, http.StatusOK)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := readDocument(response)
	if err != nil {
		return nil, err
	}
	found := &document{raw: raw, described: described{Digest: digestOf(raw), MediaType: mediaTypeOf(response), Size: int64(len(raw))}}
	if wanted, err := v1.NewHash(reference); err == nil && wanted != found.Digest {
		return nil, mismatch(wanted.String(), found.Digest.String(), "the registry was asked for a digest and sent different bytes")
	}
	if err := checkDigestHeader(response, found.Digest); err != nil {
		return nil, err
	}
	if !slices.Contains(manifestTypes, string(found.MediaType)) {
		return nil, faultf(lying, "the registry was asked for an image or an index and sent %q", found.MediaType)
	}
	return found, nil
}

// readManifest is getManifest with retries.
func (s *session) readManifest(ctx context.Context, reference string) (found *document, err error) {
	err = s.attempt(ctx, func(ctx context.Context) error {
		found, err = s.getManifest(ctx, reference)
		return err
	})
	return found, err
}

// putManifest writes a manifest under a tag or its digest.
func (s *session) putManifest(ctx context.Context, reference string, one document) error {
	response, err := s.do(ctx, request{
		method:      http.MethodPut,
		path:        "manifests/" + reference,
		contentType: string(one.MediaType),
		size:        int64(len(one.raw)),
		body:        func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(one.raw)), nil },
	}, http.StatusCreated, http.StatusOK, http.StatusAccepted)
	if err != nil {
		return err
	}
	response.Body.Close()
	return checkDigestHeader(response, one.Digest)
}

// checkDigestHeader compares the digest that a registry states, if it states one.
func checkDigestHeader(response *http.Response, wanted v1.Hash) error {
	said := response.Header.Get("Docker-Content-Digest")
	if said == "" || said == wanted.String() {
		return nil
	}
	return mismatch(wanted.String(), scrub(said), "the registry names a digest other than that of the bytes")
}

func readDocument(response *http.Response) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(response.Body, documentLimit+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > documentLimit {
		return nil, faultf(lying, "the registry sent a document of more than %d bytes", documentLimit)
	}
	return raw, nil
}

func mediaTypeOf(response *http.Response) types.MediaType {
	plain, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return types.MediaType(plain)
}

func digestOf(content []byte) v1.Hash {
	sum := sha256.Sum256(content)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
}
