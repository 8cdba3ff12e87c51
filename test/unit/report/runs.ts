import {
  Run,
  ownersOf,
  type Base,
  type Evidence,
  type RuleResult,
  type Runtime,
  type SecretSearch,
  type ToolIdentity,
  type Violation,
  type Vulnerability,
} from '../../../src/model/index.ts'
import { searchLine } from '../../../src/gate/secret-search.ts'

/** A digest that reads as one and says which: the same seed gives the same digest. */
export function digestOf(seed: string): string {
  let state = 2166136261
  let digits = ''
  for (let position = 0; position < 64; position += 1) {
    for (const character of `${seed}${position}`) state = Math.imul(state ^ character.charCodeAt(0), 16777619) >>> 0
    digits += ((state >>> 11) % 16).toString(16)
  }
  return `sha256:${digits}`
}

/** A search for secrets that found nothing. */
const searched: SecretSearch = { files: 5136, bytes: 121_765_475, known: [], notLookedAt: [] }

export const tools = {
  hadolint: { name: 'hadolint', version: '2.15.1', reference: `docker.io/hadolint/hadolint@${digestOf('hadolint')}` },
  trivy: { name: 'trivy', version: '0.72.0', reference: `docker.io/aquasec/trivy@${digestOf('trivy')}` },
  structureTest: {
    name: 'container-structure-test',
    version: '1.22.1',
    reference: `ghcr.io/googlecontainertools/container-structure-test@${digestOf('cst')}`,
  },
  dive: { name: 'dive', version: '0.13.1', reference: `docker.io/wagoodman/dive@${digestOf('dive')}` },
  inspect: { name: 'inspect', version: '1.0.0', reference: `docker.io/library/golang@${digestOf('golang')}` },
  sandbox: { name: 'sandbox', version: '1.0.0', reference: `docker.io/library/golang@${digestOf('golang')}` },
} satisfies Record<string, ToolIdentity>

const database = {
  name: 'trivy-db',
  coverage: 'official' as const,
  digest: digestOf('trivy-db'),
  schemaVersion: 2,
  updatedAt: '2026-11-22T18:14:00Z',
  ecosystems: { 'debian 12': 41_210, pip: 9_981, npm: 8_120, go: 3_240 },
}

const exampleDatabase = {
  name: 'loadline-example-advisories',
  coverage: 'example' as const,
  digest: digestOf('example-db'),
  schemaVersion: 2,
  updatedAt: '2026-11-01T00:00:00Z',
  ecosystems: { pip: 14, 'debian 12': 22 },
}

export function vulnerability(
  id: string,
  severity: Vulnerability['severity'],
  name: string,
  version: string,
  fixedVersion: string | undefined,
  title: string,
  type: 'debian' | 'python-pkg' = 'debian',
): Vulnerability {
  return {
    id,
    severity,
    title,
    package: {
      name,
      version,
      type,
      purl:
        type === 'debian'
          ? `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12.9`
          : `pkg:pypi/${name}@${version}`,
      ...(type === 'debian'
        ? { layer: digestOf('layer-0') }
        : {
            path: `/opt/app/lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`,
            layer: digestOf('layer-3'),
          }),
    },
    ...(fixedVersion === undefined ? { status: 'affected' } : { fixedVersion, status: 'fixed' }),
    url: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
    severitySource: type === 'debian' ? 'debian' : 'ghsa',
  }
}

const known = {
  jinja: vulnerability(
    'CVE-2024-22195',
    'critical',
    'jinja2',
    '3.1.2',
    '3.1.3',
    'HTML attribute injection when passing user input as keys to the xmlattr filter',
    'python-pkg',
  ),
  starlette: vulnerability(
    'CVE-2024-47874',
    'high',
    'starlette',
    '0.27.0',
    '0.40.0',
    'Denial of service through multipart/form-data without limits',
    'python-pkg',
  ),
  openssl: vulnerability(
    'CVE-2024-5535',
    'high',
    'libssl3',
    '3.0.13-1~deb12u1',
    '3.0.15-1~deb12u1',
    'SSL_select_next_proto buffer overread',
  ),
  expat: vulnerability(
    'CVE-2024-45491',
    'high',
    'libexpat1',
    '2.5.0-1',
    '2.5.0-1+deb12u1',
    'Integer overflow or wraparound in dtdCopy on 32-bit platforms',
  ),
  go: vulnerability(
    'GO-2026-4401',
    'unknown',
    'stdlib',
    '1.22.4',
    '1.22.9',
    'Reading a crafted archive can exhaust memory',
  ),
  zlib: vulnerability(
    'CVE-2023-45853',
    'medium',
    'zlib1g',
    '1:1.2.13.dfsg-1',
    undefined,
    'Integer overflow and resultant heap-based buffer overflow in zipOpenNewFileInZip4_6',
  ),
  perl: vulnerability(
    'CVE-2023-31484',
    'medium',
    'perl-base',
    '5.36.0-7+deb12u1',
    undefined,
    'CPAN.pm does not verify TLS certificates when downloading distributions over HTTPS',
  ),
  tar: vulnerability(
    'CVE-2005-2541',
    'low',
    'tar',
    '1.34+dfsg-1.2',
    undefined,
    'Does not properly warn the user when extracting setuid or setgid files',
  ),
  apt: vulnerability(
    'CVE-2011-3374',
    'low',
    'apt',
    '2.6.1',
    undefined,
    'apt-key does not correctly validate GPG keys with the master keyring',
  ),
}

