package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

var errScheme = errors.New("refused to speak")

// wire carries every request, including those for tokens. It turns answers that mean "not now" into faults, so that whoever
// sent the request, however deep, retries by one rule; and it keeps requests from using the wrong scheme and from waiting forever.
type wire struct {
	inner    http.RoundTripper
	patience patience
	// plain is whether plain HTTP is allowed at all: a redirect must not expose credentials and images.
	plain bool
	// host is the registry's.
	host string
}

func newWire(host string, plain bool, patience patience) *wire {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &wire{
		inner: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   parallelBlobs,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   15 * time.Second,
			ResponseHeaderTimeout: patience.answer,
			ExpectContinueTimeout: time.Second,
		},
		patience: patience,
		plain:    plain,
		host:     host,
	}
}

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	sending := request.Clone(ctx)
	if err := w.settleScheme(sending); err != nil {
		cancel(nil)
		return nil, err
	}
	// The layer that fetches tokens repeats a request after a 401, when its body is used up.
	if request.GetBody != nil {
		request.Body.Close()
		body, err := request.GetBody()
		if err != nil {
			cancel(nil)
			return nil, err
		}
		sending.Body = w.patience.pace.watch(ctx, body, cancel, func() {})
	}
	response, err := w.inner.RoundTrip(sending)
	if err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errStalled) {
			err = cause
		}
		cancel(nil)
		return nil, err
	}
	response.Body = w.patience.pace.watch(ctx, response.Body, cancel, func() { cancel(nil) })
	if response.StatusCode >= 400 && explainStatus(response.StatusCode, registryWords{}).again {
		defer response.Body.Close()
		return nil, w.fault(response)
	}
	return response, nil
}

// settleScheme allows TLS with any host, and plain HTTP only if it is allowed at all: a redirect cannot take credentials or images out of TLS.
func (w *wire) settleScheme(sending *http.Request) error {
	if w.plain && sending.URL.Host == w.host {
		sending.URL.Scheme = "http"
	}
	if scheme := sending.URL.Scheme; scheme != "https" && !w.plain {
		return fmt.Errorf("%w %s with %s: use a registry with TLS, or pass --plain-http", errScheme, scheme, sending.URL.Host)
	}
	return nil
}

// fault is what a response means, with the registry's own words and its Retry-After.
func (w *wire) fault(response *http.Response) *fault {
	asked := response.Request
	f := explainStatus(response.StatusCode, readWords(response.Body, asked.Header.Get("Authorization")))
	f.Host = asked.URL.Host
	f.RetryAfter = int(retryAfter(response.Header.Get("Retry-After"), w.patience.now()).Round(time.Second) / time.Second)
	return f
}

// onePing lets one ping through. On loopback the library tries two schemes, which the wire makes the same; a failing registry
// should not be pinged twice in a row.
type onePing struct {
	wire http.RoundTripper
	once sync.Once
	err  error
}

var errPinged = errors.New("asked already")

func (p *onePing) RoundTrip(request *http.Request) (response *http.Response, err error) {
	if request.URL.Path != "/v2/" {
		return p.wire.RoundTrip(request)
	}
	err = errPinged
	p.once.Do(func() {
		response, err = p.wire.RoundTrip(request)
		p.err = err
	})
	if response == nil && p.err != nil {
		err = p.err
	}
	return response, err
}
