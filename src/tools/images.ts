/** A tool that Loadline runs in a container. */
export interface Tool {
  name: string
  version: string
  /** The publisher's own image, with tag. `pins.json` pins its digest; a tag alone is never run. */
  reference: string
  /** Absolute path of the program inside the image, if the image's entry point does not give its path. */
  program: string
  /** The user of the publisher's image, if not root. */
  user?: string
  /** What the publisher's build reports as its version, if that differs. */
  calledVersion?: string
  /** The identity in the publisher's keyless signature of the image, if there is one. */
  signer?: Signatory
  /** Whether only signing and verifying need it. A sealed toolchain makes its substitute when a command does either. */
  onDemand?: true
}

/** The identity that a certificate names, and its issuer. */
export interface Signatory {
  identity: string
  issuer: string
}

const google = 'https://accounts.google.com'

/**
 * Every tool, pinned in one place. The sealed set-up builds substitutes for exactly these, with the program at the same
 * path and the same user.
 */
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
    signer: {
      identity: 'https://github.com/aquasecurity/trivy/.github/workflows/reusable-release.yaml@refs/tags/v0.72.0',
      issuer: 'https://token.actions.githubusercontent.com',
    },
  },
  structureTest: {
    name: 'container-structure-test',
    version: '1.22.1',
    reference: 'ghcr.io/googlecontainertools/container-structure-test:1.22.1',
    program: '/ko-app/container-structure-test',
    calledVersion: '12',
  },
  dive: {
    name: 'dive',
    version: '0.13.1',
    reference: 'docker.io/wagoodman/dive:v0.13.1',
    program: '/usr/local/bin/dive',
  },
  cosign: {
    name: 'cosign',
    version: '3.1.3',
    reference: 'ghcr.io/sigstore/cosign/cosign:v3.1.3',
    program: '/ko-app/cosign',
    user: '65532',
    signer: { identity: 'keyless@projectsigstore.iam.gserviceaccount.com', issuer: google },
    onDemand: true,
  },
} as const satisfies Record<string, Tool>

/** One of Loadline's own programs, compiled from the Go source in this package. */
export interface OwnTool {
  name: string
  version: string
  /** Directory of its Go module, relative to the package. */
  source: string
  program: string
  /** Build tags of its Go packages. */
  tags?: readonly string[]
  /** Debian 12 packages whose programs it starts. */
  packages?: readonly string[]
}

/**
 * Loadline's own programs. A release may pin one image with all of them; without it they are compiled once by a pinned
 * compiler, as in the sealed set-up.
 */
export const ownTools = {
  dockerfile: {
    name: 'dockerfile',
    version: '1.2.0',
    source: 'programs/dockerfile',
    program: '/dockerfile',
    // The engine's own build tags: a flag known to this program but not to the engine would fail only in the build.
    tags: ['dfexcludepatterns', 'dfparents'],
  },
  inspect: { name: 'inspect', version: '1.7.0', source: 'programs/inspect', program: '/inspect' },
  registry: { name: 'registry', version: '1.2.0', source: 'programs/registry', program: '/registry' },
  sandbox: {
    name: 'sandbox',
    version: '1.5.0',
    source: 'programs/sandbox',
    program: '/sandbox',
    packages: ['crun'],
  },
  advisories: { name: 'advisories', version: '1.0.1', source: 'programs/advisories', program: '/advisories' },
  batch: { name: 'batch', version: '1.0.1', source: 'programs/batch', program: '/batch' },
} as const satisfies Record<string, OwnTool>

/** Images needed in addition to the tools. They are pinned in the same way, under their names here. */
export const supportImages = {
  /** Has the public CA certificates, for containers that talk to registries and signing services. */
  certificates: {
    name: 'certificates',
    version: '12',
    reference: 'gcr.io/distroless/static-debian12:nonroot',
    signer: { identity: 'keyless@distroless.iam.gserviceaccount.com', issuer: google },
  },
  /** Compiles Loadline's own programs if their image is unavailable. */
  goCompiler: {
    name: 'go-compiler',
    version: '1.26.8',
    reference: 'docker.io/library/golang:1.26-bookworm',
  },
  /** The Dagger engine, as a container runtime starts it. */
  engine: {
    name: 'engine',
    version: '0.21.8',
    reference: 'registry.dagger.io/engine:v0.21.8',
  },
} as const satisfies Record<string, Pick<Tool, 'name' | 'version' | 'reference' | 'signer'>>
