import type {
  Base,
  Configuration,
  Evidence,
  ExploitPrediction,
  Lint,
  LintFinding,
  PackageRecords,
  Platform,
  PlatformEvidence,
  Runtime,
  SecretFinding,
  SecretSearch,
  StartedProgram,
  ToolIdentity,
  Vulnerabilities,
  Vulnerability,
  Undecided,
} from '../../../src/model/index.ts'
import { ownTools, tools } from '../../../src/tools/images.ts'
import { defaultPolicy } from '../../../src/policy/default.ts'
import type { Policy, RegisterEntry } from '../../../src/policy/schema.ts'

/** The time of judging in every test. */
export const now = new Date('2026-11-23T12:00:00.000Z')

export const policy: Policy = defaultPolicy

export function digest(seed: string): string {
  return `sha256:${Buffer.from(seed.padEnd(32, '.').slice(0, 32)).toString('hex')}`
}

/** The layer of the base in good evidence, and the one that its Dockerfile adds. */
export const baseLayer = digest('base layer')
export const applicationLayer = digest('application layer')

export function tool(name: string): ToolIdentity {
  const pinned = [...Object.values(tools), ...Object.values(ownTools)].find((entry) => entry.name === name)
  return { name, version: pinned?.version ?? '1.2.3', reference: `registry.example/${name}@${digest(name)}` }
}

export const missing: Undecided = {
  status: 'undecided',
  wanted: 'a report',
  found: 'exit code 137: killed for want of memory',
  remedy: 'Give the engine more memory.',
  tool: tool('trivy'),
}

/** Fresh predictions without a score for any finding. A finding without a score is a violation, so only tests about predictions use them. */
export function predictions(): { status: 'collected'; value: ExploitPrediction } {
  return {
    status: 'collected',
    value: {
      name: 'epss.csv',
      digest: digest('epss'),
      model: 'v2025.03.14',
      scoredAt: '2026-11-22T12:55:00.000Z',
      entries: 290_000,
      scores: [],
    },
  }
}

/** Complete evidence in which no rule of the default policy finds anything. */
export function goodEvidence(platforms: readonly Platform[] = ['linux/amd64']): Evidence {
  return {
    lint: {
      status: 'collected',
      tool: tool('hadolint'),
      value: { findings: [], checks: [], pragmas: [], downloads: [] },
    },
    knownExploited: {
      status: 'collected',
      value: {
        name: 'kev.json',
        digest: digest('kev'),
        version: '2026.11.20',
        releasedAt: '2026-11-20T15:03:09.3838Z',
        entries: 1450,
        listed: [],
      },
    },
    additional: [
      {
        name: 'scout.sarif',
        digest: digest('scout'),
        scanner: { name: 'docker scout', version: '1.18.0' },
        images: platforms.map((platform) => digest(`image ${platform}`)),
        findings: [],
      },
    ],
    platforms: platforms.map((platform) => ({
      archive: {
        platform,
        digest: digest(`image ${platform}`),
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
      },
      evidence: goodCells(platform),
    })),
  }
}

