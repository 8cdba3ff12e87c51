// Package ioctx stands in for github.com/vito/dang/v2/pkg/ioctx: the output streams of a running program, taken unchanged
// from Dang v1.
package ioctx

import (
	"context"
	"io"

	v1 "github.com/vito/dang/pkg/ioctx"
)

// StdoutToContext makes w the standard output of programs run with the returned context.
func StdoutToContext(ctx context.Context, w io.Writer) context.Context {
	return v1.StdoutToContext(ctx, w)
}

// StderrToContext makes w the standard error of programs run with the returned context.
func StderrToContext(ctx context.Context, w io.Writer) context.Context {
	return v1.StderrToContext(ctx, w)
}