const goodRun: Runtime = {
  outcome: 'ready',
  reason: '',
  madeBy: 'crun version 1.8.1',
  user: '65532:65532',
  probe: 'HEALTHCHECK',
  limits: { memory: 536_870_912, pids: 256, cpus: 1, tmpfs: ['/tmp'], seccomp: 'default', services: [] },
  readySeconds: 0.8412,
  peakMemory: 61_214_720,
  outOfMemory: 0,
  refusedWrites: [],
  refusedCalls: [],
  calls: [
    'accept4',
    'bind',
    'brk',
    'close',
    'epoll_wait',
    'execve',
    'exit_group',
    'listen',
    'mmap',
    'openat',
    'read',
    'sendto',
    'write',
  ],
  usedTmpfs: [],
  listens: ['0.0.0.0:8000'],
  stop: { signal: 'SIGTERM', seconds: 0.1143, exit: { code: 0 }, forced: false },
  output: ['INFO started', 'INFO stopped'],
}

const base: Base = {
  images: [
    {
      stage: 'build',
      location: { path: 'Dockerfile', line: 3, within: 'source' },
      written: 'python:3.11-bookworm',
      reference: 'docker.io/library/python:3.11-bookworm',
      pinnedBy: 'lock',
      digest: digestOf('python'),
      final: false,
    },
    {
      stage: 'final',
      location: { path: 'Dockerfile', line: 14, within: 'source' },
      written: 'python:3.11-slim-bookworm',
      reference: 'docker.io/library/python:3.11-slim-bookworm',
      pinnedBy: 'lock',
      digest: digestOf('python-slim'),
      final: true,
    },
  ],
  lineage: {
    base: [digestOf('layer-0')],
    layers: [
      { diffId: digestOf('layer-0'), instruction: '# debian.sh --arch amd64' },
      {
        diffId: digestOf('layer-3'),
        instruction: 'COPY --from=build /opt/app /opt/app',
        line: 18,
        copiedFrom: 'build',
      },
    ],
    instructions: [
      { keyword: 'FROM', line: 3, lastLine: 3, stage: 'build', shipped: false, names: [] },
      { keyword: 'RUN', line: 4, lastLine: 12, stage: 'build', shipped: false, names: [] },
      { keyword: 'FROM', line: 14, lastLine: 14, stage: 'final', shipped: true, names: [] },
      {
        keyword: 'LABEL',
        line: 15,
        lastLine: 16,
        stage: 'final',
        shipped: true,
        names: ['org.opencontainers.image.source', 'org.opencontainers.image.version'],
      },
      { keyword: 'RUN', line: 17, lastLine: 17, stage: 'final', shipped: true, names: [] },
      { keyword: 'COPY', line: 18, lastLine: 18, stage: 'final', shipped: true, names: [] },
      { keyword: 'USER', line: 19, lastLine: 19, stage: 'final', shipped: true, names: [] },
      { keyword: 'EXPOSE', line: 20, lastLine: 20, stage: 'final', shipped: true, names: ['8000/tcp'] },
      { keyword: 'HEALTHCHECK', line: 21, lastLine: 21, stage: 'final', shipped: true, names: [] },
      { keyword: 'ENTRYPOINT', line: 22, lastLine: 22, stage: 'final', shipped: true, names: [] },
    ],
  },
}

const owners = ownersOf(base)

/** The lineage of an image whose Dockerfile names no user. */
function withoutUser(lineage: Base['lineage']): Base['lineage'] {
  return lineage && { ...lineage, instructions: lineage.instructions.filter(({ keyword }) => keyword !== 'USER') }
}

