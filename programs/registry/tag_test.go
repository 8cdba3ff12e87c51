package main

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

const aTag = `^PUT /v2/demo/app/manifests/1`

func tagIn(t *testing.T, f *faulty, b *built, immutable bool, tags ...string) (*tagged, *fault) {
	t.Helper()
	done, err := tag(t.Context(), b.at(f), tags, immutable, options{patience: quick(&waits{})})
	return done, asFault(t, err)
}

// twoImages are a registry with two images and a tag at the first.
func twoImages(t *testing.T, tags ...string) (f *faulty, first, second *built) {
	t.Helper()
	f, first, second = newFaulty(t), buildLayout(t, "first", 2), buildLayout(t, "second", 2)
	mustPush(t, f, first)
	mustPush(t, f, second)
	if _, failed := tagIn(t, f, first, false, tags...); failed != nil {
		t.Fatal(failed)
	}
	f.forget()
	return f, first, second
}

func TestMovesTags(t *testing.T) {
	f, first, second := twoImages(t, "1.0")
	done, failed := tagIn(t, f, second, false, "1.0", "1.0.1")
	if failed != nil {
		t.Fatal(failed)
	}
	wanted := []tagResult{
		{Tag: "1.0", State: moved, Before: first.digest.String(), Now: second.digest.String()},
		{Tag: "1.0.1", State: created, Now: second.digest.String()},
	}
	if len(done.Tags) != 2 || done.Tags[0] != wanted[0] || done.Tags[1] != wanted[1] {
		t.Errorf("found %+v", done.Tags)
	}
}

func TestWritesNoTagThatIsRightAlready(t *testing.T) {
	for _, immutable := range []bool{false, true} {
		f, first, _ := twoImages(t, "1.0")
		done, failed := tagIn(t, f, first, immutable, "1.0")
		if failed != nil {
			t.Fatal(failed)
		}
		if done.Tags[0] != (tagResult{Tag: "1.0", State: unchanged, Before: first.digest.String(), Now: first.digest.String()}) {
			t.Errorf("found %+v", done.Tags[0])
		}
		if f.count(anySending) != 0 {
			t.Errorf("found %v", f.seen)
		}
	}
}

func TestMovesNoTagWhereOneOfThemMustNotMove(t *testing.T) {
	f, first, second := twoImages(t, "1.0.0")
	_, failed := tagIn(t, f, second, true, "2.0.0", "1.0.0")
	if failed == nil || failed.Code != existsOther || failed.Tag != "1.0.0" || failed.Wanted != second.digest.String() || failed.Found != first.digest.String() {
		t.Errorf("found %+v", failed)
	}
	if f.count(anySending) != 0 || f.digestAt("demo/app", "2.0.0") != "" {
		t.Errorf("wanted nothing written, found %v", f.seen)
	}
}

// A registry with immutable tags refuses with a status of its own, even the digest that the tag already has.
func TestReadsARefusedTagAgain(t *testing.T) {
	for _, refusal := range []int{400, 405, 409, 412} {
		f, first, second := twoImages(t, "1.0")
		f.inject(aTag, 1, answer(refusal, "TAG_INVALID"))
		if _, failed := tagIn(t, f, second, false, "1.0"); failed == nil || failed.Code != existsOther || failed.Found != first.digest.String() {
			t.Errorf("%d: found %+v", refusal, failed)
		}
	}
	f, _, second := twoImages(t, "1.0")
	f.inject(aTag, 1, func(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
		healthy.ServeHTTP(httptest.NewRecorder(), r)
		answer(409, "TAG_INVALID")(w, r, healthy)
	})
	if done, failed := tagIn(t, f, second, false, "1.0"); failed != nil || done.Tags[0].Now != second.digest.String() {
		t.Errorf("found %+v, %v", done, failed)
	}
	f, _, second = twoImages(t, "1.0")
	f.inject(aTag, 1000, answer(403, "DENIED"))
	if _, failed := tagIn(t, f, second, false, "1.0"); failed == nil || failed.Code != denied || failed.Scope != "repository:demo/app:push,pull" || failed.Attempts != 1 {
		t.Errorf("found %+v", failed)
	}
}

func TestOutlastsFaultsWhileTagging(t *testing.T) {
	cases := []struct {
		title   string
		request string
		fault   func(http.ResponseWriter, *http.Request, http.Handler)
		state   tagState
	}{
		{"429 for the tag", aTag, answer(429, "TOOMANYREQUESTS", "Retry-After", "1"), moved},
		{"503 for the tag", aTag, answer(503, "UNAVAILABLE"), moved},
		{"a reset while it is sent", aTag, resetMidBody, moved},
		{"a reset after it was moved", aTag, resetAfter, moved},
		{"a cut-off manifest", `^GET /v2/demo/app/manifests/sha256:`, truncated, moved},
		{"502 before", `^HEAD /v2/demo/app/manifests/1`, answer(502, "UNKNOWN"), moved},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, _, second := twoImages(t, "1.0")
			f.inject(one.request, 1, one.fault)
			done, failed := tagIn(t, f, second, true, "1.1")
			if failed != nil || done.Tags[0].State != created || done.Retries != 1 {
				t.Errorf("found %+v, %v", done, failed)
			}
			f.forget()
			f.inject(one.request, 1, one.fault)
			if done, failed = tagIn(t, f, second, false, "1.0"); failed != nil || done.Tags[0].State != one.state || done.Retries != 1 {
				t.Errorf("found %+v, %v", done, failed)
			}
			if f.digestAt("demo/app", "1.0") != second.digest.String() {
				t.Error("the tag is elsewhere")
			}
		})
	}
}

