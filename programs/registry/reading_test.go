package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// artifact is a manifest that refers to an image.
func artifact(t *testing.T, subject *built, name string) []byte {
	t.Helper()
	return marshal(t, v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		Config:        v1.Descriptor{MediaType: "application/vnd.example." + types.MediaType(name), Digest: digestOf([]byte("{}")), Size: 2},
		Layers:        []v1.Descriptor{},
		Subject:       &v1.Descriptor{MediaType: types.OCIImageIndex, Digest: subject.digest, Size: 1},
	})
}

func TestFindsReferrersByTheAPI(t *testing.T) {
	f, first, second := twoImages(t, "1.0")
	raw := artifact(t, first, "signature")
	f.ask(http.MethodPut, "/v2/demo/app/manifests/"+digestOf(raw).String(), string(types.OCIManifestSchema1), raw)
	for _, image := range []*built{first, second} {
		if found, err := probeReferrers(t.Context(), image.at(f), options{patience: quick(&waits{})}); err != nil || found.Referrers != byAPI {
			t.Errorf("found %+v, %v", found, err)
		}
	}
}

func TestFindsReferrersByTagWhereThereIsNoAPI(t *testing.T) {
	for _, refusal := range []int{400, 404, 405, 406} {
		f, first, _ := twoImages(t, "1.0")
		f.inject(`/referrers/`, 1000, answer(refusal, "UNSUPPORTED"))
		if found, err := probeReferrers(t.Context(), first.at(f), options{patience: quick(&waits{})}); err != nil || found.Referrers != byTag {
			t.Errorf("%d: found %+v, %v", refusal, found, err)
		}
	}
}

// A registry that fails or denies access has not said that it has no API.
func TestNeverTakesAFaultForNoReferrers(t *testing.T) {
	cases := []struct {
		title string
		fault func(http.ResponseWriter, *http.Request, http.Handler)
		code  code
	}{
		{"403", answer(403, "DENIED"), denied},
		{"503", answer(503, "UNAVAILABLE"), unavailable},
		{"a list that is no JSON", changed(func(r *httptest.ResponseRecorder) { r.Body.Bytes()[0] = 'x' }), lying},
		{"a list that is cut off", truncated, reset},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, first, _ := twoImages(t, "1.0")
			f.inject(`/referrers/`, 1000, one.fault)
			found, err := probeReferrers(t.Context(), first.at(f), options{patience: quick(&waits{})})
			if failed := asFault(t, err); failed == nil || failed.Code != one.code {
				t.Errorf("wanted %s, found %+v, %v", one.code, found, err)
			}
		})
	}
}

func TestPullsWhatWasPushedByteForByte(t *testing.T) {
	f, first, _ := twoImages(t, "1.0")
	for _, reference := range []string{first.at(f), f.host + "/demo/app:1.0"} {
		directory := filepath.Join(t.TempDir(), "new")
		done, err := pull(t.Context(), reference, directory, options{patience: quick(&waits{})})
		if err != nil || done.Digest != first.digest.String() || len(done.Manifests) != 3 || done.Blobs != 5 || done.Manifests[2] != first.digest.String() {
			t.Fatalf("found %+v, %v", done, err)
		}
		for _, blob := range first.blobs {
			wanted, _ := os.ReadFile(filepath.Join(first.directory, blobPath(blob.Digest)))
			found, err := os.ReadFile(filepath.Join(directory, blobPath(blob.Digest)))
			if err != nil || !bytes.Equal(wanted, found) {
				t.Errorf("blob %s is another", blob.Digest)
			}
		}
		again := newFaulty(t)
		if _, err := push(t.Context(), directory, first.at(again), options{patience: quick(&waits{})}); err != nil {
			t.Errorf("what was pulled cannot be pushed: %v", err)
		}
	}
}

