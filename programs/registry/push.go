package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
)

// pushed is what `push` prints.
type pushed struct {
	SchemaVersion int             `json:"schemaVersion"`
	Digest        string          `json:"digest"`
	MediaType     types.MediaType `json:"mediaType"`
	// Manifests and Blobs count what was sent by this run and what was there before.
	Manifests counts `json:"manifests"`
	Blobs     counts `json:"blobs"`
	// SentBytes is the size of the blobs that were sent.
	SentBytes int64 `json:"sentBytes"`
	// Retries is how many steps had to be tried again.
	Retries int64 `json:"retries"`
}

type counts struct {
	Sent    int `json:"sent"`
	Present int `json:"present"`
}

func (c *counts) add(sent bool) {
	if sent {
		c.Sent++
	} else {
		c.Present++
	}
}

// push copies one manifest or index of a layout to a repository: blobs, then manifests, an index after those that it names. Then it reads
// everything back. No tag is touched.
func push(ctx context.Context, directory, reference string, chosen options) (*pushed, error) {
	repository, digest, err := parseDigestReference(reference)
	if err != nil {
		return nil, err
	}
	from, err := openLayout(directory)
	if err != nil {
		return nil, err
	}
	defer from.close()
	wanted, err := from.find(digest)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, repository, transport.PushScope, chosen)
	if err != nil {
		return nil, err
	}
	done := &pushed{SchemaVersion: schemaVersion, Digest: digest.String(), MediaType: wanted.top().MediaType}
	if err := s.pushBlobs(ctx, from, wanted.blobs, done); err != nil {
		return nil, err
	}
	for _, one := range wanted.manifests {
		sent, err := s.pushManifest(ctx, one)
		if err != nil {
			return nil, err
		}
		done.Manifests.add(sent)
	}
	for _, one := range wanted.manifests {
		if err := s.readBack(ctx, one); err != nil {
			return nil, err
		}
	}
	done.Retries = s.again.Load()
	return done, nil
}

// source has the bytes of blobs.
type source interface {
	// check verifies that a blob matches its descriptor, so that nothing else is ever sent.
	check(blob v1.Descriptor) error
	// open reads a blob from its beginning.
	open(blob v1.Descriptor) (io.ReadCloser, error)
}

func (s *session) pushBlobs(ctx context.Context, from source, blobs []v1.Descriptor, done *pushed) error {
	var counting sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelBlobs)
	for _, blob := range blobs {
		group.Go(func() error {
			sent, err := s.pushBlob(ctx, from, blob)
			if err != nil {
				return err
			}
			counting.Lock()
			defer counting.Unlock()
			done.Blobs.add(sent)
			if sent {
				done.SentBytes += blob.Size
			}
			return nil
		})
	}
	return group.Wait()
}

// pushBlob sends a blob unless it is there, and then asks for it: "created" is not believed.
func (s *session) pushBlob(ctx context.Context, from source, blob v1.Descriptor) (sent bool, err error) {
	err = s.attempt(ctx, func(ctx context.Context) error {
		there, err := s.headBlob(ctx, blob)
		if err != nil || there {
			return err
		}
		if err := from.check(blob); err != nil {
			return err
		}
		// Also where the answer gets lost, and the next attempt finds it there.
		sent = true
		return s.uploadBlob(ctx, from, blob)
	})
	if err != nil || !sent {
		return false, err
	}
	return true, s.attempt(ctx, func(ctx context.Context) error {
		there, err := s.headBlob(ctx, blob)
		if err == nil && !there {
			return lost("blob " + blob.Digest.String())
		}
		return err
	})
}

// pushManifest writes a manifest under its own digest, unless it is there.
func (s *session) pushManifest(ctx context.Context, one document) (sent bool, err error) {
	digest := one.Digest.String()
	err = s.attempt(ctx, func(ctx context.Context) error {
		there, err := s.headManifest(ctx, digest)
		if err != nil || there != nil {
			return err
		}
		sent = true
		return s.putManifest(ctx, digest, one)
	})
	return sent, err
}

// readBack compares what the registry holds with what was pushed: the bytes by their digest, the size, and the media type, by which
// others decide how to read them.
func (s *session) readBack(ctx context.Context, one document) error {
	return s.attempt(ctx, func(ctx context.Context) error {
		found, err := s.getManifest(ctx, one.Digest.String())
		if status(err) == 404 {
			return lost("manifest " + one.Digest.String())
		}
		if err != nil {
			return err
		}
		if found.described != one.described {
			return mismatch(fmt.Sprintf("%s, %d bytes", one.MediaType, one.Size), fmt.Sprintf("%s, %d bytes", found.MediaType, found.Size), "the registry holds manifest "+one.Digest.String()+" as something else")
		}
		return nil
	})
}

// lost is something that the registry accepted and does not have. It may need a moment: some registries write to slow stores.
func lost(what string) *fault {
	f := faultf(lying, "the registry accepted %s but does not have it", what)
	f.Status, f.again = 404, true
	return f
}
