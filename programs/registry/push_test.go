package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const (
	anyBlobUpload = `^PUT /v2/demo/app/blobs/uploads/`
	anySending    = `^(POST|PUT|PATCH|DELETE) `
	anyManifest   = `^PUT /v2/demo/app/manifests/sha256:`
	readingBack   = `^GET /v2/demo/app/manifests/sha256:`
)

func pushTo(t *testing.T, f *faulty, b *built, chosen patience) (*pushed, *fault) {
	t.Helper()
	done, err := push(t.Context(), b.directory, b.at(f), options{patience: chosen})
	return done, asFault(t, err)
}

func asFault(t *testing.T, err error) *fault {
	t.Helper()
	if err == nil {
		return nil
	}
	var failed *fault
	if !errors.As(err, &failed) {
		t.Fatalf("wanted a typed fault, found %v", err)
	}
	return failed
}

func mustPush(t *testing.T, f *faulty, b *built) *pushed {
	t.Helper()
	done, failed := pushTo(t, f, b, quick(&waits{}))
	if failed != nil {
		t.Fatal(failed)
	}
	return done
}

func TestPushesChildrenBeforeTheirIndexAndTouchesNoTag(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 2)
	done := mustPush(t, f, b)
	if done.Digest != b.digest.String() || done.Manifests != (counts{Sent: 3}) || done.Blobs != (counts{Sent: 5}) || done.Retries != 0 {
		t.Errorf("found %+v", done)
	}
	var order []string
	for _, line := range f.seen {
		if strings.HasPrefix(line, "PUT /v2/demo/app/manifests/") {
			order = append(order, strings.TrimPrefix(line, "PUT /v2/demo/app/manifests/"))
		}
	}
	if len(order) != 3 || order[2] != b.digest.String() {
		t.Errorf("wanted the index last, found %v", order)
	}
	if tags := f.ask(http.MethodGet, "/v2/demo/app/tags/list", "", nil).Body.String(); !strings.Contains(tags, `"tags":null`) {
		t.Errorf("wanted no tag, found %s", tags)
	}
}

func TestPushesOneManifestWithoutAnIndex(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	if done := mustPush(t, f, b); done.Manifests != (counts{Sent: 1}) || done.Blobs != (counts{Sent: 3}) || done.SentBytes == 0 {
		t.Errorf("found %+v", done)
	}
	if f.digestAt("demo/app", b.digest.String()) != b.digest.String() {
		t.Error("the manifest is not there")
	}
}

func TestPushesTheSecondTimeWithoutSendingAnything(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 2)
	mustPush(t, f, b)
	f.forget()
	if done := mustPush(t, f, b); done.Manifests != (counts{Present: 3}) || done.Blobs != (counts{Present: 5}) || done.SentBytes != 0 {
		t.Errorf("found %+v", done)
	}
	if sent := f.count(anySending); sent != 0 {
		t.Errorf("wanted no request that changes anything, found %d in %v", sent, f.seen)
	}
}

func TestDoesNotSendWhatAnotherImageBroughtAlready(t *testing.T) {
	f := newFaulty(t)
	mustPush(t, f, buildLayout(t, "a", 1))
	if done := mustPush(t, f, buildLayout(t, "b", 1)); done.Blobs != (counts{Sent: 2, Present: 1}) {
		t.Errorf("found %+v", done.Blobs)
	}
}

