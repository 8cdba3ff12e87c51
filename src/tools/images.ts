/** A tool that Loadline runs in a container. */
export interface Tool {
  name: string
  version: string
  /** The publisher's own image, with tag. The lock file fixes its digest; a tag alone is never run. */
  reference: string
  /** Absolute path of the program inside the image. */
  program: string
}

/** Every tool, pinned in one place. The sealed set-up builds stand-ins for exactly these, with the program at the same path. */
export const tools = {
  hadolint: {
    name: 'hadolint',
    version: '2.15.1',
    reference: 'docker.io/hadolint/hadolint:v2.15.1',
    program: '/bin/hadolint',
  },
  trivy: {
    name: 'trivy',
    version: '0.72.0',
    reference: 'docker.io/aquasec/trivy:0.72.0',
    program: '/usr/local/bin/trivy',
  },
  structureTest: {
    name: 'container-structure-test',
    version: '1.19.1',
    reference: 'gcr.io/gcp-runtimes/container-structure-test:v1.19.1',
    program: '/container-structure-test',
  },
  dive: {
    name: 'dive',
    version: '0.13.1',
    reference: 'docker.io/wagoodman/dive:v0.13.1',
    program: '/usr/local/bin/dive',
  },
  crane: {
    name: 'crane',
    version: '0.22.1',
    reference: 'gcr.io/go-containerregistry/crane:v0.22.1',
    program: '/ko-app/crane',
  },
  cosign: {
    name: 'cosign',
    version: '3.1.3',
    reference: 'ghcr.io/sigstore/cosign/cosign:v3.1.3',
    program: '/ko-app/cosign',
  },
} as const satisfies Record<string, Tool>

/** A program of Loadline's own, compiled from the Go source in this package. */
export interface OwnTool {
  name: string
  version: string
  /** Directory of its Go module, relative to the package. */
  source: string
  program: string
  /** Build tags of its Go packages. */
  tags?: readonly string[]
  /** Packages of Debian 12 whose programs it starts: then its container has a Debian below it. */
  packages?: readonly string[]
}

/** Loadline's own programs: no publisher has an image of them, so a connected engine compiles them, and the sealed set-up does the same. */
export const ownTools = {
  dockerfile: {
    name: 'dockerfile',
    version: '1.0.0',
    source: 'programs/dockerfile',
    program: '/dockerfile',
    // As the engine is built: a flag that this program knows and the engine does not would be found out in the build.
    tags: ['dfexcludepatterns', 'dfparents'],
  },
  inspect: { name: 'inspect', version: '1.3.0', source: 'programs/inspect', program: '/inspect' },
  registry: { name: 'registry', version: '1.0.0', source: 'programs/registry', program: '/registry' },
  sandbox: {
    name: 'sandbox',
    version: '1.1.0',
    source: 'programs/sandbox',
    program: '/sandbox',
    packages: ['crun'],
  },
  advisories: { name: 'advisories', version: '1.0.0', source: 'programs/advisories', program: '/advisories' },
} as const satisfies Record<string, OwnTool>

/** Has the certificates of the public authorities, for the containers that talk to registries and signing services. */
export const certificatesImage = 'gcr.io/distroless/static-debian12:nonroot'

/** What compiles Loadline's own programs on a connected engine. */
export const goCompiler = 'docker.io/library/golang:1.26-bookworm'
