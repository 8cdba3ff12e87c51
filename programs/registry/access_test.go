package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	userCanary     = "publisher"
	passwordCanary = "password-canary-51c9"
	tokenCanary    = "token-canary-8e27"
)

// withCredentials writes a Docker configuration for a host, as docker login does.
func withCredentials(t *testing.T, host, configuration string) {
	t.Helper()
	directory := t.TempDir()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("DOCKER_CONFIG", directory)
	if configuration == "" {
		encoded := base64.StdEncoding.EncodeToString([]byte(userCanary + ":" + passwordCanary))
		configuration = fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, encoded)
	}
	if err := os.WriteFile(filepath.Join(directory, "config.json"), []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
}

// guarded is a registry that requires a token, which its own server issues for the right password. At one request all earlier tokens expire.
func guarded(t *testing.T, f *faulty, runsOutAt int) {
	t.Helper()
	var mutex sync.Mutex
	requests, age := 0, 0
	inner := f.healthy
	f.healthy = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		if r.URL.Path == "/token" {
			user, password, _ := r.BasicAuth()
			if user != userCanary || password != passwordCanary {
				answer(401, "UNAUTHORIZED")(w, r, nil)
				return
			}
			fmt.Fprintf(w, `{"token":"%s-%d"}`, tokenCanary, age)
			return
		}
		if requests++; requests == runsOutAt {
			age++
		}
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer %s-%d", tokenCanary, age) {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="registry",scope="repository:demo/app:push,pull"`, f.host))
			answer(401, "UNAUTHORIZED")(w, r, nil)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func TestGetsATokenForTheCredentials(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	guarded(t, f, 0)
	withCredentials(t, f.host, "")
	mustPush(t, f, b)
	if tokens := f.count(`^GET /token`); tokens != 1 {
		t.Errorf("wanted one token, found %d", tokens)
	}
}

// A token may expire anywhere, even while a blob is sent: it is sent again, completely.
func TestGetsANewTokenWhereOneRunsOut(t *testing.T) {
	for runsOutAt := 2; runsOutAt < 17; runsOutAt++ {
		f, b := newFaulty(t), buildLayout(t, "a", 1)
		inner := f.healthy
		guarded(t, f, runsOutAt)
		withCredentials(t, f.host, "")
		mustPush(t, f, b)
		if tokens := f.count(`^GET /token`); tokens < 2 {
			t.Errorf("wanted another token at request %d, found %d", runsOutAt, tokens)
		}
		f.healthy = inner
		if stored := storedBlobs(f, b); stored != len(b.blobs) || f.digestAt("demo/app", b.digest.String()) == "" {
			t.Errorf("with tokens that run out at request %d: %d blobs are there", runsOutAt, stored)
		}
	}
}

func TestFindsTheCredentialsByTheNameThatPeopleKnow(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	guarded(t, f, 0)
	withCredentials(t, "registry.example:5000", "")
	if _, err := push(t.Context(), b.directory, b.at(f), options{knownAs: "registry.example:5000", patience: quick(&waits{})}); err != nil {
		t.Error(err)
	}
}

func TestSendsBasicCredentialsWhereTheyAreWanted(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 1)
	inner := f.healthy
	f.healthy = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != userCanary || password != passwordCanary {
			w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			answer(401, "UNAUTHORIZED")(w, r, nil)
			return
		}
		inner.ServeHTTP(w, r)
	})
	withCredentials(t, f.host, "")
	mustPush(t, f, b)
	withCredentials(t, "elsewhere.example", "")
	if _, failed := pushTo(t, f, b, quick(&waits{})); failed == nil || failed.Code != unauthorized || failed.Attempts != 1 {
		t.Errorf("found %+v", failed)
	}
}