func TestLeavesNoLayoutBehindThatIsNotWhole(t *testing.T) {
	cases := []struct {
		title string
		fault func(http.ResponseWriter, *http.Request, http.Handler)
		code  code
	}{
		{"other bytes", changed(func(r *httptest.ResponseRecorder) { r.Body.Bytes()[0] ^= 1 }), lying},
		{"more bytes", changed(func(r *httptest.ResponseRecorder) { r.Header().Del("Content-Length"); r.Body.WriteString("more") }), lying},
		{"cut off", truncated, reset},
		{"missing", answer(404, "BLOB_UNKNOWN"), notFound},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, first, _ := twoImages(t, "1.0")
			f.inject(`^GET /v2/demo/app/blobs/`, 1000, one.fault)
			directory := t.TempDir()
			_, err := pull(t.Context(), first.at(f), directory, options{patience: quick(&waits{})})
			if failed := asFault(t, err); failed == nil || failed.Code != one.code {
				t.Errorf("found %v", err)
			}
			if left, _ := os.ReadDir(directory); len(left) != 0 {
				t.Errorf("wanted nothing left, found %v", left)
			}
		})
	}
}

func TestPullsAgainWhatWasCutOff(t *testing.T) {
	f, first, _ := twoImages(t, "1.0")
	f.inject(`^GET /v2/demo/app/blobs/`, 2, truncated)
	if done, err := pull(t.Context(), first.at(f), t.TempDir(), options{patience: quick(&waits{})}); err != nil || done.Retries != 2 {
		t.Errorf("found %+v, %v", done, err)
	}
}

func TestPullsIntoEmptyDirectoriesOnly(t *testing.T) {
	f, first, _ := twoImages(t, "1.0")
	directory := t.TempDir()
	mine := filepath.Join(directory, "mine")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := pull(t.Context(), first.at(f), directory, options{patience: quick(&waits{})})
	if failed := asFault(t, err); failed == nil || failed.Code != badLayout {
		t.Errorf("found %v", err)
	}
	if _, err := os.Stat(mine); err != nil || len(f.seen) != 0 {
		t.Errorf("wanted nothing touched and nobody asked, found %v, %v", err, f.seen)
	}
}

func TestRefusesImagesThatAreNone(t *testing.T) {
	f := newFaulty(t)
	blob := v1.Descriptor{MediaType: types.OCILayer, Digest: digestOf(nil), Size: 1}
	nested := v1.Descriptor{}
	for range deepest + 1 {
		raw := marshal(t, v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: slices.DeleteFunc([]v1.Descriptor{nested}, func(one v1.Descriptor) bool { return one.Size == 0 })})
		f.ask(http.MethodPut, "/v2/demo/app/manifests/"+digestOf(raw).String(), string(types.OCIImageIndex), raw)
		nested = v1.Descriptor{MediaType: types.OCIImageIndex, Digest: digestOf(raw), Size: int64(len(raw))}
	}
	huge, foreign, negative := blob, blob, blob
	huge.Size, foreign.MediaType, negative.Size = mostBytes+1, types.OCIRestrictedLayer, -1
	cases := []struct {
		title   string
		kind    types.MediaType
		content any
		code    code
	}{
		{"schema version 1", types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 1}, lying},
		{"an index of schema version 1", types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 1}, lying},
		{"more bytes than anybody has", types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: blob, Layers: []v1.Descriptor{huge}}, refused},
		{"a size below nothing", types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: blob, Layers: []v1.Descriptor{negative}}, lying},
		{"a layer that must not be moved", types.OCIManifestSchema1, v1.Manifest{SchemaVersion: 2, Config: blob, Layers: []v1.Descriptor{foreign}}, lying},
		{"indexes within indexes", types.OCIImageIndex, v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{nested}}, lying},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			raw := marshal(t, one.content)
			f.ask(http.MethodPut, "/v2/demo/app/manifests/1.0", string(one.kind), raw)
			_, err := pull(t.Context(), f.host+"/demo/app:1.0", t.TempDir(), options{patience: quick(&waits{})})
			if failed := asFault(t, err); failed == nil || failed.Code != one.code {
				t.Errorf("found %v", err)
			}
		})
	}
}