// After each temporary fault the push succeeds, and every blob was sent completely once.
func TestOutlastsFaultsThatPass(t *testing.T) {
	cases := []struct {
		title   string
		request string
		times   int
		fault   func(http.ResponseWriter, *http.Request, http.Handler)
		retries int64
	}{
		{"429 at the first question", `^GET /v2/$`, 1, answer(429, "TOOMANYREQUESTS"), 1},
		{"429 for a blob", anyBlobUpload, 1, answer(429, "TOOMANYREQUESTS", "Retry-After", "1"), 1},
		{"429 that calls itself 403", anyManifest, 1, answer(403, "TOOMANYREQUESTS"), 1},
		{"500 for a blob", anyBlobUpload, 2, answer(500, "UNKNOWN"), 2},
		{"502 for an upload", `^POST `, 1, answer(502, "UNKNOWN"), 1},
		{"503 for a manifest", anyManifest, 3, answer(503, "UNAVAILABLE"), 3},
		{"504 while reading back", readingBack, 1, answer(504, "UNKNOWN"), 1},
		{"408 for a question", `^HEAD /v2/demo/app/blobs/`, 1, answer(408, "UNKNOWN"), 1},
		{"a reset while a blob is sent", anyBlobUpload, 1, resetMidBody, 1},
		{"a reset after a blob was stored", anyBlobUpload, 1, resetAfter, 1},
		{"a reset after a manifest was stored", anyManifest, 1, resetAfter, 1},
		{"an upload that the registry forgot", anyBlobUpload, 1, answer(404, "BLOB_UPLOAD_UNKNOWN"), 1},
		{"a body that is cut off while reading back", readingBack, 1, truncated, 1},
		{"a manifest that takes a moment to be there", readingBack, 2, answer(404, "MANIFEST_UNKNOWN"), 2},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b := newFaulty(t), buildLayout(t, "a", 1)
			f.inject(one.request, one.times, one.fault)
			done := mustPush(t, f, b)
			if done.Retries != one.retries || done.Blobs != (counts{Sent: 3}) || done.Manifests != (counts{Sent: 1}) {
				t.Errorf("found %+v", done)
			}
			if f.digestAt("demo/app", b.digest.String()) != b.digest.String() {
				t.Error("the manifest is not there")
			}
		})
	}
}

// Each permanent fault: its code, the number of attempts, and that the manifest is not assumed to exist.
func TestNamesFaultsThatStay(t *testing.T) {
	const always = 1000
	cases := []struct {
		title    string
		request  string
		fault    func(http.ResponseWriter, *http.Request, http.Handler)
		code     code
		status   int
		attempts int
	}{
		{"401 without a challenge", `.`, answer(401, "UNAUTHORIZED"), unauthorized, 401, 1},
		{"401 for an upload", `^POST `, answer(401, "UNAUTHORIZED"), unauthorized, 401, 1},
		{"403 at the first question", `^GET /v2/$`, answer(403, "DENIED"), denied, 403, 1},
		{"403 for an upload", `^POST `, answer(403, "DENIED"), denied, 403, 1},
		{"403 for a manifest", anyManifest, answer(403, "DENIED"), denied, 403, 1},
		{"404 for a repository that must exist first", `^POST `, answer(404, "NAME_UNKNOWN"), notFound, 404, 1},
		{"404 for a manifest", anyManifest, answer(404, "MANIFEST_BLOB_UNKNOWN"), notFound, 404, 1},
		{"409 for a manifest", anyManifest, answer(409, "DENIED"), conflict, 409, 1},
		{"400 for a manifest", anyManifest, answer(400, "MANIFEST_INVALID"), refused, 400, 1},
		{"413 for a blob", anyBlobUpload, answer(413, "SIZE_INVALID"), refused, 413, 1},
		{"501", `^POST `, answer(501, "UNSUPPORTED"), refused, 501, 1},
		{"429 for ever", `^POST `, answer(429, "TOOMANYREQUESTS", "Retry-After", "7"), tooMany, 429, 4},
		{"503 for ever", anyManifest, answer(503, "UNAVAILABLE"), unavailable, 503, 4},
		{"resets for ever", anyBlobUpload, resetMidBody, reset, 0, 4},
		{"an upload that is always forgotten", anyBlobUpload, answer(404, "BLOB_UPLOAD_UNKNOWN"), notFound, 404, 4},
		{"an upload that goes nowhere", `^POST `, changed(func(r *httptest.ResponseRecorder) { r.Header().Del("Location") }), lying, 0, 1},
		{"a blob that is accepted and not stored", anyBlobUpload, notStored, lying, 404, 4},
		{"a manifest that is accepted and not stored", anyManifest, notStored, lying, 404, 4},
		{"a manifest that is accepted under another digest", anyManifest, changed(otherDigest), lying, 0, 1},
		{"another digest for a blob", anyBlobUpload, changed(otherDigest), lying, 0, 1},
		{"another digest while reading back", readingBack, changed(otherDigest), lying, 0, 1},
		{"other bytes while reading back", readingBack, changed(func(r *httptest.ResponseRecorder) {
			r.Body.Bytes()[0] = ' '
		}), lying, 0, 1},
		{"another media type while reading back", readingBack, changed(func(r *httptest.ResponseRecorder) {
			r.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
		}), lying, 0, 1},
		{"a media type of no manifest while reading back", readingBack, changed(func(r *httptest.ResponseRecorder) {
			r.Header().Set("Content-Type", "application/json")
		}), lying, 0, 1},
		{"another size for a blob", `^HEAD /v2/demo/app/blobs/`, changed(func(r *httptest.ResponseRecorder) {
			r.Code = 200
			r.Header().Set("Content-Length", "5")
		}), lying, 0, 1},
		{"a redirect out of the registry's own statuses", `^POST `, changed(func(r *httptest.ResponseRecorder) { r.Code = 204 }), lying, 0, 1},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b := newFaulty(t), buildLayout(t, "a", 1)
			f.inject(one.request, always, one.fault)
			_, failed := pushTo(t, f, b, quick(&waits{}))
			if failed == nil {
				t.Fatal("wanted a fault, found success")
			}
			if failed.Code != one.code || failed.Status != one.status || failed.Attempts != one.attempts {
				t.Errorf("wanted %s (%d) after %d attempts, found %+v", one.code, one.status, one.attempts, failed)
			}
			if failed.Host != f.host || failed.Repository != "demo/app" {
				t.Errorf("wanted the registry's name, found %q and %q", failed.Host, failed.Repository)
			}
			if needsScope := one.code == unauthorized || one.code == denied; needsScope != (failed.Scope == "repository:demo/app:push,pull") {
				t.Errorf("found scope %q", failed.Scope)
			}
			if strings.Contains(failed.Message, "?") || strings.Contains(failed.Message, "\n") {
				t.Errorf("found the message %q", failed.Message)
			}
		})
	}
}