// Faults of the token server are treated like those of the registry: named, retried if that helps, and never containing a credential.
func TestNamesFaultsOfTheTokenServer(t *testing.T) {
	cases := []struct {
		title    string
		fault    func(http.ResponseWriter, *http.Request, http.Handler)
		times    int
		code     code
		attempts int
	}{
		{"401", answer(401, "UNAUTHORIZED"), 1000, unauthorized, 1},
		{"403", answer(403, "DENIED"), 1000, denied, 1},
		{"404", answer(404, "UNKNOWN"), 1000, notFound, 1},
		{"429 for ever", answer(429, "TOOMANYREQUESTS", "Retry-After", "3"), 1000, tooMany, 4},
		{"503 for ever", answer(503, "UNAVAILABLE"), 1000, unavailable, 4},
		{"a reset", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { cut(w) }, 1000, reset, 4},
		{"an answer without a token", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			fmt.Fprintf(w, `{"refresh_token":%q}`, tokenCanary)
		}, 1000, unavailable, 4},
		{"429 once", answer(429, "TOOMANYREQUESTS", "Retry-After", "3"), 1, "", 0},
		{"503 twice", answer(503, "UNAVAILABLE"), 2, "", 0},
	}
	for _, one := range cases {
		t.Run(one.title, func(t *testing.T) {
			f, b := newFaulty(t), buildLayout(t, "a", 1)
			guarded(t, f, 0)
			withCredentials(t, f.host, "")
			f.inject(`^GET /token`, one.times, one.fault)
			_, failed := pushTo(t, f, b, quick(&waits{}))
			if one.code == "" {
				if failed != nil {
					t.Errorf("found %+v", failed)
				}
				return
			}
			if failed == nil || failed.Code != one.code || failed.Attempts != one.attempts || failed.Host != f.host {
				t.Errorf("found %+v", failed)
			}
			if text := fmt.Sprintf("%+v", failed); strings.Contains(text, passwordCanary) || strings.Contains(text, tokenCanary) || strings.Contains(text, "scope=") {
				t.Errorf("found a secret in %s", text)
			}
		})
	}
}

// documentOf runs the program as a process would, and returns its exit code, its document and everything that it wrote.
func documentOf(t *testing.T, arguments ...string) (exit int, document map[string]any, all string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	exit = run(t.Context(), arguments, &stdout, &stderr, quick(&waits{}))
	if exit != 2 {
		if err := json.Unmarshal(stdout.Bytes(), &document); err != nil {
			t.Fatalf("wanted a JSON document, found %q: %v", stdout.String(), err)
		}
		if document["schemaVersion"] != float64(1) {
			t.Errorf("found %v", document)
		}
	}
	return exit, document, stdout.String() + stderr.String()
}

// A registry may repeat anything that it was sent in any of its answers.
func TestShowsNoCredentialWhateverTheRegistrySays(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte(userCanary + ":" + passwordCanary))
	for _, status := range []int{400, 401, 403, 404, 409, 413, 429, 500, 503} {
		f, b := newFaulty(t), buildLayout(t, "a", 1)
		inner := f.healthy
		parrot := func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			user, password, _ := r.BasicAuth()
			w.WriteHeader(status)
			said := fmt.Sprintf("you sent %s and %s:%s to %s?_state=%s", r.Header.Get("Authorization"), user, password, r.URL.Path, tokenCanary)
			_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": "DENIED", "message": said}, {"code": passwordCanary, "message": said}}})
		}
		f.healthy = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
				w.WriteHeader(401)
				return
			}
			if r.Method == http.MethodPost {
				parrot(w, r, nil)
				return
			}
			inner.ServeHTTP(w, r)
		})
		withCredentials(t, f.host, "")
		exit, document, all := documentOf(t, "push", b.directory, b.at(f))
		if exit != 1 || document["error"] == nil {
			t.Errorf("%d: found exit code %d, %v", status, exit, document)
		}
		if !strings.Contains(all, "you sent") {
			t.Errorf("%d: wanted the registry's words, found %s", status, all)
		}
		for _, secret := range []string{passwordCanary, tokenCanary, encoded} {
			if strings.Contains(all, secret) {
				t.Errorf("%d: found a secret in %s", status, all)
			}
		}
	}
}

func TestSaysWhatIsWrongWithADockerConfiguration(t *testing.T) {
	b := buildLayout(t, "a", 1)
	for title, configuration := range map[string]string{
		"no JSON":             `{"auths": ` + passwordCanary,
		"a credential helper": `{"credsStore":"loadline-has-none"}`,
	} {
		withCredentials(t, "registry.example", configuration)
		_, err := push(t.Context(), b.directory, "registry.example/demo/app@"+b.digest.String(), options{patience: quick(&waits{})})
		failed := asFault(t, err)
		if failed == nil || failed.Code != unauthorized || !strings.Contains(failed.Message, "Docker configuration") || strings.Contains(failed.Message, passwordCanary) {
			t.Errorf("%s: found %+v", title, failed)
		}
	}
}

