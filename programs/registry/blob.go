package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// parallelBlobs is how many blobs are transferred at once.
const parallelBlobs = 4

// headBlob reports whether the registry has a blob, and checks the size that it states.
func (s *session) headBlob(ctx context.Context, wanted v1.Descriptor) (bool, error) {
	response, err := s.do(ctx, request{method: http.MethodHead, path: "blobs/" + wanted.Digest.String()}, http.StatusOK, http.StatusNotFound)
	if err != nil {
		return false, err
	}
	response.Body.Close()
	if response.StatusCode == http.StatusNotFound {
		return false, nil
	}
	if err := checkDigestHeader(response, wanted.Digest); err != nil {
		return false, err
	}
	if response.ContentLength < 0 {
		// If a registry does not state the size, the bytes are read.
		return true, s.readBlob(ctx, wanted, io.Discard)
	}
	if response.ContentLength != wanted.Size {
		return false, faultf(lying, "the registry says that blob %s has %d bytes, but it has %d", wanted.Digest, response.ContentLength, wanted.Size)
	}
	return true, nil
}

// readBlob writes a blob's bytes, at most as many as expected, and fails if they differ.
func (s *session) readBlob(ctx context.Context, wanted v1.Descriptor, to io.Writer) error {
	response, err := s.do(ctx, request{method: http.MethodGet, path: "blobs/" + wanted.Digest.String()}, http.StatusOK)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	hash := sha256.New()
	count, err := io.Copy(io.MultiWriter(to, hash), io.LimitReader(response.Body, wanted.Size+1))
	if err != nil {
		return err
	}
	if found := (v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(hash.Sum(nil))}); found != wanted.Digest || count != wanted.Size {
		return mismatch(wanted.Digest.String(), found.String(), "the registry was asked for a blob and sent different bytes")
	}
	return nil
}

// uploadBlob sends a blob in one piece, as the specification's POST and PUT.
func (s *session) uploadBlob(ctx context.Context, from source, blob v1.Descriptor) error {
	response, err := s.do(ctx, request{method: http.MethodPost, path: "blobs/uploads/"}, http.StatusAccepted)
	if err != nil {
		return err
	}
	response.Body.Close()
	address, err := response.Location()
	if err != nil {
		return faultf(lying, "the registry accepted an upload but did not say where it goes")
	}
	withDigest(address, blob.Digest)
	response, err = s.do(ctx, request{
		method:      http.MethodPut,
		address:     address,
		contentType: "application/octet-stream",
		size:        blob.Size,
		body:        func() (io.ReadCloser, error) { return from.open(blob) },
	}, http.StatusCreated)
	if status(err) == http.StatusNotFound {
		// The registry has forgotten the upload; the specification says to start a new one.
		again := *explain(err)
		again.again = true
		return &again
	}
	if err != nil {
		return err
	}
	response.Body.Close()
	return checkDigestHeader(response, blob.Digest)
}

// withDigest adds the digest to the query of the address, and leaves the rest to the registry.
func withDigest(address *url.URL, digest v1.Hash) {
	values := address.Query()
	values.Set("digest", digest.String())
	address.RawQuery = values.Encode()
}
