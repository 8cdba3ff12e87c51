package main

import (
	"context"
	"net/http"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const mostTags = 100

// tagState is what became of a tag.
type tagState string

const (
	// unchanged: it pointed at the digest already, and nothing was written.
	unchanged tagState = "unchanged"
	created   tagState = "created"
	moved     tagState = "moved"
	// overtaken: it was written, and somebody else wrote it after that. It points at one whole image, though not at this one.
	overtaken tagState = "overtaken"
)

// tagged is what `tag` prints.
type tagged struct {
	SchemaVersion int         `json:"schemaVersion"`
	Digest        string      `json:"digest"`
	Tags          []tagResult `json:"tags"`
	Retries       int64       `json:"retries"`
}

type tagResult struct {
	Tag   string   `json:"tag"`
	State tagState `json:"state"`
	// Before is the digest that the tag pointed to; absent if there was no such tag.
	Before string `json:"before,omitempty"`
	// Now is the digest that it was seen to point at in the end.
	Now string `json:"now"`
}

// tag points tags at a digest that the registry has. All are checked before the first is moved. A registry cannot be asked to move a tag
// only if it still points where it did, so others are noticed by reading back.
func tag(ctx context.Context, reference string, tags []string, immutable bool, chosen options) (*tagged, error) {
	repository, digest, err := parseDigestReference(reference)
	if err != nil {
		return nil, err
	}
	for index, one := range tags {
		if !tagShape.MatchString(one) {
			return nil, faultf(badReference, "expected a tag of at most 128 letters, digits, dots, dashes and underscores, found %q", one)
		}
		if slices.Contains(tags[:index], one) {
			return nil, faultf(badReference, "expected each tag once, found %q twice", one)
		}
	}
	s, err := open(ctx, repository, transport.PushScope, chosen)
	if err != nil {
		return nil, err
	}
	var target *document
	err = s.attempt(ctx, func(ctx context.Context) (err error) {
		target, err = s.getManifest(ctx, digest.String())
		return err
	})
	if err != nil {
		return nil, err
	}
	before := make([]*described, len(tags))
	for index, one := range tags {
		if before[index], err = s.lookAtTag(ctx, one, digest, immutable); err != nil {
			return nil, err
		}
	}
	done := &tagged{SchemaVersion: schemaVersion, Digest: digest.String()}
	for index, one := range tags {
		result, err := s.moveTag(ctx, one, before[index], *target, immutable)
		if err != nil {
			return nil, err
		}
		done.Tags = append(done.Tags, *result)
	}
	done.Retries = s.again.Load()
	return done, nil
}

// lookAtTag returns where a tag points, nil if there is none, and refuses one that must not move.
func (s *session) lookAtTag(ctx context.Context, tag string, wanted v1.Hash, immutable bool) (found *described, err error) {
	err = s.attempt(ctx, func(ctx context.Context) error {
		found, err = s.headManifest(ctx, tag)
		if err == nil && immutable && found != nil && found.Digest != wanted {
			return pointsElsewhere(tag, wanted, found.Digest)
		}
		return err
	})
	return found, err
}

// moveTag writes a tag unless it is right already. It looks again right before, which keeps the time short in which somebody could come between.
func (s *session) moveTag(ctx context.Context, tag string, before *described, target document, immutable bool) (*tagResult, error) {
	result := &tagResult{Tag: tag, State: created}
	if before != nil {
		result.State, result.Before = moved, before.Digest.String()
	}
	written := false
	err := s.attempt(ctx, func(ctx context.Context) error {
		now, err := s.headManifest(ctx, tag)
		switch {
		case err != nil:
			return err
		case now != nil && now.Digest == target.Digest:
			return nil
		case now != nil && immutable:
			return pointsElsewhere(tag, target.Digest, now.Digest)
		}
		written = true
		return s.afterRefusal(ctx, tag, target.Digest, s.putManifest(ctx, tag, target))
	})
	if err != nil {
		return nil, err
	}
	if !written {
		result.State = unchanged
	}
	now, err := s.whereNow(ctx, tag, before, target.Digest)
	if err != nil {
		return nil, err
	}
	result.Now = now.String()
	if now != target.Digest {
		if immutable {
			return nil, s.complete(pointsElsewhere(tag, target.Digest, now), 1)
		}
		result.State = overtaken
	}
	return result, nil
}

// afterRefusal looks at a tag whose writing was refused: a registry whose tags are immutable refuses even the digest that they have, and
// each does so with a status of its own.
func (s *session) afterRefusal(ctx context.Context, tag string, wanted v1.Hash, refusal error) error {
	if !slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusPreconditionFailed}, status(refusal)) {
		return refusal
	}
	now, err := s.headManifest(ctx, tag)
	switch {
	case err != nil || now == nil:
		return refusal
	case now.Digest == wanted:
		return nil
	case status(refusal) == http.StatusForbidden:
		return refusal
	default:
		return pointsElsewhere(tag, wanted, now.Digest)
	}
}

// whereNow reads a tag that was written. One that has not moved at all may need a moment.
func (s *session) whereNow(ctx context.Context, tag string, before *described, wanted v1.Hash) (now v1.Hash, err error) {
	err = s.attempt(ctx, func(ctx context.Context) error {
		found, err := s.headManifest(ctx, tag)
		switch {
		case err != nil:
			return err
		case found == nil:
			return lost("tag " + tag)
		case found.Digest != wanted && before != nil && found.Digest == before.Digest:
			f := mismatch(wanted.String(), found.Digest.String(), "the registry accepted tag "+tag+" but did not move it, or somebody moved it back")
			f.Tag, f.again = tag, true
			return f
		}
		now = found.Digest
		return nil
	})
	return now, err
}

func pointsElsewhere(tag string, wanted, found v1.Hash) *fault {
	f := faultf(existsOther, "tag %s must not move: it points to %s, and was to point to %s", tag, found, wanted)
	f.Tag, f.Wanted, f.Found = tag, wanted.String(), found.String()
	return f
}
