module loadline.dev/sealed/sandbox

go 1.26.0

toolchain go1.26.8

require (
	github.com/elastic/go-seccomp-bpf v1.6.0
	github.com/moby/profiles/seccomp v0.1.0
	github.com/opencontainers/runtime-spec v1.3.0
	golang.org/x/sys v0.47.0
)