func otherDigest(r *httptest.ResponseRecorder) {
	r.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
}

func TestSaysBothDigestsOfALie(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	f.inject(readingBack, 1, changed(otherDigest))
	if _, failed := pushTo(t, f, b, quick(&waits{})); failed == nil || failed.Wanted != b.digest.String() || failed.Found != "sha256:"+strings.Repeat("0", 64) {
		t.Errorf("found %+v", failed)
	}
}

func TestGivesUpBodiesThatStandStill(t *testing.T) {
	cases := []struct {
		title   string
		request string
		fault   func(http.ResponseWriter, *http.Request, http.Handler)
		change  func(*patience)
	}{
		{"while reading back", readingBack, dripping, func(p *patience) { p.pace = pace{window: time.Second, least: 1 << 20} }},
		{"before an answer", anyManifest, silent, func(p *patience) { p.answer = time.Second }},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b := newFaulty(t), buildLayout(t, "a", 1)
			f.inject(one.request, 1000, one.fault)
			chosen := quick(&waits{})
			chosen.attempts = 2
			one.change(&chosen)
			if _, failed := pushTo(t, f, b, chosen); failed == nil || failed.Code != timedOut || failed.Attempts != 2 {
				t.Errorf("wanted a timeout after 2 attempts, found %+v", failed)
			}
			f.forget()
			if done := mustPush(t, f, b); done.Blobs != (counts{Present: 3}) {
				t.Errorf("wanted the next run to send no blob, found %+v", done)
			}
		})
	}
}

func TestReadsTheBytesWhereARegistryDoesNotSayTheirSize(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	withoutSize := changed(func(r *httptest.ResponseRecorder) {
		r.Header().Del("Content-Length")
		r.Header().Set("Transfer-Encoding", "chunked")
	})
	f.inject(`^HEAD /v2/demo/app/blobs/`, 1000, withoutSize)
	mustPush(t, f, b)
	if read := f.count(`^GET /v2/demo/app/blobs/`); read != 3 {
		t.Errorf("wanted each of 3 blobs read once, found %d", read)
	}
}

