package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const aVerdict, aBill = "https://slsa.dev/verification_summary/v1", "https://cyclonedx.org/bom"

// bundlesAbout writes a bundle for each predicate type.
func bundlesAbout(t *testing.T, digest v1.Hash, predicateTypes ...string) string {
	t.Helper()
	directory := t.TempDir()
	for number, predicateType := range predicateTypes {
		statement := fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"demo","digest":{"sha256":%q}}],"predicateType":%q,"predicate":{}}`, digest.Hex, predicateType)
		payload := base64.StdEncoding.EncodeToString([]byte(statement))
		text := fmt.Sprintf(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payload":%q,"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"bm9uZQ=="}]}}`, payload)
		if err := os.WriteFile(filepath.Join(directory, fmt.Sprintf("%d.json", number)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

func attachTo(t *testing.T, f *faulty, b *built, directory string) (*attached, *fault) {
	t.Helper()
	done, err := attach(t.Context(), directory, b.at(f), options{patience: quick(&waits{})})
	return done, asFault(t, err)
}

// withoutReferrers is a registry of before the referrers API.
func withoutReferrers(t *testing.T) *faulty {
	f := newFaulty(t)
	f.healthy = wholeOnly(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	return f
}

// foundBeside asks as a client does: the API, or the list under the tag.
func foundBeside(t *testing.T, f *faulty, b *built) []string {
	t.Helper()
	list := f.ask(http.MethodGet, "/v2/demo/app/referrers/"+b.digest.String(), "", nil)
	if list.Code != http.StatusOK {
		list = f.ask(http.MethodGet, "/v2/demo/app/manifests/sha256-"+b.digest.Hex, "", nil)
	}
	index, err := parseIndex(list.Body.Bytes(), lying)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, one := range index.Manifests {
		var read referrer
		if err := json.Unmarshal(f.ask(http.MethodGet, "/v2/demo/app/manifests/"+one.Digest.String(), "", nil).Body.Bytes(), &read); err != nil {
			t.Fatal(err)
		}
		if read.Subject.Digest != b.digest || read.ArtifactType != "application/vnd.dev.sigstore.bundle.v0.3+json" || len(read.Layers) != 1 {
			t.Errorf("found %+v", read)
		}
		layer := f.ask(http.MethodGet, "/v2/demo/app/blobs/"+read.Layers[0].Digest.String(), "", nil).Body
		if !strings.Contains(layer.String(), "dsseEnvelope") {
			t.Errorf("found %s", layer)
		}
		found = append(found, read.Annotations["dev.sigstore.bundle.predicateType"])
	}
	slices.Sort(found)
	return found
}

func TestAttachesBundlesWhereEveryClientFindsThem(t *testing.T) {
	for by, f := range map[referrersBy]*faulty{byAPI: newFaulty(t), byTag: withoutReferrers(t)} {
		b := buildLayout(t, "a", 1)
		mustPush(t, f, b)
		first, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aBill))
		if failed != nil {
			t.Fatal(failed)
		}
		if first.Referrers != by || len(first.Bundles) != 1 || first.Bundles[0].PredicateType != aBill {
			t.Errorf("%s: found %+v", by, first)
		}
		if _, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aVerdict)); failed != nil {
			t.Fatal(failed)
		}
		if found := foundBeside(t, f, b); !slices.Equal(found, []string{aBill, aVerdict}) {
			t.Errorf("%s: found %v", by, found)
		}
	}
}

func TestAttachesNothingThatIsNotAboutTheImage(t *testing.T) {
	f, b, other := newFaulty(t), buildLayout(t, "a", 1), buildLayout(t, "b", 1)
	mustPush(t, f, b)
	f.forget()
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "1.json"), []byte(`{"mediaType":"text/plain"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, directory := range []string{bundlesAbout(t, other.digest, aBill), broken, t.TempDir(), filepath.Join(broken, "nowhere")} {
		if _, failed := attachTo(t, f, b, directory); failed == nil || failed.Code != badLayout {
			t.Errorf("found %+v", failed)
		}
	}
	if len(f.seen) != 0 {
		t.Errorf("wanted the registry not to be asked, found %v", f.seen)
	}
}

func TestAttachesToNothingThatIsNotThere(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	if _, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aBill)); failed == nil || failed.Code != notFound {
		t.Errorf("found %+v", failed)
	}
}

// Another writer replaces the list between reading and writing it: what either wrote is in it in the end.
func TestLosesNoEntryOfAListThatAnotherWrites(t *testing.T) {
	f, b := withoutReferrers(t), buildLayout(t, "a", 1)
	mustPush(t, f, b)
	list := "/v2/demo/app/manifests/sha256-" + b.digest.Hex
	f.inject("^PUT "+list, 1, func(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
		healthy.ServeHTTP(w, r)
		if _, failed := attachTo(t, &faulty{host: f.host}, b, bundlesAbout(t, b.digest, aVerdict)); failed != nil {
			t.Error(failed)
		}
		// As if the other had read the list before.
		f.ask(http.MethodPut, list, "application/vnd.oci.image.index.v1+json", marshal(t, v1.IndexManifest{SchemaVersion: 2, MediaType: "application/vnd.oci.image.index.v1+json", Manifests: []v1.Descriptor{}}))
	})
	if _, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aBill)); failed != nil {
		t.Fatal(failed)
	}
	if found := foundBeside(t, f, b); !slices.Contains(found, aBill) {
		t.Errorf("found %v", found)
	}
}

func TestSaysThatAListIsSomethingElse(t *testing.T) {
	f, b := withoutReferrers(t), buildLayout(t, "a", 1)
	mustPush(t, f, b)
	if _, failed := tagIn(t, f, b, false, "sha256-"+b.digest.Hex); failed != nil {
		t.Fatal(failed)
	}
	if _, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aBill)); failed == nil || failed.Code != conflict {
		t.Errorf("found %+v", failed)
	}
}

func TestOutlastsFaultsWhileItAttaches(t *testing.T) {
	f, b := withoutReferrers(t), buildLayout(t, "a", 1)
	mustPush(t, f, b)
	f.inject("^PUT /v2/demo/app/manifests/", 2, answer(503, "UNAVAILABLE"))
	f.inject("^POST ", 1, answer(503, "UNAVAILABLE"))
	done, failed := attachTo(t, f, b, bundlesAbout(t, b.digest, aBill, aVerdict))
	if failed != nil || done.Retries == 0 {
		t.Fatalf("found %+v, %+v", done, failed)
	}
	if found := foundBeside(t, f, b); len(found) != 2 {
		t.Errorf("found %v", found)
	}
}
