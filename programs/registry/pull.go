package main

import (
	"context"
	"io"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"
)

// mostBytes is the size limit of one image; a stranger's image must not fill the disk.
const mostBytes = 64 << 30

// pulled is what `pull` prints.
type pulled struct {
	SchemaVersion int             `json:"schemaVersion"`
	Digest        string          `json:"digest"`
	MediaType     types.MediaType `json:"mediaType"`
	// Manifests are the digests of all manifests, an index after those that it names.
	Manifests []string `json:"manifests"`
	Blobs     int      `json:"blobs"`
	Bytes     int64    `json:"bytes"`
	Retries   int64    `json:"retries"`
}

// pull writes an image as an OCI layout into a new or empty directory, with every byte verified by digest. An unfinished layout
// is removed.
func pull(ctx context.Context, text, directory string, chosen options) (done *pulled, err error) {
	repository, reference, err := parseReference(text)
	if err != nil {
		return nil, err
	}
	// Not openToRead: a directory that cannot be written to is refused before the registry is asked.
	to, err := newLayout(directory)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			to.discard()
		}
		to.close()
	}()
	s, err := open(ctx, repository, transport.PullScope, chosen)
	if err != nil {
		return nil, err
	}
	found, err := s.gatherImage(ctx, reference)
	if err != nil {
		return nil, err
	}
	top := found.top()
	done = &pulled{SchemaVersion: schemaVersion, Digest: top.Digest.String(), MediaType: top.MediaType, Blobs: len(found.blobs)}
	if done.Bytes, err = s.pullBlobs(ctx, to, found.blobs); err != nil {
		return nil, err
	}
	for _, one := range found.manifests {
		if err := to.write(blobPath(one.Digest), func(file io.Writer) error { _, err := file.Write(one.raw); return err }); err != nil {
			return nil, err
		}
		done.Manifests = append(done.Manifests, one.Digest.String())
	}
	done.Retries = s.again.Load()
	return done, to.finish(top.described)
}

// gatherImage reads all manifests of an image.
func (s *session) gatherImage(ctx context.Context, reference string) (*image, error) {
	top, err := s.readManifest(ctx, reference)
	if err != nil {
		return nil, err
	}
	found := &image{}
	err = found.gather(func(descriptor v1.Descriptor) (document, error) {
		one, err := s.readManifest(ctx, descriptor.Digest.String())
		if err != nil {
			return document{}, err
		}
		if one.MediaType != descriptor.MediaType || one.Size != descriptor.Size {
			return document{}, faultf(lying, "manifest %s does not match what the index says about it", descriptor.Digest)
		}
		return *one, nil
	}, *top, lying, 0)
	if err != nil {
		return nil, s.complete(err, 1)
	}
	total := int64(0)
	for _, blob := range found.blobs {
		if total += blob.Size; blob.Size > mostBytes || total > mostBytes {
			return nil, s.complete(faultf(refused, "the image has more than %d bytes", int64(mostBytes)), 1)
		}
	}
	return found, nil
}

func (s *session) pullBlobs(ctx context.Context, to *layout, blobs []v1.Descriptor) (int64, error) {
	var bytes atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelBlobs)
	for _, blob := range blobs {
		group.Go(func() error {
			err := s.attempt(ctx, func(ctx context.Context) error {
				return to.write(blobPath(blob.Digest), func(file io.Writer) error { return s.readBlob(ctx, blob, file) })
			})
			bytes.Add(blob.Size)
			return err
		})
	}
	err := group.Wait()
	return bytes.Load(), err
}
