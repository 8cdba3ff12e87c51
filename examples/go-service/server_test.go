package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/loadline/go-service/links"
)

func testServer(t *testing.T, limit int) (*server, *httptest.Server, *bytes.Buffer) {
	t.Helper()
	logged := &bytes.Buffer{}
	service := newServer(links.New(limit), slog.New(slog.NewJSONHandler(logged, nil)))
	running := httptest.NewServer(service.handler())
	t.Cleanup(running.Close)
	running.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return service, running, logged
}

func get(t *testing.T, running *httptest.Server, path string) (*http.Response, string) {
	t.Helper()
	response, err := running.Client().Get(running.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	return response, read(t, response)
}

func post(t *testing.T, running *httptest.Server, body string) (*http.Response, string) {
	t.Helper()
	response, err := running.Client().Post(running.URL+"/links", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return response, read(t, response)
}

func read(t *testing.T, response *http.Response) string {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestALinkLeadsToItsAddress(t *testing.T) {
	_, running, _ := testServer(t, 10)
	created, _ := post(t, running, `{"url": "https://example.com/long"}`)
	if created.StatusCode != http.StatusCreated {
		t.Fatalf("got %d", created.StatusCode)
	}
	followed, _ := get(t, running, created.Header.Get("Location"))
	if followed.StatusCode != http.StatusFound || followed.Header.Get("Location") != "https://example.com/long" {
		t.Fatalf("got %d to %q", followed.StatusCode, followed.Header.Get("Location"))
	}
	if missing, _ := get(t, running, "/l/nothing"); missing.StatusCode != http.StatusNotFound {
		t.Fatalf("got %d", missing.StatusCode)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	_, running, _ := testServer(t, 1)
	for body, want := range map[string]int{
		`{"url": "javascript:alert(1)"}`:            http.StatusUnprocessableEntity,
		`{"url": "https://example.com", "more": 1}`: http.StatusBadRequest,
		`not json`: http.StatusBadRequest,
		`{"url": "` + strings.Repeat("a", 2*maximumBody) + `"}`: http.StatusBadRequest,
	} {
		if response, _ := post(t, running, body); response.StatusCode != want {
			t.Errorf("%.40s: got %d, wanted %d", body, response.StatusCode, want)
		}
	}
	post(t, running, `{"url": "https://example.com/a"}`)
	if full, _ := post(t, running, `{"url": "https://example.com/b"}`); full.StatusCode != http.StatusInsufficientStorage {
		t.Errorf("got %d", full.StatusCode)
	}
}

func TestReadinessFollowsTheLifeOfTheService(t *testing.T) {
	service, running, _ := testServer(t, 1)
	if before, _ := get(t, running, "/ready"); before.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("before: %d", before.StatusCode)
	}
	service.ready.Store(true)
	if serving, _ := get(t, running, "/ready"); serving.StatusCode != http.StatusOK {
		t.Errorf("serving: %d", serving.StatusCode)
	}
	if health, _ := get(t, running, "/health"); health.StatusCode != http.StatusOK {
		t.Errorf("health: %d", health.StatusCode)
	}
}

func TestMetricsAndLogsNameRoutesNotPaths(t *testing.T) {
	_, running, logged := testServer(t, 1)
	created, _ := post(t, running, `{"url": "https://example.com/a"}`)
	get(t, running, created.Header.Get("Location"))
	get(t, running, "/nowhere")
	_, metrics := get(t, running, "/metrics")
	for _, want := range []string{
		`http_requests_total{method="GET",route="GET /l/{code}",status="302"} 1`,
		`http_requests_total{method="GET",route="unmatched",status="404"} 1`,
		"links 1",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	for line := range strings.Lines(logged.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("not JSON: %s", line)
		}
	}
	if !strings.Contains(logged.String(), `"route":"GET /l/{code}"`) || strings.Contains(logged.String(), created.Header.Get("Location")) {
		t.Errorf("logged %s", logged)
	}
}