func TestDoesNotBelieveATagThatDidNotMove(t *testing.T) {
	f, first, second := twoImages(t, "1.0")
	f.inject(aTag, 1000, notStored)
	if _, failed := tagIn(t, f, second, false, "1.0"); failed == nil || failed.Code != lying || failed.Found != first.digest.String() || failed.Attempts != 4 {
		t.Errorf("found %+v", failed)
	}
	f.forget()
	f.inject(aTag, 1000, notStored)
	if _, failed := tagIn(t, f, second, false, "1.2"); failed == nil || failed.Code != lying {
		t.Errorf("found %+v", failed)
	}
	f.forget()
	f.inject(aTag, 1, changed(otherDigest))
	if _, failed := tagIn(t, f, second, false, "1.3"); failed == nil || failed.Code != lying || failed.Attempts != 1 {
		t.Errorf("found %+v", failed)
	}
}

func TestTagsOnlyWhatIsThereAndIsWhatItsDigestSays(t *testing.T) {
	f, first, _ := twoImages(t, "1.0")
	if _, failed := tagIn(t, f, buildLayout(t, "third", 1), false, "1.0"); failed == nil || failed.Code != notFound {
		t.Errorf("found %+v", failed)
	}
	f.inject(`^GET /v2/demo/app/manifests/`, 1, changed(func(r *httptest.ResponseRecorder) { r.Body.Bytes()[0] = ' ' }))
	if _, failed := tagIn(t, f, first, false, "2.0"); failed == nil || failed.Code != lying {
		t.Errorf("found %+v", failed)
	}
	if f.count(anySending) != 0 {
		t.Errorf("found %v", f.seen)
	}
}

// overtaking lets a tag be written, and then writes it to another digest, as another run would.
func overtaking(f *faulty, by *built) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
		healthy.ServeHTTP(w, r)
		index := f.ask(http.MethodGet, "/v2/demo/app/manifests/"+by.digest.String(), "", nil)
		f.ask(http.MethodPut, r.URL.Path, index.Header().Get("Content-Type"), index.Body.Bytes())
	}
}

func TestNoticesAnotherRunThatMovedTheTagAfterwards(t *testing.T) {
	f, first, second := twoImages(t, "1.0")
	third := buildLayout(t, "third", 2)
	mustPush(t, f, third)
	f.inject(aTag, 1, overtaking(f, third))
	done, failed := tagIn(t, f, second, false, "1.0")
	if failed != nil || done.Tags[0] != (tagResult{Tag: "1.0", State: overtaken, Before: first.digest.String(), Now: third.digest.String()}) {
		t.Errorf("found %+v, %v", done, failed)
	}
	f.inject(aTag, 1, overtaking(f, third))
	if _, failed := tagIn(t, f, second, true, "1.1"); failed == nil || failed.Code != existsOther || failed.Found != third.digest.String() {
		t.Errorf("found %+v", failed)
	}
}

func TestTwoRunsAtOnceLeaveOneWholeImage(t *testing.T) {
	for range 20 {
		f := newFaulty(t)
		runs := []*built{buildLayout(t, "first", 2), buildLayout(t, "second", 2)}
		results := make([]*tagged, len(runs))
		var group sync.WaitGroup
		for index, run := range runs {
			group.Go(func() {
				if _, err := push(t.Context(), run.directory, run.at(f), options{patience: quick(&waits{})}); err != nil {
					t.Error(err)
					return
				}
				done, err := tag(t.Context(), run.at(f), []string{"1.0"}, false, options{patience: quick(&waits{})})
				if err != nil {
					t.Error(err)
				}
				results[index] = done
			})
		}
		group.Wait()
		if t.Failed() {
			return
		}
		at := f.digestAt("demo/app", "1.0")
		if at != runs[0].digest.String() && at != runs[1].digest.String() {
			t.Fatalf("the tag is at %s, which is no image of a run", at)
		}
		for index, run := range runs {
			if results[index].Digest != run.digest.String() {
				t.Errorf("run %d reports %s", index, results[index].Digest)
			}
		}
		if _, err := pull(t.Context(), f.host+"/demo/app:1.0", t.TempDir(), options{patience: quick(&waits{})}); err != nil {
			t.Errorf("the tag's image is not whole: %v", err)
		}
	}
}

func TestRefusesTagsThatAreNone(t *testing.T) {
	b := buildLayout(t, "a", 1)
	for _, tags := range [][]string{{""}, {"a/b"}, {"a:b"}, {".a"}, {"-a"}, {"a", "a"}, {string(make([]byte, 129))}} {
		_, err := tag(t.Context(), "registry.example/demo/app@"+b.digest.String(), tags, false, options{})
		if failed := asFault(t, err); failed == nil || failed.Code != badReference {
			t.Errorf("%q: found %+v", tags, failed)
		}
	}
}
