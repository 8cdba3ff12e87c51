package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// mostBundles is how many bundles are attached at once, and largestBundle the size of one in bytes: Cosign reads no larger one.
	mostBundles   = 100
	largestBundle = 128 << 20
	emptyConfig   = `{}`
	emptyType     = types.MediaType("application/vnd.oci.empty.v1+json")
)

// attached is what `attach` prints.
type attached struct {
	SchemaVersion int          `json:"schemaVersion"`
	Digest        string       `json:"digest"`
	Referrers     referrersBy  `json:"referrers"`
	Bundles       []attachment `json:"bundles"`
	Retries       int64        `json:"retries"`
}

// attachment is one bundle, by the digest of the manifest that refers to the image.
type attachment struct {
	PredicateType string `json:"predicateType"`
	Digest        string `json:"digest"`
}

// referrer is an image manifest with the field of the image specification 1.1 that the library's lacks.
type referrer struct {
	v1.Manifest
	ArtifactType string `json:"artifactType"`
}

// attach writes Sigstore bundles beside an image, in the form in which Cosign writes and finds them: a manifest for each, whose subject is the
// image. They are not trusted: whoever reads them verifies them. Nothing that is attached already is removed, and no tag of the image is touched.
func attach(ctx context.Context, directory, reference string, chosen options) (*attached, error) {
	repository, digest, err := parseDigestReference(reference)
	if err != nil {
		return nil, err
	}
	bundles, err := readBundles(directory, digest)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, repository, transport.PushScope, chosen)
	if err != nil {
		return nil, err
	}
	subject, err := s.readManifest(ctx, digest.String())
	if err != nil {
		return nil, err
	}
	content := inMemory{}
	blobs := []v1.Descriptor{content.add([]byte(emptyConfig), emptyType)}
	for _, one := range bundles {
		blobs = append(blobs, content.add(one.raw, one.mediaType))
	}
	if err := s.pushBlobs(ctx, content, blobs, &pushed{}); err != nil {
		return nil, err
	}
	done := &attached{SchemaVersion: schemaVersion, Digest: digest.String(), Bundles: []attachment{}}
	var written []v1.Descriptor
	for number, one := range bundles {
		manifest, descriptor, err := one.refersTo(subject.described, blobs[0], blobs[number+1])
		if err != nil {
			return nil, err
		}
		if _, err := s.pushManifest(ctx, manifest); err != nil {
			return nil, err
		}
		if err := s.readBack(ctx, manifest); err != nil {
			return nil, err
		}
		written = append(written, descriptor)
		done.Bundles = append(done.Bundles, attachment{PredicateType: one.predicateType, Digest: manifest.Digest.String()})
	}
	if done.Referrers, err = s.list(ctx, digest, written); err != nil {
		return nil, err
	}
	done.Retries = s.again.Load()
	return done, nil
}

// refersTo is the manifest of a bundle about an image, and how a list of referrers describes it.
func (b bundle) refersTo(subject described, config, layer v1.Descriptor) (document, v1.Descriptor, error) {
	config.ArtifactType = string(b.mediaType)
	manifest := referrer{ArtifactType: string(b.mediaType), Manifest: v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		Config:        config,
		Layers:        []v1.Descriptor{layer},
		Subject:       &v1.Descriptor{MediaType: subject.MediaType, Digest: subject.Digest, Size: subject.Size},
		Annotations: map[string]string{
			"org.opencontainers.image.created":  time.Now().UTC().Format(time.RFC3339),
			"dev.sigstore.bundle.content":       "dsse-envelope",
			"dev.sigstore.bundle.predicateType": b.predicateType,
		},
	}}
	raw, err := json.Marshal(manifest)
	if err != nil {
		return document{}, v1.Descriptor{}, err
	}
	about := described{Digest: digestOf(raw), MediaType: types.OCIManifestSchema1, Size: int64(len(raw))}
	return document{described: about, raw: raw}, v1.Descriptor{
		MediaType: about.MediaType, Digest: about.Digest, Size: about.Size,
		ArtifactType: manifest.ArtifactType, Annotations: manifest.Annotations,
	}, nil
}

