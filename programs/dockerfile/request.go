package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"github.com/containerd/platforms"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// request is what a Dockerfile is read or prepared for.
type request struct {
	choice
	Platforms []string `json:"platforms"`
	// Secrets are the IDs of the secrets that were given; absent if not known yet.
	Secrets *[]string `json:"secrets"`
	// Agent says whether an ssh agent is given; absent if unknown so far.
	Agent *bool `json:"agent"`
	// ObeyChecks lets the file's own `# check=` directive take checks away.
	ObeyChecks bool `json:"obeyChecks"`
	// CacheScope and Bases are for prepare.
	CacheScope string `json:"cacheScope"`
	// Again is a number that no earlier build had, where none of its steps may be taken from the engine's cache; else 0.
	Again uint32 `json:"again"`
	Bases []base `json:"bases"`

	platforms []platformSpec
}

type platformSpec struct {
	name string
	spec ocispecs.Platform
}

var cacheScope = regexp.MustCompile(`^[A-Za-z0-9_./-]{1,200}$`)

func readRequest(file string) (request, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return request{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	asked := request{}
	if err := decoder.Decode(&asked); err != nil {
		return request{}, fmt.Errorf("the request is not valid JSON: %w", err)
	}
	if len(asked.Platforms) == 0 {
		return request{}, fmt.Errorf("the request names no platform")
	}
	if asked.CacheScope != "" && !cacheScope.MatchString(asked.CacheScope) {
		return request{}, fmt.Errorf("%q is not the name of a cache scope", asked.CacheScope)
	}
	for _, name := range asked.Platforms {
		spec, err := platforms.Parse(name)
		if err != nil {
			return request{}, fmt.Errorf("%q is not a platform: %w", name, err)
		}
		asked.platforms = append(asked.platforms, platformSpec{name: name, spec: spec})
	}
	return asked, nil
}

// sharedMemory is where a container has its shared memory.
const sharedMemory = "/dev/shm"

// given is what a build gets besides its files.
type given struct {
	// secrets is which exist; nil if unknown, and then all are assumed to exist.
	secrets map[string]bool
	// agent says that there is one, or that it is unknown whether there will be.
	agent bool
	// again is the mount that makes each step another one than in every earlier build; empty if a step may come from the cache.
	again string
}

func (r request) given() given {
	found := given{agent: r.Agent == nil || *r.Agent}
	if r.Again > 0 {
		// Every step has this directory, empty and of 64 MiB: only how much fits into it becomes another number.
		found.again = fmt.Sprintf("--mount=type=tmpfs,target=%s,size=%d", sharedMemory, 64<<20+int64(r.Again%(1<<20))*4096)
	}
	if r.Secrets == nil {
		return found
	}
	found.secrets = map[string]bool{withheldID: true}
	for _, id := range *r.Secrets {
		found.secrets[id] = true
	}
	return found
}
