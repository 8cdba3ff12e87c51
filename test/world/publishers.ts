import { supportImages, tools } from '../../src/tools/images.ts'

/** How a publisher builds the image of a tool: what a client of its registry finds there. */
export interface PublishedTool {
  reference: string
  program: string
  entrypoint?: readonly string[]
  cmd?: readonly string[]
  user?: string
  /** Where the publisher says so. */
  source: string
}

/** What publishers say of their images, as far as a run depends on it. A test holds this table against what Loadline expects. */
export const publishedTools: Readonly<Record<keyof typeof tools, PublishedTool>> = {
  hadolint: {
    reference: 'docker.io/hadolint/hadolint:v2.15.1',
    program: '/bin/hadolint',
    cmd: ['/bin/hadolint', '-'],
    source: 'https://github.com/hadolint/hadolint/blob/v2.15.1/docker/Dockerfile',
  },
  trivy: {
    reference: 'docker.io/aquasec/trivy:0.72.0',
    program: '/usr/local/bin/trivy',
    entrypoint: ['trivy'],
    source: 'https://github.com/aquasecurity/trivy/blob/v0.72.0/Dockerfile',
  },
  structureTest: {
    reference: 'ghcr.io/googlecontainertools/container-structure-test:1.22.1',
    program: '/ko-app/container-structure-test',
    entrypoint: ['/ko-app/container-structure-test'],
    source: 'https://github.com/GoogleContainerTools/container-structure-test/blob/v1.22.1/.goreleaser.yaml',
  },
  dive: {
    reference: 'docker.io/wagoodman/dive:v0.13.1',
    program: '/usr/local/bin/dive',
    entrypoint: ['/usr/local/bin/dive'],
    source: 'https://github.com/wagoodman/dive/blob/v0.13.1/Dockerfile',
  },
  cosign: {
    reference: 'ghcr.io/sigstore/cosign/cosign:v3.1.3',
    program: '/ko-app/cosign',
    entrypoint: ['/ko-app/cosign'],
    user: '65532',
    source: 'https://github.com/sigstore/cosign/blob/v3.1.3/.ko.yaml',
  },
}

/**
 * Where the engine and the Dagger CLI come from. Sources: https://github.com/dagger/dagger/blob/v0.21.8/toolchains/engine-dev/config.go and
 * https://github.com/dagger/dagger/blob/v0.21.8/install.sh; tokens as https://distribution.github.io/distribution/spec/auth/token/ has them.
 */
export const publishedEngine = {
  reference: supportImages.engine.reference,
  entrypoint: ['dagger-entrypoint.sh'],
  host: 'registry.dagger.io',
  cliHost: 'dl.dagger.io',
} as const

/** Registries by the names that references have: the host that clients ask, and where that host sends them for a token (`WWW-Authenticate` of its answer to `/v2/`). */
export const publicRegistries: Readonly<Record<string, { host: string; realm: string }>> = {
  'docker.io': { host: 'registry-1.docker.io', realm: 'https://auth.docker.io/token' },
  'gcr.io': { host: 'gcr.io', realm: 'https://gcr.io/v2/token' },
  'ghcr.io': { host: 'ghcr.io', realm: 'https://ghcr.io/token' },
  'mirror.gcr.io': { host: 'mirror.gcr.io', realm: 'https://mirror.gcr.io/v2/token' },
  [publishedEngine.host]: { host: publishedEngine.host, realm: 'https://auth.registry.dagger.io/token' },
}

/** Where Trivy looks for its database first, and how it is published there: https://github.com/aquasecurity/trivy-db/blob/main/.github/workflows/cron.yml */
export const publishedDatabase = {
  reference: 'mirror.gcr.io/aquasec/trivy-db:2',
  config: 'application/vnd.aquasec.trivy.config.v1+json',
  layer: 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip',
  title: 'db.tar.gz',
} as const
