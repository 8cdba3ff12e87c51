package main

import (
	"context"
	"math/rand/v2"
	"time"
)

// patience is how long to wait for a failing registry, and the clock for it.
type patience struct {
	// attempts is the maximum number of attempts of one step.
	attempts int
	// first is the wait after the first attempt; it doubles up to longest.
	first, longest time.Duration
	// longestAsked limits what a registry may ask for by Retry-After.
	longestAsked time.Duration
	// answer is how long an answer may take to begin once the request is sent: registries process uploads before they answer.
	answer time.Duration
	// pace is how fast the bodies of requests and responses must move.
	pace pace

	now    func() time.Time
	sleep  func(ctx context.Context, wait time.Duration) error
	jitter func() float64
}

func defaultPatience() patience {
	return patience{
		attempts:     6,
		first:        time.Second,
		longest:      30 * time.Second,
		longestAsked: 2 * time.Minute,
		answer:       2 * time.Minute,
		pace:         pace{window: 30 * time.Second, least: 16 << 10},
		now:          time.Now,
		sleep:        sleep,
		jitter:       rand.Float64,
	}
}

// wait is how long to wait after an attempt: what the registry asked for, or a growing time of which half is random, so that
// many clients that failed together do not return together.
func (p patience) wait(attempts int, asked time.Duration) time.Duration {
	if asked > 0 {
		return min(asked, p.longestAsked)
	}
	backoff := p.first
	for range attempts - 1 {
		backoff = min(2*backoff, p.longest)
	}
	return backoff/2 + time.Duration(p.jitter()*float64(backoff/2))
}

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
