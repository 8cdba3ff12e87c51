// Package redis stands in for the module github.com/redis/go-redis/v9, whose compilation takes as long as that of a
// database: Trivy can keep the results of scans there. Loadline has it keep them in memory.
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"time"
)

var errUnsupported = errors.New("Loadline's build of Trivy has no cache in Redis; use the one of its publisher")

// Nil is what a server says that lacks a key.
var Nil = errors.New("redis: nil")

// Options say how to reach a server.
type Options struct {
	TLSConfig *tls.Config
}

// ParseURL refuses.
func ParseURL(string) (*Options, error) { return nil, errUnsupported }

// Client refuses every command.
type Client struct{}

// NewClient takes what ParseURL never gives.
func NewClient(*Options) *Client { return &Client{} }

// Answer is that to any command.
type Answer struct{}

// Err refuses.
func (Answer) Err() error { return errUnsupported }

// Bytes refuses.
func (Answer) Bytes() ([]byte, error) { return nil, errUnsupported }

// Result refuses.
func (Answer) Result() ([]string, uint64, error) { return nil, 0, errUnsupported }

// Set would store a value.
func (*Client) Set(context.Context, string, any, time.Duration) Answer { return Answer{} }

// Get would read one.
func (*Client) Get(context.Context, string) Answer { return Answer{} }

// Del would remove values.
func (*Client) Del(context.Context, ...string) Answer { return Answer{} }

// Unlink would remove values later.
func (*Client) Unlink(context.Context, ...string) Answer { return Answer{} }

// Scan would list keys.
func (*Client) Scan(context.Context, uint64, string, int64) Answer { return Answer{} }

// Close has nothing to close.
func (*Client) Close() error { return nil }