// Credentials and images are sent by TLS, unless the registry is on loopback or plain HTTP was requested.
func TestSpeaksPlainHTTPOnlyWhereItWasAsked(t *testing.T) {
	w := newWire("registry.example:5000", false, quick(&waits{}))
	request := httptest.NewRequest(http.MethodGet, "http://registry.example:5000/v2/", nil)
	if _, err := w.RoundTrip(request); err == nil || explain(err).again || !strings.Contains(err.Error(), "plain-http") {
		t.Errorf("found %v", err)
	}
	for host, plain := range map[string]bool{"localhost": true, "localhost:5000": true, "127.0.0.1:5000": true, "127.1.2.3:80": true, "[::1]:5000": true, "10.0.0.1:5000": false, "localhost.example:5000": false, "registry:5000": false} {
		if loopback.MatchString(host) != plain {
			t.Errorf("%s: wanted %v", host, plain)
		}
	}
}

func TestFollowsNoRedirectOutOfTLS(t *testing.T) {
	plainStore := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a layer") }))
	t.Cleanup(plainStore.Close)
	server := httptest.NewTLSServer(http.RedirectHandler(plainStore.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	w := newWire(strings.TrimPrefix(server.URL, "https://"), false, quick(&waits{}))
	w.inner = server.Client().Transport
	_, err := (&http.Client{Transport: w}).Get(server.URL)
	if err == nil || explain(err).again || !strings.Contains(err.Error(), "plain-http") {
		t.Errorf("found %v", err)
	}
}

func TestTrustsNoUnknownCertificate(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, err := (&http.Client{Transport: newWire(strings.TrimPrefix(server.URL, "https://"), false, quick(&waits{}))}).Get(server.URL)
	if failed := explain(err); failed.Code != unavailable || failed.again || !strings.Contains(failed.Message, "certificate") {
		t.Errorf("found %+v", failed)
	}
}

func TestCommandLine(t *testing.T) {
	f, b := newFaulty(t), buildLayout(t, "a", 2)
	exit, document, _ := documentOf(t, "push", b.directory, b.at(f))
	if exit != 0 || document["digest"] != b.digest.String() || document["mediaType"] != "application/vnd.oci.image.index.v1+json" {
		t.Errorf("found %d, %v", exit, document)
	}
	if exit, document, _ = documentOf(t, "tag", "--immutable", "--plain-http", b.at(f), "1.0", "latest"); exit != 0 || len(document["tags"].([]any)) != 2 {
		t.Errorf("found %d, %v", exit, document)
	}
	if exit, document, _ = documentOf(t, "resolve", f.host+"/demo/app:1.0"); exit != 0 || document["digest"] != b.digest.String() || document["index"] != true {
		t.Errorf("found %d, %v", exit, document)
	}
	image := document["manifests"].([]any)[1].(map[string]any)["digest"].(string)
	if exit, document, _ = documentOf(t, "config", f.host+"/demo/app@"+image); exit != 0 || document["config"].(map[string]any)["architecture"] != "a1" {
		t.Errorf("found %d, %v", exit, document)
	}
	if exit, document, _ = documentOf(t, "referrers", "probe", b.at(f)); exit != 0 || document["referrers"] != "api" {
		t.Errorf("found %d, %v", exit, document)
	}
	if exit, document, _ = documentOf(t, "pull", f.host+"/demo/app:1.0", t.TempDir()); exit != 0 || document["blobs"] != float64(5) {
		t.Errorf("found %d, %v", exit, document)
	}
	if exit, document, _ = documentOf(t, "version"); exit != 0 || document["version"] != version {
		t.Errorf("found %d, %v", exit, document)
	}
	exit, document, all := documentOf(t, "push", "--known-as", "registry.example", filepath.Join(b.directory, "none"), b.at(f))
	if failed, _ := document["error"].(map[string]any); exit != 1 || failed["code"] != "layout" {
		t.Errorf("found %d, %s", exit, all)
	}
	for _, arguments := range [][]string{{}, {"pull"}, {"push", "a"}, {"resolve", "a", "b"}, {"digest", "a"}, {"config"}, {"referrers"}, {"referrers", "list", "a"}, {"delete", "a"}, {"push", "--immutable", "a", "b"}, {"tag", "a"}, {"version", "a"}, {"resolve", "--plain-http=perhaps", "a"}} {
		if exit, _, all := documentOf(t, arguments...); exit != 2 || !strings.Contains(all, "usage:") {
			t.Errorf("%v: found %d, %s", arguments, exit, all)
		}
	}
}
