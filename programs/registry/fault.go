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

// code is the kind of fault. The set is closed: every reader of the document knows each code.
type code string

const (
	// unauthorized: the registry, or its token server, does not accept the credentials, or requires some.
	unauthorized code = "unauthorized"
	// denied: the client is known, and may not do this.
	denied   code = "denied"
	notFound code = "not-found"
	// conflict: the registry holds or does something that excludes the request.
	conflict code = "conflict"
	// refused: the registry answers that the request itself is invalid.
	refused     code = "refused"
	tooMany     code = "too-many"
	unavailable code = "unavailable"
	reset       code = "reset"
	timedOut    code = "timeout"
	// lying: an answer that contradicts what was sent, an earlier answer, or itself.
	lying code = "lying"
	// existsOther: a tag that must not move points to a different digest.
	existsOther  code = "exists-other"
	badReference code = "bad-reference"
	// badLayout: the OCI layout on disk is not valid, is incomplete, or is not empty where it should be written.
	badLayout code = "layout"
)

// errorDocument is printed on standard output when a command failed.
type errorDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Error         *fault `json:"error"`
}

// fault is why a command failed, without any credential, token or query string.
type fault struct {
	Code code `json:"code"`
	// Status is the HTTP status, if there was an answer.
	Status int `json:"status,omitempty"`
	// Host is the server that answered, by its public name; a token server may differ from the registry.
	Host       string `json:"host,omitempty"`
	Repository string `json:"repository,omitempty"`
	// Scope is what the credentials must allow for the request to succeed, in the token specification's syntax.
	Scope string `json:"scope,omitempty"`
	// RetryAfter is what the registry asked for, in seconds, before the limit was applied.
	RetryAfter int `json:"retryAfter,omitempty"`
	// Attempts is how often the step that failed was tried.
	Attempts int `json:"attempts"`
	// Tag, Wanted and Found are set if one digest was expected and a different one found.
	Tag     string `json:"tag,omitempty"`
	Wanted  string `json:"wanted,omitempty"`
	Found   string `json:"found,omitempty"`
	Message string `json:"message"`

	// again is true if the same request may succeed later.
	again bool
}

func (f *fault) Error() string {
	return fmt.Sprintf("%s: %s", f.Code, f.Message)
}

func faultf(kind code, format string, values ...any) *fault {
	return &fault{Code: kind, Message: singleLine(fmt.Sprintf(format, values...))}
}

// mismatch is the fault of a registry that states, or holds, a digest other than the one that it was given.
func mismatch(wanted, found, what string) *fault {
	f := faultf(lying, "%s: expected %s, found %s", what, wanted, found)
	f.Wanted, f.Found = wanted, found
	return f
}

// explainStatus returns what a status means by the distribution specification. `words` are the registry's own.
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

// explain turns any error of a request into a fault. An error that is not known to be permanent may be retried: the attempts are limited.
func explain(err error) *fault {
	var known *fault
	if errors.As(err, &known) {
		return known
	}
	// The handshake and the token server fail with this type. Its own text has the address with its query, so only the words are used.
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
		// The layer that fetches tokens quotes answers, which may contain one.
		f.Message = "the registry's answer cannot be used"
	}
	return f
}

// plainCause is an error's text without the address that net/http puts in front.
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
	// Codes are upper case words; anything else is not a code, and may be arbitrary text.
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

// readWords reads the body of an error in the distribution specification's format; other text is left out, since it is a web page.
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

// retryAfter reads the header in both of its forms. Anything else, or a time in the past, counts as absent.
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