func TestComputesTheDigestThatARegistryDoesNotSay(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	f.inject(`/manifests/`, 1000, changed(func(r *httptest.ResponseRecorder) { r.Header().Del("Docker-Content-Digest") }))
	mustPush(t, f, b)
	resolved, err := resolve(t.Context(), b.at(f), options{patience: quick(&waits{})})
	if err != nil || resolved.Digest != b.digest {
		t.Errorf("found %+v, %v", resolved, err)
	}
	repository, digest, err := parseDigestReference(b.at(f))
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), repository, transport.PullScope, options{patience: quick(&waits{})})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.headManifest(t.Context(), digest.String())
	if err != nil || found == nil || found.Digest != b.digest {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestIsNobodyThereIsTriedAgainAndNamed(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(server.URL, "http://")
	server.Close()
	b, pauses := buildLayout(t, "a", 1), &waits{}
	_, err := push(t.Context(), b.directory, host+"/demo/app@"+b.digest.String(), options{patience: quick(pauses)})
	failed := asFault(t, err)
	if failed == nil || failed.Code != unavailable || failed.Attempts != 4 || failed.Host != host || !strings.Contains(failed.Message, "connection refused") {
		t.Errorf("found %+v", failed)
	}
}

func TestWaitsLongerEachTimeAndAsLongAsItIsAsked(t *testing.T) {
	cases := []struct {
		title  string
		header string
		wanted []time.Duration
	}{
		{"nothing asked", "", []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		{"seconds", "7", []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second}},
		{"a date", testTime.Add(9 * time.Second).Format(http.TimeFormat), []time.Duration{9 * time.Second, 9 * time.Second, 9 * time.Second}},
		{"too long", "86400", []time.Duration{2 * time.Minute, 2 * time.Minute, 2 * time.Minute}},
		{"a date that is past", testTime.Add(-time.Hour).Format(http.TimeFormat), []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		{"nonsense", "soon", []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
		{"a negative number", "-5", []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b, pauses := newFaulty(t), buildLayout(t, "a", 1), &waits{}
			headers := []string{}
			if one.header != "" {
				headers = []string{"Retry-After", one.header}
			}
			f.inject(`^GET /v2/$`, 1000, answer(429, "TOOMANYREQUESTS", headers...))
			_, failed := pushTo(t, f, b, quick(pauses))
			if failed == nil || failed.Code != tooMany {
				t.Fatalf("found %+v", failed)
			}
			if len(pauses.all) != len(one.wanted) {
				t.Fatalf("wanted %v, found %v", one.wanted, pauses.all)
			}
			for index, wanted := range one.wanted {
				if pauses.all[index] != wanted {
					t.Errorf("wanted %v, found %v", one.wanted, pauses.all)
				}
			}
			if asked := f.count(`^GET /v2/$`); asked != 4 {
				t.Errorf("wanted one question per attempt, found %d", asked)
			}
		})
	}
}

func TestLeavesHalfOfEveryWaitToChance(t *testing.T) {
	chosen := defaultPatience()
	for _, one := range []struct {
		chance float64
		wanted time.Duration
	}{{0, 2 * time.Second}, {0.5, 3 * time.Second}, {1, 4 * time.Second}} {
		chosen.jitter = func() float64 { return one.chance }
		if found := chosen.wait(3, 0); found != one.wanted {
			t.Errorf("wanted %s, found %s", one.wanted, found)
		}
	}
	if found := chosen.wait(40, 0); found != chosen.longest {
		t.Errorf("wanted at most %s, found %s", chosen.longest, found)
	}
}

func TestRefusesALayoutThatIsNotWholeBeforeItAsksAnybody(t *testing.T) {
	remove := func(name func(b *built) string) func(t *testing.T, b *built) {
		return func(t *testing.T, b *built) {
			if err := os.Remove(filepath.Join(b.directory, name(b))); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := []struct {
		title  string
		spoil  func(t *testing.T, b *built)
		wanted string
	}{
		{"no oci-layout", remove(func(*built) string { return "oci-layout" }), "oci-layout"},
		{"no index.json", remove(func(*built) string { return "index.json" }), "index.json"},
		{"another version", func(t *testing.T, b *built) { b.file(t, "oci-layout", []byte(`{"imageLayoutVersion":"2"}`)) }, "version 1.0.0"},
		{"an index that is no JSON", func(t *testing.T, b *built) { b.file(t, "index.json", []byte("{")) }, "schema version 2"},
		{"an index without the digest", func(t *testing.T, b *built) { b.file(t, "index.json", []byte(`{"schemaVersion":2,"manifests":[]}`)) }, "an index without it"},
		{"no manifest", remove(func(b *built) string { return blobPath(b.digest) }), "none"},
		{"another manifest", func(t *testing.T, b *built) { b.file(t, blobPath(b.digest), []byte("{}")) }, "found 2 bytes"},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b := newFaulty(t), buildLayout(t, "a", 1)
			one.spoil(t, b)
			_, failed := pushTo(t, f, b, quick(&waits{}))
			if failed == nil || failed.Code != badLayout || !strings.Contains(failed.Message, one.wanted) {
				t.Errorf("found %+v", failed)
			}
			if len(f.seen) != 0 {
				t.Errorf("wanted no request, found %v", f.seen)
			}
		})
	}
}

func TestSendsNoBlobThatIsNotWhatItsNameSays(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	b.file(t, blobPath(b.blobs[0].Digest), []byte("LAYER 0 of a"))
	_, failed := pushTo(t, f, b, quick(&waits{}))
	if failed == nil || failed.Code != badLayout {
		t.Errorf("found %+v", failed)
	}
	if f.count(anyManifest) != 0 {
		t.Error("wanted no manifest sent")
	}
}

// release is what a run does: push, then tag.
func release(ctx context.Context, f *faulty, b *built, chosen patience) error {
	if _, err := push(ctx, b.directory, b.at(f), options{patience: chosen}); err != nil {
		return err
	}
	_, err := tag(ctx, b.at(f), []string{"1.0.0", "1.0"}, false, options{patience: chosen})
	return err
}

func TestGoesOnAfterBeingKilledAtAnyRequest(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 2)
	if err := release(t.Context(), f, b, quick(&waits{})); err != nil {
		t.Fatal(err)
	}
	requests := len(f.seen)
	if requests < 20 {
		t.Fatalf("wanted a release of many requests, found %d", requests)
	}
	for _, when := range []struct {
		title string
		fault func(http.ResponseWriter, *http.Request, http.Handler)
	}{
		{"before", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { cut(w) }},
		{"after", resetAfter},
	} {
		for last := range requests {
			f := newFaulty(t)
			ctx, kill := context.WithCancel(t.Context())
			var once sync.Once
			f.every = func(number int) {
				if number > last {
					once.Do(func() {
						f.inject(`.`, 1000, when.fault)
						kill()
					})
				}
			}
			if err := release(ctx, f, b, quick(&waits{})); err == nil {
				t.Fatalf("wanted a run killed %s request %d to fail", when.title, last+1)
			}
			f.settle()
			for _, name := range []string{"1.0.0", "1.0"} {
				if at := f.digestAt("demo/app", name); at != "" && at != b.digest.String() {
					t.Errorf("killed %s request %d: tag %s is at %s", when.title, last+1, name, at)
				}
			}
			stored := storedBlobs(f, b)
			f.forget()
			if err := release(t.Context(), f, b, quick(&waits{})); err != nil {
				t.Fatalf("the run after one killed %s request %d: %v", when.title, last+1, err)
			}
			if sent := f.count(anyBlobUpload); sent != len(b.blobs)-stored {
				t.Errorf("killed %s request %d: %d of %d blobs were there, and %d were sent", when.title, last+1, stored, len(b.blobs), sent)
			}
			if f.digestAt("demo/app", "1.0.0") != b.digest.String() || f.digestAt("demo/app", "1.0") != b.digest.String() {
				t.Errorf("the run after one killed %s request %d left a tag behind", when.title, last+1)
			}
			kill()
		}
	}
}

func storedBlobs(f *faulty, b *built) int {
	stored := 0
	for _, blob := range b.blobs {
		if f.ask(http.MethodHead, "/v2/demo/app/blobs/"+blob.Digest.String(), "", nil).Code == http.StatusOK {
			stored++
		}
	}
	return stored
}