// list makes what was written findable. A registry with the referrers API has done so; in others, clients keep the list themselves, as an
// index under a tag that is made from the digest.
func (s *session) list(ctx context.Context, digest v1.Hash, written []v1.Descriptor) (referrersBy, error) {
	hasAPI, err := s.listsReferrers(ctx, digest)
	if err != nil || hasAPI {
		return byAPI, err
	}
	tag := digest.Algorithm + "-" + digest.Hex
	return byTag, s.attempt(ctx, func(ctx context.Context) error {
		known, err := s.listed(ctx, tag)
		if err != nil {
			return err
		}
		missing := slices.DeleteFunc(slices.Clone(written), func(one v1.Descriptor) bool { return lists(known, one) })
		if len(missing) == 0 {
			return nil
		}
		known.Manifests = append(known.Manifests, missing...)
		raw, err := json.Marshal(known)
		if err != nil {
			return err
		}
		index := document{raw: raw, described: described{Digest: digestOf(raw), MediaType: types.OCIImageIndex, Size: int64(len(raw))}}
		if err := s.putManifest(ctx, tag, index); err != nil {
			return err
		}
		// Another writer may have come between, and then has a list without these.
		now, err := s.listed(ctx, tag)
		if err == nil && slices.ContainsFunc(written, func(one v1.Descriptor) bool { return !lists(now, one) }) {
			err = lost("the list of referrers " + tag)
		}
		return err
	})
}

// listed reads the list under a tag; an empty one if there is none.
func (s *session) listed(ctx context.Context, tag string) (*v1.IndexManifest, error) {
	found, err := s.getManifest(ctx, tag)
	if status(err) == http.StatusNotFound {
		return &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}}, nil
	}
	if err != nil {
		return nil, err
	}
	if found.MediaType != types.OCIImageIndex {
		return nil, faultf(conflict, "expected a list of referrers under the tag %s, found %s", tag, found.MediaType)
	}
	return parseIndex(found.raw, lying)
}

func lists(index *v1.IndexManifest, wanted v1.Descriptor) bool {
	return slices.ContainsFunc(index.Manifests, func(one v1.Descriptor) bool { return one.Digest == wanted.Digest })
}

// bundle is a Sigstore bundle with a statement, as Cosign writes it to a file.
type bundle struct {
	raw           []byte
	mediaType     types.MediaType
	predicateType string
}

// readBundles reads every file of a directory, in the order of their names.
func readBundles(directory string, digest v1.Hash) ([]bundle, error) {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return nil, faultf(badLayout, "expected a directory with bundles, cannot open %s", directory)
	}
	defer root.Close()
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) == 0 || len(entries) > mostBundles {
		return nil, faultf(badLayout, "expected 1 to %d bundles in %s, found %d", mostBundles, directory, len(entries))
	}
	var bundles []bundle
	for _, entry := range entries {
		file, err := root.Open(entry.Name())
		if err != nil {
			return nil, faultf(badLayout, "cannot open the bundle %s", entry.Name())
		}
		raw, err := io.ReadAll(io.LimitReader(file, largestBundle+1))
		file.Close()
		if err != nil || len(raw) > largestBundle {
			return nil, faultf(badLayout, "expected the bundle %s of at most %d bytes, found more, or failed to read it", entry.Name(), largestBundle)
		}
		one, err := readBundle(raw, digest)
		if err != nil {
			return nil, faultf(badLayout, "%s: %s", entry.Name(), err)
		}
		bundles = append(bundles, one)
	}
	return bundles, nil
}

func readBundle(raw []byte, digest v1.Hash) (bundle, error) {
	var said struct {
		MediaType types.MediaType `json:"mediaType"`
		Envelope  struct {
			Payload []byte `json:"payload"`
		} `json:"dsseEnvelope"`
	}
	var statement struct {
		PredicateType string `json:"predicateType"`
		Subject       []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
	}
	if json.Unmarshal(raw, &said) != nil || said.MediaType != "application/vnd.dev.sigstore.bundle.v0.3+json" {
		return bundle{}, faultf(badLayout, "expected a Sigstore bundle of version 0.3, found another document")
	}
	if json.Unmarshal(said.Envelope.Payload, &statement) != nil || statement.PredicateType == "" {
		return bundle{}, faultf(badLayout, "expected a bundle with an in-toto statement, found another")
	}
	for _, subject := range statement.Subject {
		if subject.Digest[digest.Algorithm] == digest.Hex {
			return bundle{raw: raw, mediaType: said.MediaType, predicateType: statement.PredicateType}, nil
		}
	}
	return bundle{}, faultf(badLayout, "expected a statement about %s, found one about something else", digest)
}

// inMemory are blobs by their digest.
type inMemory map[v1.Hash][]byte

func (m inMemory) add(content []byte, mediaType types.MediaType) v1.Descriptor {
	digest := digestOf(content)
	m[digest] = content
	return v1.Descriptor{MediaType: mediaType, Digest: digest, Size: int64(len(content))}
}

func (m inMemory) open(blob v1.Descriptor) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(m[blob.Digest])), nil
}

// check has nothing to find: the descriptors are made from these bytes.
func (m inMemory) check(v1.Descriptor) error { return nil }