function goodCells(platform: Platform): PlatformEvidence {
  const packages = [
    {
      name: 'libc6',
      version: '2.36-9+deb12u13',
      type: 'debian',
      purl: 'pkg:deb/debian/libc6@2.36-9+deb12u13',
      licenses: ['LGPL-2.1-only', 'GPL-2.0-or-later'],
    },
    { name: 'fastapi', version: '0.121.0', type: 'python-pkg', purl: 'pkg:pypi/fastapi@0.121.0', licenses: ['MIT'] },
  ]
  return {
    vulnerabilities: {
      status: 'collected',
      tool: tool('trivy'),
      value: {
        findings: [],
        database: {
          name: 'trivy-db',
          coverage: 'official',
          digest: digest('database'),
          schemaVersion: 2,
          updatedAt: '2026-11-23T06:00:00Z',
          ecosystems: { 'debian 12': 40_000, pip: 9_000 },
        },
        os: { family: 'debian', version: '12.12', endOfLife: false },
        packageCount: packages.length,
        uncovered: [],
      },
    },
    secrets: {
      status: 'collected',
      tool: tool('inspect'),
      value: { findings: [], search: { files: 5136, bytes: 121_765_475, known: [], notLookedAt: [] } },
    },
    licenses: { status: 'collected', tool: tool('trivy'), value: { packages } },
    structure: {
      status: 'collected',
      tool: tool('container-structure-test'),
      value: {
        file: 'structure-test.yaml',
        tests: [{ name: 'python starts', passed: true, errors: [], seconds: 0.01 }],
      },
    },
    sbom: {
      status: 'collected',
      tool: tool('trivy'),
      value: {
        documents: [
          { format: 'cyclonedx', path: 'sbom.cdx.json', digest: digest('cyclonedx'), components: 3 },
          { format: 'spdx', path: 'sbom.spdx.json', digest: digest('spdx'), components: 3 },
        ],
        subject: digest(`image ${platform}`),
        operatingSystem: true,
      },
    },
    size: {
      status: 'collected',
      tool: tool('dive'),
      value: {
        unpacked: 61_000_000,
        compressed: 24_000_000,
        layers: [
          {
            digest: digest('layer'),
            diffId: digest('diff'),
            compressed: 24_000_000,
            unpacked: 61_000_000,
            createdBy: 'COPY /app',
          },
        ],
        largest: [{ path: '/usr/lib/libpython3.11.so', bytes: 7_000_000 }],
        efficiency: 0.99,
        wasted: 100_000,
      },
    },
    runtime: { status: 'collected', tool: tool('sandbox'), value: goodRun() },
    configuration: {
      status: 'collected',
      tool: tool('inspect'),
      value: {
        user: '65532:65532',
        entrypoint: ['/usr/bin/python3', '-m', 'app'],
        cmd: [],
        workingDir: '/app',
        environment: ['PATH'],
        suspectedSecrets: [],
        labels: {
          'org.opencontainers.image.title': 'shop',
          'org.opencontainers.image.source': 'https://example.com/shop',
        },
        exposedPorts: ['8080/tcp'],
        volumes: [],
        healthcheck: {
          test: ['CMD', '/usr/bin/python3', '-m', 'app.health'],
          intervalSeconds: 30,
          timeoutSeconds: 3,
          startPeriodSeconds: 5,
          retries: 3,
        },
        setuid: [],
        privileges: [],
        worldWritable: [],
        shells: [],
        packageManagers: [],
        packageCaches: [],
        sshServers: [],
        records: goodRecords(),
        started: [
          { path: '/usr/bin/python3.11', by: 'ENTRYPOINT', first: true, libraries: 5, missing: [], unread: [] },
        ],
      },
    },
    base: {
      status: 'collected',
      tool: tool('inspect'),
      value: {
        images: [
          {
            stage: 'runtime',
            location: { path: 'Dockerfile', line: 7, within: 'source' },
            written: 'gcr.io/distroless/python3-debian12:nonroot',
            reference: 'gcr.io/distroless/python3-debian12:nonroot',
            pinnedBy: 'lock',
            digest: digest('base'),
            final: true,
          },
        ],
        lineage: {
          base: [baseLayer],
          layers: [
            { diffId: baseLayer, instruction: 'import image layer' },
            { diffId: applicationLayer, instruction: 'COPY --from=build /app /app', line: 9, copiedFrom: 'build' },
          ],
          instructions: [
            { keyword: 'FROM', line: 1, lastLine: 1, stage: 'build', shipped: false, names: [] },
            { keyword: 'RUN', line: 4, lastLine: 5, stage: 'build', shipped: false, names: [] },
            { keyword: 'FROM', line: 7, lastLine: 7, stage: 'runtime', shipped: true, names: [] },
            { keyword: 'ENV', line: 8, lastLine: 8, stage: 'runtime', shipped: true, names: ['API_KEY'] },
            { keyword: 'COPY', line: 9, lastLine: 9, stage: 'runtime', shipped: true, names: [] },
            { keyword: 'USER', line: 10, lastLine: 10, stage: 'runtime', shipped: true, names: [] },
            { keyword: 'EXPOSE', line: 11, lastLine: 11, stage: 'runtime', shipped: true, names: ['22/tcp'] },
            { keyword: 'ENTRYPOINT', line: 12, lastLine: 12, stage: 'runtime', shipped: true, names: [] },
          ],
        },
      },
    },
  }
}

