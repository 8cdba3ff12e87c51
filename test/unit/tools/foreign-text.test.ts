import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { imagesOf } from '../../../src/engine/resolve-image.ts'
import { parseDatabaseSummary } from '../../../src/tools/advisories/output.ts'
import { parseResults } from '../../../src/tools/container-structure-test/output.ts'
import { parseStructureTests } from '../../../src/tools/container-structure-test/structure-test-file.ts'
import { parseAttestations, subjectsOf } from '../../../src/tools/cosign/attestations.ts'
import { readIdentityToken } from '../../../src/tools/cosign/identity-token.ts'
import { lastWord, parseVerification, readSigningFailure } from '../../../src/tools/cosign/output.ts'
import { reachedBy, readSigningConfig, readTrustedRoot, serviceUrls } from '../../../src/tools/cosign/services.ts'
import { readAuthorities } from '../../../src/tools/cosign/trusted-root.ts'
import { parseCosignVersion, requireSoundCosign } from '../../../src/tools/cosign/sound-version.ts'
import { parseEfficiency } from '../../../src/tools/dive/output.ts'
import { parseReading } from '../../../src/tools/dockerfile/output.ts'
import { parseLint } from '../../../src/tools/hadolint/output.ts'
import { parseInspection, parseLayerList, refusal, toConfiguration } from '../../../src/tools/inspect/output.ts'
import { parseSecrets } from '../../../src/tools/inspect/secrets.ts'
import { requireCertificates } from '../../../src/tools/registry/certificates.ts'
import { configurationOf, credentialsOf, knownUnder } from '../../../src/tools/registry/docker-config.ts'
import {
  readAttached,
  readConfigured,
  readProbe,
  readPush,
  readResolved,
  readTagging,
} from '../../../src/tools/registry/output.ts'
import { parseCommandRun, parseRun } from '../../../src/tools/sandbox/output.ts'
import { parseSeccomp } from '../../../src/tools/sandbox/seccomp.ts'
import { parsePackageScan } from '../../../src/tools/trivy/output.ts'
import { bindCycloneDx, bindSpdx } from '../../../src/tools/trivy/sbom.ts'
import { holdReaders } from '../foreign-text.ts'

const recorded = (path: string) => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8')
const digest = `sha256:${'d'.repeat(64)}` as const
const image = {
  name: 'a',
  digest,
  configuration: 'sha256:674ffd5cad41233f9900a01dec212486a8d9f22e7ca5845ec23de346acb7171a',
  packages: 8,
}
const ended = { exitCode: 0, stderr: '' }
const failed = { exitCode: 1, stderr: '' }
const limits = { memory: 268_435_456, pids: 256, cpus: 1, tmpfs: ['/tmp'], seccomp: 'default', services: [] }
const spoken = JSON.parse(recorded('dockerfile/recorded.json')) as Record<string, { command: string; output: string }>
const outputs = (command: string) =>
  Object.values(spoken)
    .filter((one) => one.command === command)
    .map(({ output }) => output)
    .filter((text) => text.includes('"refusals":[]'))
    .slice(0, 4)
const document = (value: object) => JSON.stringify(value)
const service = {
  url: 'https://127.0.0.1:80/x',
  majorApiVersion: 1,
  operator: 'x',
  validFor: { start: '2026-01-01T00:00:00Z' },
}
const signingConfig = document({
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  caUrls: [service],
  rekorTlogUrls: [service],
  tsaUrls: [service],
})
const rawBytes = Buffer.from('x').toString('base64')
const trustedRoot = document({
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [{ baseUrl: 'https://x', hashAlgorithm: 'SHA2_256', publicKey: { rawBytes, keyDetails: 'PKIX_ED25519' } }],
  certificateAuthorities: [
    { uri: 'https://x', subject: { organization: 'x', commonName: 'y' }, certChain: { certificates: [{ rawBytes }] } },
  ],
  ctlogs: [],
  timestampAuthorities: [],
})
const token = (claims: string) => ['header', Buffer.from(claims).toString('base64url'), 'signature'].join('.')

