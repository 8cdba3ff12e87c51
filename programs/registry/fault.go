package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// code says what kind of fault it is. The set is closed: whoever reads the document knows each.
type code string

const (
	// unauthorized: the registry, or the server that gives its tokens, does not accept the credentials, or wants some.
	unauthorized code = "unauthorized"
	// denied: it knows who asks, and they may not.
	denied   code = "denied"
	notFound code = "not-found"
	// conflict: the registry holds or does something that excludes what was asked for.
	conflict code = "conflict"
	// refused: the registry answers that the request itself is wrong.
	refused     code = "refused"
	tooMany     code = "too-many"
	unavailable code = "unavailable"
	reset       code = "reset"
	timedOut    code = "timeout"
	// lying: an answer that contradicts what was sent, what was answered before, or itself.
	lying code = "lying"
	// existsOther: a tag that must not move points to a different digest.
	existsOther  code = "exists-other"
	badReference code = "bad-reference"
	// badLayout: the OCI layout on disk is not valid, is incomplete, or is not empty where it should be written.
	badLayout code = "layout"
)

// errorDocument is what stands on standard output when a command failed.
type errorDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Error         *fault `json:"error"`
}

// fault is why a command failed, in a form that holds no credential, token or query string.
type fault struct {
	Code code `json:"code"`
	// Status is the HTTP status, if there was an answer.
	Status int `json:"status,omitempty"`
	// Host is who gave the answer, by the name that people know it under; a server of tokens may be another than the registry.
	Host       string `json:"host,omitempty"`
	Repository string `json:"repository,omitempty"`
	// Scope is what the credentials must allow for the request to succeed, as the token specification spells it.
	Scope string `json:"scope,omitempty"`
	// RetryAfter is what the registry asked for, in seconds, before it was capped.
	RetryAfter int `json:"retryAfter,omitempty"`
	// Attempts is how often the step that failed was tried.
	Attempts int `json:"attempts"`
	// Tag, Wanted and Found are set if one digest was expected and a different one found.
	Tag     string `json:"tag,omitempty"`
	Wanted  string `json:"wanted,omitempty"`
	Found   string `json:"found,omitempty"`
	Message string `json:"message"`

	// again is true where the same request may succeed later.
	again bool
}

func (f *fault) Error() string {
	return fmt.Sprintf("%s: %s", f.Code, f.Message)
}

func faultf(kind code, format string, values ...any) *fault {
	return &fault{Code: kind, Message: singleLine(fmt.Sprintf(format, values...))}
}

// mismatch is the fault of a registry that names, or holds, another digest than the one it was given.
func mismatch(wanted, found, what string) *fault {
	f := faultf(lying, "%s: expected %s, found %s", what, wanted, found)
	f.Wanted, f.Found = wanted, found
	return f
}

// explainStatus decides by the distribution specification what a status means. `words` are the registry's own.
func explainStatus(status int, words registryWords) *fault {
	f := &fault{Code: refused, Status: status}
	switch {
	case status == http.StatusTooManyRequests, slices.Contains(words.codes, string(transport.TooManyRequestsErrorCode)):
		f.Code, f.again = tooMany, true
	case status == http.StatusUnauthorized:
		f.Code = unauthorized
	case status == http.StatusForbidden:
		f.Code = denied
	case status == http.StatusNotFound:
		f.Code = notFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		f.Code = conflict
	case status == http.StatusRequestTimeout:
		f.Code, f.again = timedOut, true
	case status == http.StatusNotImplemented, status == http.StatusHTTPVersionNotSupported:
	case status >= 500:
		f.Code, f.again = unavailable, true
	}
	f.Message = fmt.Sprintf("%d %s", status, http.StatusText(status))
	if text := words.String(); text != "" {
		f.Message += ": " + text
	}
	return f
}

// explain turns any error of a request into a fault. What is not known to be lasting may be tried again: the attempts are bounded.
func explain(err error) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	// The handshake and the server of tokens answer by this type. Its own text has the address with its query, so only the words are taken.
	var answered *transport.Error
	if errors.As(err, &answered) {
		words := registryWords{}
		for _, diagnostic := range answered.Errors {
			words.add(string(diagnostic.Code), "")
		}
		f := explainStatus(answered.StatusCode, words)
		if answered.Request != nil {
			f.Host = answered.Request.URL.Host
		}
		return f
	}
	f := &fault{Code: unavailable, again: true, Message: scrub(plainCause(err))}
	var timeout net.Error
	var network *net.OpError
	var lookUp *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, errStalled):
		f.Code = timedOut
	case errors.Is(err, context.Canceled):
		f.Code, f.again = timedOut, false
	case errors.Is(err, errScheme), errors.As(err, &certificate), errors.As(err, &record):
		f.again = false
	case errors.As(err, &lookUp):
		f.again = lookUp.IsTemporary || lookUp.IsTimeout
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Code = timedOut
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.Code = reset
	case errors.As(err, &network), strings.HasPrefix(f.Message, "http"), strings.HasPrefix(f.Message, "net/http"):
	default:
		// The layer that fetches tokens quotes answers, which may hold one.
		f.Message = "the registry's answer cannot be used"
	}
	return f
}

// plainCause is an error's text without the address that net/http puts before it.
func plainCause(err error) string {
	var about *url.Error
	for errors.As(err, &about) {
		err = about.Err
	}
	return err.Error()
}

// registryWords is what a registry wrote into the body of an error.
type registryWords struct {
	codes    []string
	messages []string
}

func (w *registryWords) add(code, message string) {
	// Codes are upper case words; anything else there is no code, and may be anything.
	if code == "" || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" || len(code) > 40 {
		code = ""
	}
	w.codes = append(w.codes, code)
	w.messages = append(w.messages, message)
}

func (w registryWords) String() string {
	var parts []string
	for index, code := range w.codes {
		parts = append(parts, strings.TrimSpace(strings.Join([]string{code, w.messages[index]}, " ")))
	}
	return strings.Join(parts, "; ")
}

// readWords reads the body of an error as the distribution specification writes it; other text is left out, since it is a page for people.
func readWords(body io.Reader, authorization string) registryWords {
	var parsed struct {
		Errors []struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"errors"`
	}
	words := registryWords{}
	content, err := io.ReadAll(io.LimitReader(body, 64<<10))
	if err != nil || json.Unmarshal(content, &parsed) != nil {
		return words
	}
	for _, one := range parsed.Errors[:min(len(parsed.Errors), 3)] {
		words.add(one.Code, scrubCredentials(one.Message, authorization))
	}
	return words
}

// retryAfter reads the header in both of its forms. What is neither, or past, is nothing.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := time.ParseDuration(header + "s"); err == nil && header != "" && strings.Trim(header, "0123456789") == "" {
		return seconds
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