/** Package records that only a package manager wrote. */
export function goodRecords(change: Partial<PackageRecords> = {}): PackageRecords {
  return {
    databases: [{ name: 'dpkg', packages: 1 }],
    unreadable: [],
    systems: [{ layer: baseLayer, id: 'debian', versionId: '12', byPackage: true }],
    goneCount: 0,
    gone: [],
    changedCount: 0,
    changed: [],
    unownedCount: 0,
    unowned: [],
    listsMissing: 0,
    releases: [{ name: 'base-files', version: '12.4+deb12u12' }],
    ...change,
  }
}

/** A run without faults. */
export function goodRun(change: Partial<Runtime> = {}): Runtime {
  return {
    outcome: 'ready',
    reason: '',
    madeBy: 'crun version 1.8.1',
    user: '65532:65532',
    probe: 'HEALTHCHECK',
    limits: { memory: 536_870_912, pids: 256, cpus: 1, tmpfs: ['/tmp'], seccomp: 'default', services: [] },
    readySeconds: 0.71,
    peakMemory: 41_000_000,
    outOfMemory: 0,
    refusedWrites: [],
    refusedCalls: [],
    calls: ['execve', 'openat', 'read', 'write'],
    usedTmpfs: [],
    listens: ['0.0.0.0:8080'],
    stop: { signal: 'SIGTERM', seconds: 0.12, exit: { code: 0 }, forced: false },
    output: ['serving'],
    ...change,
  }
}

/** A run that never became ready, or that ended before it was asked to. */
export function failedRun(outcome: Runtime['outcome'], change: Partial<Runtime> = {}): Runtime {
  const { readySeconds: _, stop: __, ...run } = goodRun()
  return { ...run, outcome, reason: 'it exited before it was ready: exit code 1', ...change }
}

export function withRun(run: Runtime): Evidence {
  return evidenceWith(
    (evidence) =>
      (evidence.platforms[0]!.evidence.runtime = { status: 'collected', tool: tool('sandbox'), value: run }),
  )
}

/** One kind of good evidence, to be changed in place. */
export function valueOf<K extends keyof PlatformEvidence>(
  evidence: Evidence,
  kind: K,
  index = 0,
): Extract<PlatformEvidence[K], { status: 'collected' }>['value'] {
  const cell = evidence.platforms[index]?.evidence[kind]
  if (cell?.status !== 'collected') throw new TypeError(`no ${kind}`)
  return cell.value as Extract<PlatformEvidence[K], { status: 'collected' }>['value']
}

/** Good evidence with a change. */
export function evidenceWith(change: (evidence: Evidence) => void, platforms?: readonly Platform[]): Evidence {
  const evidence = goodEvidence(platforms)
  change(evidence)
  return evidence
}

/** A second build that gave the same image, or one in which files of one step differ. */
export function reproduced(paths: readonly string[] = [], platform = 'linux/amd64'): Reproduced {
  return {
    status: 'collected',
    tool: tool('inspect'),
    value: {
      first: digest(`image ${platform}`),
      second: digest(paths.length === 0 ? `image ${platform}` : 'another image'),
      count: paths.length,
      differences: paths.slice(0, 20).map((path) => ({ layer: 2, path, how: '18 bytes, then 19 bytes' })),
    },
  }
}
type Reproduced = Extract<NonNullable<Evidence['platforms'][number]['reproduction']>, { status: 'collected' }>

export function withReproduction(cell: NonNullable<Evidence['platforms'][number]['reproduction']>): Evidence {
  return evidenceWith((evidence) => void (evidence.platforms[0]!.reproduction = cell))
}

export function withConfiguration(change: Partial<Configuration>): Evidence {
  return evidenceWith((evidence) => Object.assign(valueOf(evidence, 'configuration'), change))
}

/** Evidence of an image that starts these programs, of which the given is special. */
export function withStarted(...programs: Array<Partial<StartedProgram>>): Evidence {
  return withConfiguration({
    started: programs.map((change) => ({
      path: '/app/serve',
      by: 'ENTRYPOINT',
      first: true,
      libraries: 0,
      missing: [],
      unread: [],
      ...change,
    })),
  })
}

