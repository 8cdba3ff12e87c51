package main

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// referrersBy is how a registry is asked what refers to a digest.
type referrersBy string

const (
	// byAPI: the referrers API of the distribution specification 1.1.
	byAPI referrersBy = "api"
	// byTag: there is none, and clients keep an index under a tag made of the digest.
	byTag referrersBy = "tag"
)

// mostPages bounds how long a registry may go on about one digest.
const mostPages = 100

// probed is what `referrers probe` prints.
type probed struct {
	SchemaVersion int         `json:"schemaVersion"`
	Referrers     referrersBy `json:"referrers"`
}

// listed is what `referrers list` prints.
type listed struct {
	SchemaVersion int         `json:"schemaVersion"`
	Referrers     referrersBy `json:"referrers"`
	Manifests     []referrer  `json:"manifests"`
}

type referrer struct {
	Digest       string            `json:"digest"`
	MediaType    types.MediaType   `json:"mediaType"`
	Size         int64             `json:"size"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
}

// probeReferrers says how the registry is asked for referrers. The digest should be one that it has: some answer "not found" for a
// repository that does not exist yet, whatever they can do.
func probeReferrers(ctx context.Context, text string, chosen options) (*probed, error) {
	repository, digest, err := parseDigestReference(text)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, repository, transport.PullScope, chosen)
	if err != nil {
		return nil, err
	}
	page, _, err := s.referrersPage(ctx, request{path: "referrers/" + digest.String()})
	if err != nil {
		return nil, err
	}
	if page == nil {
		return &probed{SchemaVersion: schemaVersion, Referrers: byTag}, nil
	}
	return &probed{SchemaVersion: schemaVersion, Referrers: byAPI}, nil
}

// listReferrers says what refers to a digest: by the API, or by the tag where there is no API. All of it or nothing.
func listReferrers(ctx context.Context, text string, chosen options) (*listed, error) {
	repository, digest, err := parseDigestReference(text)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, repository, transport.PullScope, chosen)
	if err != nil {
		return nil, err
	}
	found := &listed{SchemaVersion: schemaVersion, Referrers: byAPI, Manifests: []referrer{}}
	asked := request{path: "referrers/" + digest.String()}
	for pages := 1; ; pages++ {
		page, next, err := s.referrersPage(ctx, asked)
		if err != nil {
			return nil, err
		}
		if page == nil {
			if pages > 1 {
				return nil, s.complete(faultf(lying, "the registry named a further page of referrers and does not have it"), 1)
			}
			return s.listByTag(ctx, digest, found)
		}
		found.add(page)
		if next == nil {
			return found, nil
		}
		if pages == mostPages {
			return nil, s.complete(faultf(lying, "the registry names more than %d pages of referrers", mostPages), 1)
		}
		asked = request{address: next}
	}
}

func (l *listed) add(page *v1.IndexManifest) {
	for _, one := range page.Manifests {
		l.Manifests = append(l.Manifests, referrer{Digest: one.Digest.String(), MediaType: one.MediaType, Size: one.Size, ArtifactType: one.ArtifactType, Annotations: one.Annotations})
	}
}

// listByTag reads the index under the tag that the specification's fallback gives a digest; without it nothing refers to the digest.
func (s *session) listByTag(ctx context.Context, digest v1.Hash, found *listed) (*listed, error) {
	found.Referrers = byTag
	err := s.attempt(ctx, func(ctx context.Context) error {
		one, err := s.getManifest(ctx, digest.Algorithm+"-"+digest.Hex)
		if status(err) == http.StatusNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		index, err := parseIndex(one.raw, lying)
		if err != nil {
			return err
		}
		found.add(index)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// referrersPage reads one page, and gives the address of the next. The page is nil where the registry has no such API, which
// registries older than it say with one of several statuses.
func (s *session) referrersPage(ctx context.Context, asked request) (page *v1.IndexManifest, next *url.URL, err error) {
	asked.method, asked.accept = http.MethodGet, string(types.OCIImageIndex)
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
		if page, err = parseIndex(raw, lying); err != nil {
			return err
		}
		next, err = s.nextPage(response)
		return err
	})
	return page, next, err
}

var nextLink = regexp.MustCompile(`<([^>]+)>\s*;[^,]*\brel="?next\b`)

// nextPage reads the Link header. A page elsewhere than at the registry is not asked for: no other has a word in this.
func (s *session) nextPage(response *http.Response) (*url.URL, error) {
	match := nextLink.FindStringSubmatch(strings.Join(response.Header.Values("Link"), ", "))
	if match == nil {
		return nil, nil
	}
	next, err := response.Request.URL.Parse(match[1])
	if err != nil || next.Host != s.base.Host {
		return nil, faultf(lying, "the registry names a next page of referrers that is not its own")
	}
	return next, nil
}
