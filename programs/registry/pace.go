package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// pace is the least progress of a body in each window of time: one that trickles is as useless as one that has stopped.
type pace struct {
	window time.Duration
	least  int64
}

var errStalled = errors.New("too slow")

// watched is a body that must keep this pace until it ends; otherwise the request is cancelled.
type watched struct {
	io.ReadCloser
	ctx    context.Context
	moved  atomic.Int64
	once   sync.Once
	ended  chan struct{}
	finish func()
}

// watch begins to watch a body. `finish` is called once it is closed.
func (p pace) watch(ctx context.Context, body io.ReadCloser, cancel context.CancelCauseFunc, finish func()) *watched {
	w := &watched{ReadCloser: body, ctx: ctx, ended: make(chan struct{}), finish: finish}
	go func() {
		ticker := time.NewTicker(p.window)
		defer ticker.Stop()
		for {
			select {
			case <-w.ended:
				return
			case <-ticker.C:
				if moved := w.moved.Swap(0); moved < p.least {
					cancel(fmt.Errorf("%w: %d bytes in %s", errStalled, moved, p.window))
					return
				}
			}
		}
	}()
	return w
}

func (w *watched) Read(buffer []byte) (int, error) {
	count, err := w.ReadCloser.Read(buffer)
	w.moved.Add(int64(count))
	if err != nil {
		w.end()
		if cause := context.Cause(w.ctx); errors.Is(cause, errStalled) && !errors.Is(err, io.EOF) {
			err = cause
		}
	}
	return count, err
}

func (w *watched) Close() error {
	w.end()
	defer w.finish()
	return w.ReadCloser.Close()
}

// end stops the watch: after the last byte nothing can be slow any more.
func (w *watched) end() {
	w.once.Do(func() { close(w.ended) })
}