export function withVulnerabilities(change: Partial<Vulnerabilities>): Evidence {
  return evidenceWith((evidence) => Object.assign(valueOf(evidence, 'vulnerabilities'), change))
}

export function withBase(...images: Array<Partial<Base['images'][number]>>): Evidence {
  return evidenceWith((evidence) => {
    const base = valueOf(evidence, 'base')
    const [first] = base.images
    if (first) base.images = images.map((image) => ({ ...first, ...image }))
  })
}

export function withLint(
  findings: LintFinding[],
  pragmas: Lint['pragmas'] = [],
  downloads: Lint['downloads'] = [],
  { checks = [], unread }: Partial<Pick<Lint, 'checks' | 'unread'>> = {},
): Evidence {
  return evidenceWith((evidence) => {
    const value = { findings, checks, pragmas, downloads, ...(unread === undefined ? {} : { unread }) }
    evidence.lint = { status: 'collected', tool: tool('hadolint'), value }
  })
}

/** Evidence of an existing image given without a Dockerfile; otherwise good. */
export function withoutDockerfile(platforms?: readonly Platform[]): Evidence {
  return evidenceWith((evidence) => {
    evidence.lint = {
      status: 'not-applicable',
      reason: 'no Dockerfile was given with the image, so nothing was linted',
    }
    for (const { evidence: cells } of evidence.platforms)
      cells.base = {
        status: 'not-applicable',
        reason: 'no Dockerfile was given with the image, and an image does not say what it is built on',
      }
  }, platforms)
}

export function vulnerability(change: Partial<Vulnerability> = {}): Vulnerability {
  return {
    id: 'CVE-2026-0001',
    severity: 'critical',
    title: 'Buffer overflow',
    package: { name: 'libc6', version: '2.36', type: 'debian', purl: 'pkg:deb/debian/libc6@2.36' },
    fixedVersion: '2.37',
    status: 'fixed',
    url: 'https://example.com/CVE-2026-0001',
    ...change,
  }
}

export function secretFinding(change: Partial<SecretFinding> = {}): SecretFinding {
  return {
    id: 'aws-access-key-id',
    severity: 'critical',
    title: 'AWS key',
    category: 'AWS',
    location: { path: '/app/.env', line: 3, within: 'image' },
    ...change,
  }
}

/** What BuildKit's checks can report. */
export function buildCheck(change: Partial<Lint['checks'][number]> = {}): Lint['checks'][number] {
  return {
    id: 'DuplicateStageName',
    message: 'Duplicate stage name "build", stage names should be unique',
    location: { path: 'Dockerfile', line: 4, within: 'source' },
    url: 'https://docs.docker.com/go/dockerfile/rule/duplicate-stage-name/',
    ...change,
  }
}

/** Good evidence, except for what the search for secrets reports about itself. */
export function withSearch(change: Partial<SecretSearch>): Evidence {
  return evidenceWith((evidence) => Object.assign(valueOf(evidence, 'secrets').search ?? {}, change))
}

export function lintFinding(change: Partial<LintFinding> = {}): LintFinding {
  return {
    id: 'DL3008',
    level: 'warning',
    message: 'Pin versions in apt get install',
    location: { path: 'Dockerfile', line: 4, within: 'source' },
    ...change,
  }
}

export function exception(change: Partial<RegisterEntry> = {}): RegisterEntry {
  return {
    rule: 'vulnerabilities',
    id: 'CVE-2026-0001',
    reason: 'not reachable from the network',
    owner: 'team-shop',
    expires: '2026-12-31',
    ...change,
  }
}

export function policyWith(change: { [K in keyof Policy]?: Partial<Policy[K]> }): Policy {
  return {
    ...policy,
    ...Object.fromEntries(
      Object.entries(change).map(([key, value]) => [
        key,
        typeof value === 'object' ? { ...(policy[key as keyof Policy] as object), ...value } : value,
      ]),
    ),
  } as Policy
}

export function withExceptions(...register: RegisterEntry[]): Policy {
  return policyWith({ exceptions: { register } })
}
