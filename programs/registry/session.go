package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// options are common to all commands.
type options struct {
	// plain allows plain HTTP.
	plain bool
	// knownAs is the registry's public name, also in the Docker configuration; empty if it is the one in the reference.
	knownAs  string
	patience patience
}

// session is one repository of one registry, with everything to reach it.
type session struct {
	repository name.Repository
	// shown is the registry's public name.
	shown    string
	scope    string
	base     url.URL
	wire     *wire
	patience patience
	auth     authn.Authenticator
	client   *http.Client
	// again counts the retries of all steps.
	again atomic.Int64
}

// loopback is a host that is this machine itself: nobody can eavesdrop in between.
var loopback = regexp.MustCompile(`^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$`)

// open makes a session and does the handshake, which decides how requests are authorized. `actions` are those of the token specification.
func open(ctx context.Context, repository name.Repository, actions string, chosen options) (*session, error) {
	host := repository.RegistryStr()
	s := &session{
		repository: repository,
		shown:      host,
		scope:      fmt.Sprintf("repository:%s:%s", repository.RepositoryStr(), actions),
		base:       url.URL{Scheme: "https", Host: host},
		patience:   chosen.patience,
	}
	if chosen.knownAs != "" {
		s.shown = chosen.knownAs
	}
	plain := chosen.plain || loopback.MatchString(host)
	registry := repository.Registry
	if plain {
		s.base.Scheme = "http"
		insecure, err := name.NewInsecureRegistry(host)
		if err != nil {
			return nil, faultf(badReference, "%s", err)
		}
		registry = insecure
	}
	s.wire = newWire(host, plain, chosen.patience)
	auth, err := credentials(ctx, s.shown, repository.RepositoryStr())
	if err != nil {
		return nil, s.complete(err, 0)
	}
	s.auth = auth
	err = s.attempt(ctx, func(ctx context.Context) error {
		authorized, err := transport.NewWithContext(ctx, registry, auth, transport.NewUserAgent(&onePing{wire: s.wire}, "loadline-registry/"+version), []string{s.scope})
		if err != nil {
			return err
		}
		s.client = &http.Client{Transport: authorized}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// openToRead parses a reference, with the parser that the command requires, and opens a session that may pull from its repository.
func openToRead[Reference any](
	ctx context.Context, text string, parse func(text string) (name.Repository, Reference, error), chosen options,
) (*session, Reference, error) {
	repository, reference, err := parse(text)
	if err != nil {
		return nil, reference, err
	}
	s, err := open(ctx, repository, transport.PullScope, chosen)
	return s, reference, err
}

// credentials are those that the Docker configuration has for a registry; without any, requests are anonymous.
func credentials(ctx context.Context, host, repository string) (authn.Authenticator, error) {
	registry, err := name.NewRegistry(host)
	if err != nil {
		return nil, faultf(badReference, "%s", err)
	}
	auth, err := authn.Resolve(ctx, authn.DefaultKeychain, registry.Repo(repository))
	switch {
	case err == nil:
		return auth, nil
	case strings.Contains(err.Error(), "docker-credential-"):
		return nil, faultf(unauthorized, "the Docker configuration names a credential helper, which cannot be run here: use one that contains the credentials of %s itself", host)
	default:
		// The cause may quote the file.
		return nil, faultf(unauthorized, "failed to read the Docker configuration: use one written by docker login")
	}
}

// attempt repeats a step until it succeeds, fails permanently, or the attempts are used up. Every step begins by checking what is there, so that
// one that succeeded without an answer is not done twice.
func (s *session) attempt(ctx context.Context, step func(ctx context.Context) error) error {
	for attempts := 1; ; attempts++ {
		err := step(ctx)
		if err == nil {
			return nil
		}
		failed := s.complete(err, attempts)
		if !failed.again || attempts >= s.patience.attempts || ctx.Err() != nil {
			return failed
		}
		if err := s.patience.sleep(ctx, s.patience.wait(attempts, time.Duration(failed.RetryAfter)*time.Second)); err != nil {
			return failed
		}
		s.again.Add(1)
	}
}

// complete adds to a fault where it happened and which scope it required.
func (s *session) complete(err error, attempts int) *fault {
	found := *explain(err)
	found.Attempts = max(attempts, found.Attempts)
	if found.Host == "" || found.Host == s.repository.RegistryStr() {
		found.Host = s.shown
	}
	found.Repository = s.repository.RepositoryStr()
	if found.Code == unauthorized || found.Code == denied {
		found.Scope = s.scope
	}
	return &found
}

// request is one request to the repository.
type request struct {
	method string
	// path is below the repository's; address replaces it if the registry gave one.
	path    string
	address *url.URL
	accept  string
	// contentType, size and body are set for requests with a body. The body can be opened more than once.
	contentType string
	size        int64
	body        func() (io.ReadCloser, error)
}

// do sends a request and returns the response if its status is an expected one. Any other is a fault. The caller closes the body.
func (s *session) do(ctx context.Context, asked request, wanted ...int) (*http.Response, error) {
	address := asked.address
	if address == nil {
		address = s.base.JoinPath("v2", s.repository.RepositoryStr(), asked.path)
	}
	sending, err := http.NewRequestWithContext(ctx, asked.method, address.String(), nil)
	if err != nil {
		return nil, err
	}
	if asked.accept != "" {
		sending.Header.Set("Accept", asked.accept)
	}
	if asked.body != nil {
		sending.Header.Set("Content-Type", asked.contentType)
		sending.ContentLength = asked.size
		sending.GetBody = asked.body
		if sending.Body, err = asked.body(); err != nil {
			return nil, err
		}
	}
	response, err := s.client.Do(sending)
	if err != nil {
		return nil, err
	}
	for _, status := range wanted {
		if response.StatusCode == status {
			return response, nil
		}
	}
	defer response.Body.Close()
	if response.StatusCode < 400 {
		return nil, faultf(lying, "%s was answered with the unexpected status %d %s", asked.method, response.StatusCode, http.StatusText(response.StatusCode))
	}
	return nil, s.wire.fault(response)
}

// status is the HTTP status behind an error; 0 without one.
func status(err error) int {
	var failed *fault
	if errors.As(err, &failed) {
		return failed.Status
	}
	return 0
}