function evidenceOf(platform: string, findings: Vulnerability[], sboms = ''): Evidence['platforms'][number] {
  const digest = digestOf(platform)
  return {
    archive: { platform, digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
    evidence: {
      vulnerabilities: {
        status: 'collected',
        tool: tools.trivy,
        value: {
          findings,
          database,
          os: { family: 'debian', version: '12.9', endOfLife: false },
          packageCount: 131,
          uncovered: [],
        },
      },
      secrets: {
        status: 'collected',
        tool: tools.inspect,
        value: { findings: [], search: searched },
      },
      licenses: {
        status: 'collected',
        tool: tools.trivy,
        value: {
          packages: [
            {
              name: 'fastapi',
              version: '0.103.0',
              type: 'python-pkg',
              purl: 'pkg:pypi/fastapi@0.103.0',
              licenses: ['MIT'],
            },
            {
              name: 'libssl3',
              version: '3.0.13-1~deb12u1',
              type: 'debian',
              purl: 'pkg:deb/debian/libssl3@3.0.13-1~deb12u1',
              licenses: ['Apache-2.0'],
            },
            {
              name: 'psycopg',
              version: '3.1.10',
              type: 'python-pkg',
              purl: 'pkg:pypi/psycopg@3.1.10',
              licenses: ['LGPL-3.0-only'],
            },
          ],
        },
      },
      structure: {
        status: 'collected',
        tool: tools.structureTest,
        value: {
          file: 'structure-test.yaml',
          tests: [
            { name: 'the application starts', passed: true, errors: [], seconds: 0.41 },
            { name: 'no compiler is left', passed: true, errors: [], seconds: 0.01 },
          ],
        },
      },
      sbom: {
        status: 'collected',
        tool: tools.trivy,
        value: {
          documents: [
            {
              format: 'cyclonedx',
              path: `${sboms}sbom.cdx.json`,
              digest: digestOf(`cdx ${platform}`),
              components: 131,
            },
            { format: 'spdx', path: `${sboms}sbom.spdx.json`, digest: digestOf(`spdx ${platform}`), components: 133 },
          ],
          subject: digest,
          operatingSystem: true,
        },
      },
      size: {
        status: 'collected',
        tool: tools.dive,
        value: {
          unpacked: 91_842_113,
          compressed: 33_810_442,
          layers: [
            {
              digest: digestOf('c0'),
              diffId: digestOf('layer-0'),
              compressed: 28_204_113,
              unpacked: 74_991_220,
              createdBy: '# debian.sh --arch amd64',
            },
            {
              digest: digestOf('c3'),
              diffId: digestOf('layer-3'),
              compressed: 5_606_329,
              unpacked: 16_850_893,
              createdBy: 'COPY --from=build /opt/app /opt/app',
            },
          ],
          largest: [{ path: '/usr/local/lib/libpython3.11.so.1.0', bytes: 21_004_112 }],
          efficiency: 0.9874,
          wasted: 1_210_332,
        },
      },
      runtime: { status: 'collected', tool: tools.sandbox, value: goodRun },
      configuration: {
        status: 'collected',
        tool: tools.inspect,
        value: {
          user: '65532:65532',
          entrypoint: ['/opt/app/bin/python', '-m', 'orders'],
          cmd: [],
          workingDir: '/opt/app',
          environment: ['PATH', 'PYTHONUNBUFFERED'],
          suspectedSecrets: [],
          labels: {
            'org.opencontainers.image.source': 'https://example.com/shop/orders',
            'org.opencontainers.image.version': '1.8.2',
          },
          exposedPorts: ['8000/tcp'],
          volumes: [],
          healthcheck: {
            test: ['CMD', '/opt/app/bin/python', '-m', 'orders.health'],
            intervalSeconds: 30,
            timeoutSeconds: 3,
            startPeriodSeconds: 5,
            retries: 3,
          },
          stopSignal: 'SIGTERM',
          setuid: [],
          worldWritable: [],
          shells: ['/bin/sh'],
          packageManagers: [],
          packageCaches: [],
          sshServers: [],
          pathLayers: { '/bin/sh': digestOf('layer-0') },
        },
      },
      base: { status: 'collected', tool: tools.inspect, value: base },
    },
  }
}

function rule(
  id: string,
  kind: RuleResult['kind'],
  title: string,
  wanted: string,
  found: string,
  more: Partial<RuleResult> = {},
): RuleResult {
  return {
    rule: id,
    title,
    kind,
    status: 'passed',
    wanted,
    found,
    remedy: 'Nothing to do.',
    violations: [],
    excepted: [],
    ...more,
  }
}

export function violationOf(
  { id, severity, title, url, fixedVersion, package: { name, version, purl, path, layer } }: Vulnerability,
  platform: string,
): Violation {
  return {
    id,
    subject: purl ?? `${name}@${version}`,
    severity,
    platform,
    ...(purl === undefined ? {} : { package: purl }),
    wanted: `at most 0 ${severity}`,
    found: `${name} ${version}: ${title}`,
    remedy:
      fixedVersion === undefined
        ? `No fix is published for ${name} ${version}: remove it, choose a base without it, or accept the risk with an exception.`
        : `Update ${name} to ${fixedVersion}.`,
    ...(path === undefined ? {} : { location: { path, within: 'image' } }),
    owner: owners.ofLayer(layer),
    ...(url === undefined ? {} : { url }),
  }
}

const vulnerabilityRemedy =
  'Update each package to the version that fixes it and rebuild on a current base; if no fix exists, remove the package or accept the risk with an exception.'

function passedRules(): RuleResult[] {
  return [
    rule(
      'evidence',
      'policy',
      'All evidence is present',
      'lint once and 9 kinds of evidence on linux/amd64',
      '10 of 10 collected on linux/amd64',
    ),
    rule(
      'lint-level',
      'lint',
      'The Dockerfile passes the linter',
      '0 at the level warning or above',
      '0 error, 0 warning, 1 info, 0 style',
    ),
    rule('lint-pragmas', 'lint', 'No comment silences the linter', 'no such comment', '0 comments'),
    rule(
      'vulnerabilities',
      'vulnerabilities',
      'Known vulnerabilities are within the thresholds',
      'at most 0 critical, 0 high, 0 unknown',
      '0 critical, 0 high, 2 medium, 2 low, 0 unknown',
      { remedy: vulnerabilityRemedy },
    ),
    rule('database-age', 'vulnerabilities', 'The vulnerability database is fresh', 'at most 48 h old', '7 h old'),
    rule(
      'database-coverage',
      'vulnerabilities',
      'The vulnerability database covers the image',
      'a database of the kind official or given that covers every ecosystem',
      'trivy-db (official); everything covered',
    ),
    rule(
      'end-of-life-os',
      'vulnerabilities',
      'The distribution is still supported',
      'a supported release',
      'debian 12.9',
    ),
    rule('inventory', 'vulnerabilities', 'The packages of the image are known', 'at least 1 package', '131 packages'),
    rule(
      'secrets',
      'secrets',
      'No credentials in the image',
      'at most 0',
      `0 found ${searchLine(searched, searched.known.length)}`,
    ),
    rule('licenses', 'licenses', 'No denied licences', 'none of AGPL-3.0-only, GPL-3.0-only', '3 packages, 0 denied'),
    rule('structure-tests', 'structure', 'Structure tests pass', 'every test passes', '2 of 2 passed'),
    rule(
      'sbom-complete',
      'sbom',
      'The bill of materials is complete',
      'both documents, of this image',
      'cyclonedx and spdx, 131 components',
    ),
    rule('size-unpacked', 'size', 'The image is within its size budget', 'at most 100 MB unpacked', '91.8 MB'),
    rule('layer-efficiency', 'size', 'Layers do not repeat each other', 'at least 95 % efficient', '98.7 %'),
    rule(
      'runtime-run',
      'runtime',
      'Was started as in production',
      'each image started without root, on a read-only root',
      'as 65532:65532',
    ),
    rule('runtime-ready', 'runtime', 'Becomes ready under hardening', 'ready within 30 s', 'after 0.8 s'),
    rule('user', 'configuration', 'Runs as an unprivileged user', 'user id 10000 or more', '65532:65532', {
      remedy:
        'End the Dockerfile with USER and a numeric ID, e.g. USER 65532:65532, and give that user only the files it needs.',
    }),
    rule(
      'healthcheck',
      'configuration',
      'Says whether it is healthy',
      'a health check',
      'CMD /opt/app/bin/python -m orders.health',
    ),
    rule('setuid', 'configuration', 'No file raises privileges', 'no setuid or setgid file', '0 files'),
    rule(
      'base-pinned',
      'base',
      'Every base is pinned by digest',
      'a digest in the Dockerfile or the lock file',
      '2 of 2 pinned',
    ),
    rule(
      'base-allowed',
      'base',
      'Every base comes from an allowed repository',
      'docker.io/library/python',
      '2 of 2 allowed',
    ),
    rule(
      'exceptions',
      'policy',
      'Every exception is used and in time',
      'no expired, unused or refused exception',
      '0 exceptions',
    ),
  ]
}

/** The passed rules, with some of them replaced. */
function rulesWith(...replaced: RuleResult[]): RuleResult[] {
  const byId = new Map(replaced.map((result) => [result.rule, result]))
  const results = passedRules().map((result) => byId.get(result.rule) ?? result)
  return [...results, ...replaced.filter((result) => !results.includes(result))]
}

const policyDigest = digestOf('policy')
const at = '2026-11-23T01:12:41Z'

/** Two platforms, two findings allowed by exceptions, one rule that warns and one that is off; published and signed. */
export function passedRun(): Run {
  const findings = [known.openssl, known.zlib, known.perl, known.tar, known.apt]
  const platforms = ['linux/amd64', 'linux/arm64']
  const evidence: Evidence = {
    lint: {
      status: 'collected',
      tool: tools.hadolint,
      value: {
        findings: [
          {
            id: 'DL3059',
            level: 'info',
            message: 'Multiple consecutive `RUN` instructions. Consider consolidation.',
            location: { path: 'Dockerfile', line: 9, within: 'source' },
          },
        ],
        checks: [],
        pragmas: [],
        downloads: [],
      },
    },
    platforms: platforms.map((platform) => evidenceOf(platform, findings, `sbom/${platform.replace('/', '-')}/`)),
  }
  return Run.parse({
    schemaVersion: 'loadline.run/v1',
    outcome: 'passed',
    loadline: '0.1.0',
    startedAt: '2026-11-23T01:10:02Z',
    mode: 'connected',
    subject: {
      name: 'shop/orders',
      directory: 'services/orders',
      dockerfile: 'Dockerfile',
      dockerfileDigest: digestOf('dockerfile'),
      target: 'final',
    },
    policy: { origin: 'file', path: 'loadline.yaml', digest: policyDigest },
    suppressions: [
      {
        kind: 'openvex',
        path: 'security/orders.openvex.json',
        honoured: true,
        entries: 2,
        left: ['statement 3, CVE-2024-9143: under_investigation makes no exception'],
      },
      { kind: 'trivyignore', path: '.trivyignore', honoured: false, entries: 0, left: [] },
    ],
    evidence,
    verdict: {
      outcome: 'passed',
      binding: {
        images: platforms.map((platform) => ({ platform, digest: digestOf(platform) })),
        policy: policyDigest,
        databases: [
          { name: database.name, digest: database.digest, updatedAt: database.updatedAt, coverage: database.coverage },
        ],
        tools: Object.values(tools),
        at,
      },
      results: rulesWith(
        rule(
          'vulnerabilities',
          'vulnerabilities',
          'Known vulnerabilities are within the thresholds',
          'at most 0 critical, 0 high, 0 unknown',
          '0 critical, 1 high, 2 medium, 2 low, 0 unknown; 2 excepted',
          {
            remedy: vulnerabilityRemedy,
            excepted: platforms.map((platform) => ({
              violation: violationOf(known.openssl, platform),
              reason: 'The service terminates no TLS itself; the mesh does. Repaired with the next base.',
              owner: 'team-orders@example.com',
              ticket: 'ORD-4711',
              created: '2026-11-03',
              expires: '2026-12-15',
              daysLeft: 22,
              compensatingControl: 'The mesh only lets TLS 1.3 through.',
            })),
          },
        ),
        rule('shells', 'configuration', 'No shell', 'no shell', '/bin/sh; only warns until 2027-01-01, then denies', {
          status: 'warned',
          remedy: 'Build the last stage on a base without a shell.',
          violations: platforms.map((platform) => ({
            id: '/bin/sh',
            subject: '',
            severity: 'low',
            platform,
            wanted: 'no shell',
            found: '/bin/sh',
            remedy: 'Build the last stage on a base without a shell.',
            location: { path: '/bin/sh', within: 'image' },
            owner: owners.ofLayer(digestOf('layer-0')),
          })),
        }),
        rule(
          'package-managers',
          'configuration',
          'No package manager',
          'not judged',
          'disabled by the policy: the operators of this cluster patch in place until the end of the year',
          { status: 'off', remedy: 'Remove it in the last stage.' },
        ),
      ),
    },
    release: {
      reference: 'registry.example.com/shop/orders:1.8.2',
      tags: ['1.8.2'],
      digest: digestOf('index'),
      signature: {
        signer: 'key',
        publicKeyDigest: digestOf('key'),
        transparencyLog: 'none',
        stored: [
          {
            format: 'bundle',
            where: 'referrers-api',
            reference: `registry.example.com/shop/orders@${digestOf('index')}`,
          },
        ],
        verified: true,
      },
      verifyCommand: `cosign verify --key cosign.pub --insecure-ignore-tlog=true registry.example.com/shop/orders@${digestOf('index')}`,
    },
  })
}

/** A sealed run of an example on the example database: vulnerabilities, root, a secret and a broken size budget. */
export function rejectedRun(): Run {
  const platform = 'linux/amd64'
  const counted = [known.jinja, known.starlette, known.openssl, known.expat, known.go]
  const findings = [...counted, known.zlib, known.perl, known.tar, known.apt]
  const collected = evidenceOf(platform, findings)
  const { vulnerabilities, configuration, size } = collected.evidence
  if (vulnerabilities.status !== 'collected' || configuration.status !== 'collected' || size.status !== 'collected')
    throw new TypeError('the fixture collects everything')
  const secret = {
    id: 'private-key',
    severity: 'high' as const,
    title: 'Asymmetric private key',
    category: 'AsymmetricPrivateKey',
    location: { path: '/opt/app/deploy/id_ed25519', line: 1, within: 'image' as const },
    layer: digestOf('layer-3'),
  }
  const search: SecretSearch = {
    files: 5137,
    bytes: 121_766_012,
    known: [
      {
        ...secret,
        location: { path: '/usr/share/doc/libgnutls30/examples/key.pem', line: 1, within: 'image' },
        layer: digestOf('layer-1'),
        because: 'published-file',
        by: 'libgnutls30',
      },
    ],
    notLookedAt: [],
  }
  const lint = {
    id: 'DL3008',
    level: 'warning' as const,
    message:
      'Pin versions in apt get install. Instead of `apt-get install <package>` use `apt-get install <package>=<version>`',
    location: { path: 'Dockerfile', line: 17, column: 1, within: 'source' as const },
  }
  const run = {
    schemaVersion: 'loadline.run/v1',
    outcome: 'rejected',
    loadline: '0.1.0',
    startedAt: '2026-11-23T01:10:02Z',
    mode: 'sealed',
    subject: {
      name: 'fastapi-postgres',
      directory: 'examples/fastapi-postgres',
      dockerfile: 'Dockerfile',
      dockerfileDigest: digestOf('dockerfile'),
    },
    policy: { origin: 'file', path: 'loadline.yaml', digest: policyDigest },
    evidence: {
      lint: {
        status: 'collected',
        tool: tools.hadolint,
        value: { findings: [lint], checks: [], pragmas: [], downloads: [] },
      },
      platforms: [
        {
          ...collected,
          evidence: {
            ...collected.evidence,
            vulnerabilities: { ...vulnerabilities, value: { ...vulnerabilities.value, database: exampleDatabase } },
            secrets: {
              status: 'collected',
              tool: tools.inspect,
              value: {
                findings: [secret],
                search,
              },
            },
            size: {
              ...size,
              value: {
                ...size.value,
                unpacked: 148_202_981,
                compressed: 52_771_004,
                efficiency: 0.9127,
                wasted: 14_220_118,
              },
            },
            configuration: { ...configuration, value: { ...configuration.value, user: '' } },
            base: {
              status: 'collected',
              tool: tools.inspect,
              value: {
                ...base,
                lineage: withoutUser(base.lineage),
                images: base.images.map((image) => ({
                  ...image,
                  substitute: `127.0.0.1:5000/library/${image.written}`,
                })),
              },
            },
          },
        },
      ],
    },
    verdict: {
      outcome: 'rejected',
      binding: {
        images: [{ platform, digest: digestOf(platform) }],
        policy: policyDigest,
        databases: [
          {
            name: exampleDatabase.name,
            digest: exampleDatabase.digest,
            updatedAt: exampleDatabase.updatedAt,
            coverage: exampleDatabase.coverage,
          },
        ],
        tools: Object.values(tools),
        at,
      },
      results: rulesWith(
        rule(
          'lint-level',
          'lint',
          'The Dockerfile passes the linter',
          '0 at the level warning or above',
          '0 error, 1 warning, 0 info, 0 style',
          {
            status: 'failed',
            remedy: "Change the line as the linked page of the linter's rule explains.",
            violations: [
              {
                id: lint.id,
                subject: 'Dockerfile:17',
                severity: 'medium',
                wanted: 'nothing at the level warning or above',
                found: `warning: ${lint.message}`,
                remedy: "Change the line as the linked page of the linter's rule explains.",
                location: lint.location,
                owner: owners.ofLine(lint.location.line),
                url: 'https://github.com/hadolint/hadolint/wiki/DL3008',
              },
            ],
          },
        ),
        rule(
          'vulnerabilities',
          'vulnerabilities',
          'Known vulnerabilities are within the thresholds',
          'at most 0 critical, 0 high, 0 unknown',
          '1 critical, 3 high, 2 medium, 2 low, 1 unknown',
          {
            status: 'failed',
            remedy: vulnerabilityRemedy,
            violations: counted.map((finding) => violationOf(finding, platform)),
          },
        ),
        rule(
          'secrets',
          'secrets',
          'No credentials in the image',
          'at most 0',
          `1 found ${searchLine(search, search.known.length)}`,
          {
            status: 'failed',
            remedy:
              'Revoke the credential, and pass its replacement to the build with RUN --mount=type=secret or to the container at run time.',
            violations: [
              {
                id: secret.id,
                subject: `${secret.location.path}:1`,
                severity: 'high',
                platform,
                wanted: 'at most 0 credentials',
                found: `${secret.title} (${secret.category})`,
                remedy:
                  'Revoke the credential, and pass its replacement to the build with RUN --mount=type=secret or to the container at run time.',
                location: secret.location,
                owner: owners.ofLayer(secret.layer),
              },
            ],
          },
        ),
        rule('size-unpacked', 'size', 'The image is within its size budget', 'at most 100 MB unpacked', '148.2 MB', {
          status: 'failed',
          remedy: 'Leave build tools in a build stage, and copy only what runs.',
          violations: [
            {
              id: 'size-unpacked',
              subject: '',
              severity: 'medium',
              platform,
              wanted: 'at most 100 MB unpacked',
              found: '148.2 MB',
              remedy: 'Leave build tools in a build stage, and copy only what runs.',
            },
          ],
        }),
        rule(
          'layer-efficiency',
          'size',
          'Layers do not repeat each other',
          'at least 95 % efficient',
          '91.3 %; only warns: measured for a month before it denies',
          {
            status: 'warned',
            remedy: 'Delete files in the layer that made them.',
            violations: [
              {
                id: 'layer-efficiency',
                subject: '',
                severity: 'low',
                platform,
                wanted: 'at least 95 % efficient',
                found: '91.3 %',
                remedy: 'Delete files in the layer that made them.',
              },
            ],
          },
        ),
        rule('database-age', 'vulnerabilities', 'The vulnerability database is fresh', 'at most 366 d old', '22 d old'),
        rule(
          'database-coverage',
          'vulnerabilities',
          'The vulnerability database covers the image',
          'a database of the kind example that covers every ecosystem',
          'loadline-example-advisories (example); everything covered',
        ),
        rule(
          'runtime-run',
          'runtime',
          'Was started as in production',
          'each image started without root, on a read-only root',
          'as 65532:65532',
        ),
        rule('runtime-ready', 'runtime', 'Becomes ready under hardening', 'ready within 30 s', 'after 0.8 s'),
        rule('user', 'configuration', 'Runs as an unprivileged user', 'user id 10000 or more', 'root', {
          status: 'failed',
          remedy:
            'End the Dockerfile with USER and a numeric ID, e.g. USER 65532:65532, and give that user only the files it needs.',
          violations: [
            {
              id: 'user',
              subject: '',
              severity: 'high',
              platform,
              wanted: 'a numeric user id of 10000 or more',
              found: 'no USER: the container runs as root',
              remedy:
                'End the Dockerfile with USER and a numeric ID, e.g. USER 65532:65532, and give that user only the files it needs.',
            },
          ],
        }),
      ),
    },
    notPublished: 'The gate said no.',
  }
  return Run.parse(run)
}

/** No database, so the vulnerabilities of both platforms are unknown; nothing else is wrong. */
export function undecidedRun(): Run {
  const missing = {
    status: 'undecided' as const,
    wanted: 'the vulnerabilities of 131 packages',
    found: 'no vulnerability database: none was given, and no mirror answered',
    remedy: 'Give one with --vulnerability-database, or run where a mirror can be reached.',
    tool: tools.trivy,
  }
  const platforms = ['linux/amd64', 'linux/arm64']
  const needs = (id: string, title: string): RuleResult =>
    rule(
      id,
      'vulnerabilities',
      title,
      'evidence: vulnerabilities',
      'missing: vulnerabilities on linux/amd64, vulnerabilities on linux/arm64',
      {
        status: 'undecided',
        remedy: missing.remedy,
        violations: platforms.map((platform) => ({
          id: 'vulnerabilities',
          subject: '',
          severity: 'unknown',
          platform,
          wanted: missing.wanted,
          found: missing.found,
          remedy: missing.remedy,
        })),
      },
    )
  const passed = passedRun()
  const { release: _, ...kept } = passed
  return Run.parse({
    ...kept,
    outcome: 'undecided',
    subject: { ...passed.subject, directory: '.' },
    policy: { origin: 'default', digest: policyDigest },
    evidence: {
      ...passed.evidence,
      platforms: passed.evidence?.platforms.map((cell) => ({
        ...cell,
        evidence: { ...cell.evidence, vulnerabilities: missing },
      })),
    },
    verdict: {
      outcome: 'undecided',
      binding: { ...passed.verdict?.binding, databases: [] },
      results: rulesWith(
        rule(
          'evidence',
          'policy',
          'All evidence is present',
          'lint once and 9 kinds of evidence on linux/amd64, linux/arm64',
          '17 of 19 collected on linux/amd64, linux/arm64',
          {
            status: 'undecided',
            remedy: 'Fix what prevented each collector from working, as its line says, and run again.',
            violations: needs('evidence', '').violations,
          },
        ),
        needs('vulnerabilities', 'Known vulnerabilities are within the thresholds'),
        needs('database-age', 'The vulnerability database is fresh'),
        needs('database-coverage', 'The vulnerability database covers the image'),
        needs('end-of-life-os', 'The distribution is still supported'),
        needs('inventory', 'The packages of the image are known'),
      ),
    },
    notPublished: 'Nobody could say yes.',
  })
}

/** The build failed: there is no image and no verdict. */
export function brokenRun(): Run {
  return Run.parse({
    schemaVersion: 'loadline.run/v1',
    outcome: 'broken',
    loadline: '0.1.0',
    startedAt: '2026-11-23T01:10:02Z',
    mode: 'connected',
    subject: { name: 'shop/orders', dockerfile: 'build/Dockerfile', dockerfileDigest: digestOf('dockerfile') },
    policy: { origin: 'file', path: 'loadline.yaml', digest: policyDigest },
    evidence: {
      lint: {
        status: 'collected',
        tool: tools.hadolint,
        value: {
          findings: [
            {
              id: 'DL3059',
              level: 'info',
              message: 'Multiple consecutive `RUN` instructions. Consider consolidation.',
              location: { path: 'build/Dockerfile', line: 9, within: 'source' },
            },
          ],
          checks: [],
          pragmas: [],
          downloads: [],
        },
      },
      platforms: [],
    },
    failure: {
      stage: 'build',
      code: 'BUILD_STEP',
      message:
        'build/Dockerfile:12: RUN pip install -r requirements.txt exited with code 1: ERROR: No matching distribution found for fastapi==0.103.99',
      hint: 'Correct line 12 of build/Dockerfile; engine.log has the full output.',
      step: {
        path: 'build/Dockerfile',
        line: 12,
        instruction: 'RUN pip install -r requirements.txt',
        exitCode: 1,
        output: [
          'ERROR: Could not find a version that satisfies the requirement fastapi==0.103.99 (from versions: 0.103.0, 0.103.1, 0.103.2)',
          'ERROR: No matching distribution found for fastapi==0.103.99',
        ],
      },
    },
  })
}

/** The gate passed, and then the registry refused the image. */
export function brokenReleaseRun(): Run {
  const { release: _, ...passed } = passedRun()
  return Run.parse({
    ...passed,
    outcome: 'broken',
    failure: {
      stage: 'publish',
      code: 'PUBLISH',
      message: 'registry.example.com refused shop/orders: 403, the scope repository:shop/orders:push is missing',
      hint: 'Give a credential that may push to this repository. No tag was moved.',
    },
  })
}

const hostileText = [
  '<script>alert(1)</script>',
  '"onload="alert(1)',
  "'><img src=x onerror=alert(1)>",
  '| a | b |\n| --- | --- |\n# heading\n- [x](javascript:alert(1)) ![p](https://evil.example/p.png)',
  '`code` ``two`` **bold** _it_ ~~no~~ @octocat @org/team https://evil.example www.evil.example #1 GH-2',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007 \u001b[2J\u009b31m',
  '::set-output name=x::y\n::error::planted\n##[command]planted %0A::warning::planted',
  'bell\u0007 null\u0000 vertical\u000b ]]> &amp; \ud800 \udfff \ufffe right\u202eleft zero\u200bwidth',
]

/** A run with the exceptions and ignore files of the passed one. */
function withExceptions(run: Run): Run {
  const { suppressions, verdict } = passedRun()
  const excepted =
    verdict?.results
      .flatMap((result) => result.excepted)
      .slice(0, 1)
      .map((allowed) => ({
        ...allowed,
        origin: { kind: 'openvex' as const, path: 'security/orders.openvex.json', place: 'statement 1' },
      })) ?? []
  for (const result of run.verdict?.results ?? []) if (result.rule === 'vulnerabilities') result.excepted = excepted
  return { ...run, ...(suppressions === undefined ? {} : { suppressions }) }
}

/** Every free text of a rejected run replaced by text that attacks each format, by turns. */
export function hostileRun(): Run {
  let turn = 0
  const hostile = (text: string): string => {
    turn += 1
    return `${hostileText[turn % hostileText.length]} ${text}`
  }
  const attacked = new Set([
    'id',
    'subject',
    'title',
    'wanted',
    'found',
    'remedy',
    'message',
    'name',
    'version',
    'purl',
    'path',
    'reason',
    'owner',
    'reference',
    'written',
    'substitute',
    'createdBy',
    'user',
    'category',
    'file',
    'family',
    'hint',
    'rule',
    'stage',
    'ticket',
    'compensatingControl',
    'place',
    'package',
    'dockerfile',
    'directory',
    'target',
    'notPublished',
  ])
  const attack = (key: string, value: unknown): unknown =>
    typeof value === 'string' && attacked.has(key) && !value.startsWith('sha256:') ? hostile(value) : value
  const run = JSON.parse(JSON.stringify(withExceptions(rejectedRun())), (key, value: unknown) =>
    attack(key, key === 'url' ? 'javascript:alert(1)' : value),
  ) as Run
  return Run.parse(run)
}

/** A rejected run with this many vulnerabilities, every one of them a violation. */
export function crowdedRun(count: number): Run {
  const run = rejectedRun()
  const platform = run.evidence?.platforms[0]
  const judged = run.verdict?.results.find((result) => result.rule === 'vulnerabilities')
  if (platform?.evidence.vulnerabilities.status !== 'collected' || judged === undefined)
    throw new TypeError('the fixture collects and judges vulnerabilities')
  const severities = ['low', 'medium', 'unknown', 'high', 'critical'] as const
  const findings = Array.from({ length: count }, (_, position) =>
    vulnerability(
      `CVE-2026-${String(position).padStart(6, '0')}`,
      severities[position % severities.length] ?? 'unknown',
      `package-${position % 997}`,
      `1.${position}.0`,
      `1.${position}.1`,
      `Something is wrong in the parser of package-${position % 997}, and a crafted file can make it read beyond its buffer`,
      position % 2 === 0 ? 'debian' : 'python-pkg',
    ),
  )
  platform.evidence.vulnerabilities.value.findings = findings
  judged.violations = findings.map((finding) => violationOf(finding, 'linux/amd64'))
  return run
}