holdReaders([
  {
    name: 'trivy, packages',
    seeds: [recorded('trivy/small-packages-0.72.0.json'), recorded('trivy/scratch-packages-0.72.0.json')],
    read: parsePackageScan,
  },
  {
    name: 'trivy, CycloneDX',
    seeds: [recorded('trivy/small-cyclonedx-0.72.0.json')],
    read: (text) => bindCycloneDx(text, image),
  },
  { name: 'trivy, SPDX', seeds: [recorded('trivy/small-spdx-0.72.0.json')], read: (text) => bindSpdx(text, image) },
  {
    name: 'hadolint',
    seeds: [recorded('hadolint/bad-2.15.1.json')],
    read: (text) => parseLint(text, { path: 'Dockerfile', linted: 'bad.Dockerfile' }),
  },
  { name: 'dive', seeds: [recorded('dive/small-0.13.1.json')], read: parseEfficiency },
  {
    name: 'container-structure-test',
    seeds: [recorded('container-structure-test/passed-1.22.1.txt')],
    read: (stdout) => parseResults({ stdout, stderr: stdout }),
  },
  {
    name: 'structure tests',
    seeds: [recorded('container-structure-test/tests.yaml')],
    read: (text) => parseStructureTests(text, 'tests.yaml'),
  },
  {
    name: 'inspect',
    seeds: [recorded('inspect/small-1.2.0.json'), recorded('inspect/debian-1.2.0.json')],
    read: (text) => toConfiguration(parseInspection(text)),
  },
  { name: 'inspect, layers', seeds: [recorded('inspect/debian-base-layers-1.1.0.json')], read: parseLayerList },
  { name: 'inspect, what it refuses', seeds: ['inspect: no image\n'], read: refusal },
  { name: 'inspect, secrets', seeds: [recorded('inspect/secrets-1.3.0.json')], read: parseSecrets },
  {
    name: 'dockerfile, a reading',
    seeds: outputs('read'),
    read: (text) => parseReading(text, 'Dockerfile', { platforms: ['linux/amd64'], isBuilt: true }),
  },
  {
    name: 'registry, a push',
    seeds: [recorded('registry/push-1.0.1.json')],
    read: (stdout) => readPush({ ...ended, stdout }),
  },
  {
    name: 'registry, bundles',
    seeds: [recorded('registry/attach-1.2.0.json')],
    read: (stdout) => readAttached({ ...ended, stdout }),
  },
  {
    name: 'registry, tags',
    seeds: [recorded('registry/tag-1.0.1.json')],
    read: (stdout) => readTagging({ ...ended, stdout }),
  },
  {
    name: 'registry, referrers',
    seeds: [recorded('registry/referrers-probe-api-1.0.1.json')],
    read: (stdout) => readProbe({ ...ended, stdout }),
  },
  {
    name: 'registry, an index',
    seeds: [recorded('registry/resolve-index-1.1.0.json'), recorded('registry/resolve-image-1.1.0.json')],
    read: (stdout) => imagesOf(readResolved({ ...ended, stdout }).done!),
  },
  {
    name: 'registry, a configuration',
    seeds: [recorded('registry/config-1.1.0.json')],
    read: (stdout) => readConfigured({ ...ended, stdout }),
  },
  {
    name: 'registry, a fault',
    seeds: [recorded('registry/error-denied-1.0.1.json')],
    read: (stdout) => readPush({ ...failed, stdout, stderr: stdout }),
  },
  {
    name: 'a Docker configuration',
    seeds: [
      document({
        auths: { 'https://index.docker.io/v1/': { auth: 'eDp5' } },
        credHelpers: { 'r.example': 'ecr' },
        credsStore: 'x',
      }),
    ],
    read: (text) => [
      knownUnder(text, 'docker.io', 'a'),
      credentialsOf(text, 'docker.io'),
      credentialsOf(text, 'r.example'),
    ],
  },
  {
    name: 'the answer of a credential helper',
    seeds: [document({ Username: 'x', Secret: 'y' })],
    read: (text) => configurationOf('r.example', text),
  },
  {
    name: 'certificates',
    seeds: [rootCertificates[0] ?? ''],
    read: (text) => requireCertificates(text, 'ca.pem'),
  },
  {
    name: 'sandbox, a run',
    seeds: ['ready', 'oom', 'denied'].map((name) => recorded(`sandbox/${name}-1.0.0.json`)),
    read: (text) => parseRun(text, limits),
  },
  { name: 'sandbox, tests', seeds: [recorded('sandbox/tests-1.1.0.json')], read: parseCommandRun },
  {
    name: 'a seccomp profile',
    seeds: [
      document({
        defaultAction: 'SCMP_ACT_ERRNO',
        archMap: [],
        syscalls: [{ names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' }],
      }),
    ],
    read: (text) => parseSeccomp(text, 'seccomp.json'),
  },
  {
    name: 'advisories',
    seeds: [
      document({
        digest,
        schemaVersion: 2,
        updatedAt: '2026-11-20T00:00:00Z',
        ecosystems: { 'debian 12': 4 },
        name: 'x',
      }),
    ],
    read: parseDatabaseSummary,
  },
  {
    name: 'cosign, its version',
    seeds: [recorded('cosign/version-3.1.3.json')],
    read: (text) => requireSoundCosign(parseCosignVersion(text)),
  },
  {
    name: 'cosign, attestations',
    seeds: [recorded('cosign/verify-attestation-3.1.3.jsonl'), recorded('cosign/download-attestation-3.1.3.jsonl')],
    read: (text) => parseAttestations(text).flatMap(({ statement }) => subjectsOf(statement)),
  },
  {
    name: 'cosign, a verification',
    seeds: [document([{ critical: { identity: {}, image: { 'docker-manifest-digest': digest } }, optional: {} }])],
    read: (text) => parseVerification(text, digest),
  },
  {
    name: 'cosign, a failure',
    seeds: [recorded('cosign/fulcio-away-3.1.3.txt')],
    read: (text) => [readSigningFailure(text), lastWord(text)],
  },
  {
    name: 'a signing configuration',
    seeds: [signingConfig],
    read: (text) => [readSigningConfig(text), serviceUrls(text), reachedBy(text, 'registry', () => true)],
  },
  { name: 'a trusted root', seeds: [trustedRoot], read: (text) => [readTrustedRoot(text), readAuthorities(text)] },
  {
    name: 'an identity token',
    seeds: [document({ iss: 'https://x', exp: 1_800_000_000, sub: 'spiffe://x', email: 'a@b', email_verified: true })],
    read: (claims) => {
      const { expires, ...rest } = readIdentityToken(token(claims))
      return [rest, expires.toISOString()]
    },
  },
])
