package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// faulty is a registry that works, behind faults that a test chooses. go-containerregistry's own in-memory registry is the healthy part.
type faulty struct {
	server  *httptest.Server
	host    string
	healthy http.Handler

	mutex  sync.Mutex
	faults []*injected
	seen   []string
	// every is called with the number of each request, from 1, before anything else.
	every func(number int)
}

// injected is a fault that the next matching requests meet.
type injected struct {
	request *regexp.Regexp
	times   int
	fault   func(w http.ResponseWriter, r *http.Request, healthy http.Handler)
}

func newFaulty(t *testing.T) *faulty {
	f := &faulty{healthy: wholeOnly(registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true)))}
	f.start()
	t.Cleanup(func() { f.server.Close() })
	return f
}

func (f *faulty) start() {
	f.server = httptest.NewServer(f)
	f.host = strings.TrimPrefix(f.server.URL, "http://")
}

// wholeOnly hides incomplete requests from the in-memory registry: it would store half a manifest under the digest of the whole.
func wholeOnly(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inner.ServeHTTP(w, r)
	})
}

// settle closes all connections, waits until no request is being answered, and continues on another port: a request that the old one had
// read and not yet begun to answer can no longer arrive.
func (f *faulty) settle() {
	f.server.CloseClientConnections()
	f.server.Close()
	f.start()
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := r.Method + " " + r.URL.Path
	f.mutex.Lock()
	f.seen = append(f.seen, line)
	number, every := len(f.seen), f.every
	f.mutex.Unlock()
	if every != nil {
		every(number)
	}
	f.mutex.Lock()
	var fault func(http.ResponseWriter, *http.Request, http.Handler)
	for _, one := range f.faults {
		if one.times > 0 && one.request.MatchString(line) {
			one.times--
			fault = one.fault
			break
		}
	}
	f.mutex.Unlock()
	if fault != nil {
		fault(w, r, f.healthy)
		return
	}
	f.healthy.ServeHTTP(w, r)
}

// inject makes the next `times` requests whose "METHOD path" matches meet a fault.
func (f *faulty) inject(request string, times int, fault func(http.ResponseWriter, *http.Request, http.Handler)) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.faults = append(f.faults, &injected{request: regexp.MustCompile(request), times: times, fault: fault})
}

// count is how many requests matched since the last forget.
func (f *faulty) count(request string) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found := 0
	for _, line := range f.seen {
		if regexp.MustCompile(request).MatchString(line) {
			found++
		}
	}
	return found
}

func (f *faulty) forget() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.seen, f.faults = nil, nil
}

// ask answers a request as the healthy registry does, bypassing all faults and counts.
func (f *faulty) ask(method, path, contentType string, body []byte) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, "http://"+f.host+path, bytes.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	recorded := httptest.NewRecorder()
	f.healthy.ServeHTTP(recorded, request)
	return recorded
}

// digestAt is the digest behind a tag or digest; empty if there is none.
func (f *faulty) digestAt(repository, reference string) string {
	answer := f.ask(http.MethodHead, "/v2/"+repository+"/manifests/"+reference, "", nil)
	if answer.Code != http.StatusOK {
		return ""
	}
	return answer.Header().Get("Docker-Content-Digest")
}

func errorBody(code int, word string) string {
	return fmt.Sprintf(`{"errors":[{"code":%q,"message":"the registry says %d"}]}`, word, code)
}

// answer responds with a status instead of the true answer.
func answer(code int, word string, headers ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for index := 0; index+1 < len(headers); index += 2 {
			w.Header().Set(headers[index], headers[index+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, errorBody(code, word))
	}
}

// resetMidBody takes half of what is sent and cuts the connection.
func resetMidBody(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
	cut(w)
}

// resetAfter lets the registry process the request, and cuts the connection before the answer.
func resetAfter(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
	healthy.ServeHTTP(httptest.NewRecorder(), r)
	cut(w)
}

func cut(w http.ResponseWriter) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if tcp, isTCP := connection.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0)
	}
	connection.Close()
}

// truncated sends the true headers and half of the body.
func truncated(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
	recorded := httptest.NewRecorder()
	healthy.ServeHTTP(recorded, r)
	copyHeaders(w, recorded)
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(recorded.Body.Bytes()[:recorded.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	cut(w)
}

// dripping sends the true headers and one byte, and nothing more until the client gives up.
func dripping(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
	recorded := httptest.NewRecorder()
	healthy.ServeHTTP(recorded, r)
	copyHeaders(w, recorded)
	w.WriteHeader(recorded.Code)
	_, _ = w.Write(recorded.Body.Bytes()[:1])
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// changed lets a test change the true answer.
func changed(change func(answer *httptest.ResponseRecorder)) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, healthy http.Handler) {
		recorded := httptest.NewRecorder()
		healthy.ServeHTTP(recorded, r)
		change(recorded)
		copyHeaders(w, recorded)
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes())
	}
}

func copyHeaders(w http.ResponseWriter, recorded *httptest.ResponseRecorder) {
	for name, values := range recorded.Header() {
		w.Header()[name] = values
	}
}

// notStored claims to have stored what it was sent, and discards it.
func notStored(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusCreated)
}

// waits are the pauses of a run, none of which took any time.
type waits struct {
	mutex sync.Mutex
	all   []time.Duration
}

func (w *waits) sleep(_ context.Context, wait time.Duration) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.all = append(w.all, wait)
	return nil
}

// testTime is the current time, for dates in headers.
var testTime = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// quick is a patience without pauses; the test sets how long it still waits for a body or an answer.
func quick(pauses *waits) patience {
	chosen := defaultPatience()
	chosen.attempts = 4
	chosen.now = func() time.Time { return testTime }
	chosen.jitter = func() float64 { return 1 }
	chosen.sleep = pauses.sleep
	return chosen
}
