/** A tool that Loadline runs in a container. */
export interface Tool {
  name: string
  version: string
  /** The publisher's own image, with tag. `pins.json` fixes its digest; a tag alone is never run. */
  reference: string
  /** Absolute path of the program inside the image, where the image's entry point names it by no path. */
  program: string
  /** As whom the publisher's image runs, where that is not root. */
  user?: string
  /** What the publisher's build answers when it is asked for its version, where that is not the version. */
  calledVersion?: string
  /** Whom the publisher's keyless signature of the image names, where there is one. */
  signer?: Signatory
}

/** Whom a certificate names, and who vouches for that. */
export interface Signatory {
  identity: string
  issuer: string
}

const google = 'https://accounts.google.com'

/** Every tool, pinned in one place. The sealed set-up builds stand-ins for exactly these, with the program at the same path, under the same user. */
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
  crane: {
    name: 'crane',
    version: '0.22.1',
    reference: 'gcr.io/go-containerregistry/crane:v0.22.1',
    program: '/ko-app/crane',
    user: '65532',
  },
  cosign: {
    name: 'cosign',
    version: '3.1.3',
    reference: 'ghcr.io/sigstore/cosign/cosign:v3.1.3',
    program: '/ko-app/cosign',
    user: '65532',
    signer: { identity: 'keyless@projectsigstore.iam.gserviceaccount.com', issuer: google },
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
  /** Packages of Debian 12 whose programs it starts. */
  packages?: readonly string[]
}

/** Loadline's own programs. A release may pin one image with all of them; without it they are compiled once by a pinned compiler, as the sealed set-up does it. */
export const ownTools = {
  dockerfile: {
    name: 'dockerfile',
    version: '1.0.0',
    source: 'programs/dockerfile',
    program: '/dockerfile',
    // As the engine is built: a flag that this program knows and the engine does not would be found out in the build.
    tags: ['dfexcludepatterns', 'dfparents'],
  },
  inspect: { name: 'inspect', version: '1.4.0', source: 'programs/inspect', program: '/inspect' },
  registry: { name: 'registry', version: '1.0.0', source: 'programs/registry', program: '/registry' },
  sandbox: {
    name: 'sandbox',
    version: '1.2.0',
    source: 'programs/sandbox',
    program: '/sandbox',
    packages: ['crun'],
  },
  advisories: { name: 'advisories', version: '1.0.0', source: 'programs/advisories', program: '/advisories' },
  batch: { name: 'batch', version: '1.0.0', source: 'programs/batch', program: '/batch' },
} as const satisfies Record<string, OwnTool>

/** Images that are needed beside the tools. They are pinned like these, under their names here. */
export const supportImages = {
  /** Has the certificates of the public authorities, for the containers that talk to registries and signing services. */
  certificates: {
    name: 'certificates',
    version: '12',
    reference: 'gcr.io/distroless/static-debian12:nonroot',
    signer: { identity: 'keyless@distroless.iam.gserviceaccount.com', issuer: google },
  },
  /** Compiles Loadline's own programs where their image cannot be had. */
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
