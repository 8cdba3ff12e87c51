package main

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func TestResolvesATagOrADigest(t *testing.T) {
	f, first, second := twoImages(t, "1.0")
	for _, reference := range []string{f.host + "/demo/app:1.0", first.at(f)} {
		found, err := resolve(t.Context(), reference, options{patience: quick(&waits{})})
		if err != nil || found.Digest != first.digest || !found.Index || found.MediaType != types.OCIImageIndex || len(found.Manifests) != 2 {
			t.Fatalf("%s: found %+v, %v", reference, found, err)
		}
		for number, one := range found.Manifests {
			if wanted := (&platform{OS: "linux", Architecture: []string{"a0", "a1"}[number]}); one.MediaType != types.OCIManifestSchema1 || !reflect.DeepEqual(one.Platform, wanted) {
				t.Errorf("expected an image for %+v, found %+v", wanted, one)
			}
		}
	}
	for _, reference := range []string{f.host + "/demo/app:2.0", f.host + "/demo/other:1.0", buildLayout(t, "third", 1).at(f)} {
		_, err := resolve(t.Context(), reference, options{patience: quick(&waits{})})
		if failed := asFault(t, err); failed == nil || failed.Code != notFound || failed.Attempts != 1 {
			t.Errorf("%s: found %+v", reference, failed)
		}
	}
	if found, err := resolve(t.Context(), second.at(f), options{patience: quick(&waits{})}); err != nil || found.Digest != second.digest {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestResolvesASingleImageToItself(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	mustPush(t, f, b)
	found, err := resolve(t.Context(), b.at(f), options{patience: quick(&waits{})})
	wanted := []entry{{Digest: b.digest, MediaType: types.OCIManifestSchema1}}
	if err != nil || found.Index || found.Digest != b.digest || !reflect.DeepEqual(found.Manifests, wanted) {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestReadsTheConfigurationOfAnImage(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a <b> & c", 1)
	mustPush(t, f, b)
	f.inject(`^GET /v2/demo/app/blobs/`, 2, truncated)
	found, err := config(t.Context(), b.at(f), options{patience: quick(&waits{})})
	if err != nil || found.Digest != b.digest || found.Retries != 2 || string(found.Config) != `{"architecture":"a0","os":"linux","author":"a <b> & c"}` {
		t.Errorf("found %+v, %v", found, err)
	}
	_, index, _ := twoImages(t, "1.0")
	mustPush(t, f, index)
	_, err = config(t.Context(), index.at(f), options{patience: quick(&waits{})})
	if failed := asFault(t, err); failed == nil || failed.Code != badReference || !strings.Contains(failed.Message, "that of an index") {
		t.Errorf("found %+v", failed)
	}
}

// Both commands meet the same faults, and neither mistakes one for an answer.
func TestReadsNothingThatItCannotCheck(t *testing.T) {
	otherBytes := changed(func(r *httptest.ResponseRecorder) { r.Body.Bytes()[0] ^= 1 })
	cases := []struct {
		title   string
		request string
		times   int
		fault   func(http.ResponseWriter, *http.Request, http.Handler)
		code    code
	}{
		{"denied", `^GET /v2/demo/app/manifests/`, 1, answer(403, "DENIED"), denied},
		{"away for ever", `^GET /v2/demo/app/manifests/`, 1000, answer(503, "UNAVAILABLE"), unavailable},
		{"away twice", `^GET /v2/demo/app/manifests/`, 2, answer(503, "UNAVAILABLE"), ""},
		{"another digest in the header", `^GET /v2/demo/app/manifests/`, 1, changed(otherDigest), lying},
		{"other bytes", `^GET /v2/demo/app/manifests/`, 1, otherBytes, lying},
		{"cut off for ever", `^GET /v2/demo/app/manifests/`, 1000, truncated, reset},
		{"another media type", `^GET /v2/demo/app/manifests/`, 1, changed(func(r *httptest.ResponseRecorder) { r.Header().Set("Content-Type", "text/html") }), lying},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			for name, ask := range map[string]func(f *faulty, b *built) error{
				"resolve": func(f *faulty, b *built) error {
					_, err := resolve(t.Context(), b.at(f), options{patience: quick(&waits{})})
					return err
				},
				"config": func(f *faulty, b *built) error {
					_, err := config(t.Context(), b.at(f), options{patience: quick(&waits{})})
					return err
				},
			} {
				f, b := newFaulty(t), buildLayout(t, "a", 1)
				mustPush(t, f, b)
				f.inject(one.request, one.times, one.fault)
				err := ask(f, b)
				if one.code == "" {
					if err != nil {
						t.Errorf("%s: found %v", name, err)
					}
					continue
				}
				if failed := asFault(t, err); failed == nil || failed.Code != one.code || failed.Host != f.host || failed.Repository != "demo/app" {
					t.Errorf("%s: expected %s, found %+v", name, one.code, failed)
				}
			}
		})
	}
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	mustPush(t, f, b)
	f.inject(`^GET /v2/demo/app/blobs/`, 1000, otherBytes)
	_, err := config(t.Context(), b.at(f), options{patience: quick(&waits{})})
	if failed := asFault(t, err); failed == nil || failed.Code != lying {
		t.Errorf("a configuration of other bytes: found %v", err)
	}
}

func TestRefusesWhatIsNeitherAnImageNorAnIndex(t *testing.T) {
	f := newFaulty(t)
	put := func(kind types.MediaType, content any) string {
		raw := marshal(t, content)
		f.ask(http.MethodPut, "/v2/demo/app/manifests/"+digestOf(raw).String(), string(kind), raw)
		return f.host + "/demo/app@" + digestOf(raw).String()
	}
	text := []byte("no JSON")
	f.ask(http.MethodPost, "/v2/demo/app/blobs/uploads/?digest="+digestOf(text).String(), "application/octet-stream", text)
	configuration := v1.Descriptor{MediaType: types.OCIConfigJSON, Digest: digestOf(text), Size: int64(len(text))}
	huge, negative := configuration, configuration
	huge.Size, negative.Size = documentLimit+1, -1
	image := v1.Manifest{SchemaVersion: 2, Config: configuration}
	put(types.OCIManifestSchema1, image)
	known := v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: digestOf(marshal(t, image)), Size: 1}
	many := v1.IndexManifest{SchemaVersion: 2, Manifests: slices.Repeat([]v1.Descriptor{known}, mostManifests+1)}
	cases := []struct {
		title     string
		reference string
		resolve   code
		config    code
	}{
		{"a manifest of schema version 1", put(types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 1}), lying, lying},
		{"an index of schema version 1", put(types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 1}), lying, badReference},
		{"more manifests than any image has", put(types.OCIImageIndex, many), lying, badReference},
		{"a size below zero", put(types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: negative}), lying, lying},
		{"a huge configuration", put(types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: huge}), "", refused},
		{"a configuration that is not JSON", put(types.OCIManifestSchema1, image), "", lying},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			codeOf := func(err error) code {
				if err == nil {
					return ""
				}
				return asFault(t, err).Code
			}
			if _, err := resolve(t.Context(), one.reference, options{patience: quick(&waits{})}); codeOf(err) != one.resolve {
				t.Errorf("resolve: expected %q, found %v", one.resolve, err)
			}
			if _, err := config(t.Context(), one.reference, options{patience: quick(&waits{})}); codeOf(err) != one.config {
				t.Errorf("config: expected %q, found %v", one.config, err)
			}
		})
	}
}

func TestRefusesReferencesThatSayTooLittle(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, reference := range []string{"", "app", "app:1.0", "demo/app@" + digest, "registry.example/demo/app", "https://registry.example/demo/app:1.0", "registry.example/demo/app@sha256:abc", "registry.example/DEMO/app:1.0", "registry.example/demo/app@sha512:" + strings.Repeat("a", 128)} {
		_, err := resolve(t.Context(), reference, options{})
		if failed := asFault(t, err); failed == nil || failed.Code != badReference {
			t.Errorf("%q: found %+v", reference, failed)
		}
		if _, err := config(t.Context(), reference, options{}); err == nil || asFault(t, err).Code != badReference {
			t.Errorf("%q: found %v", reference, err)
		}
	}
}
