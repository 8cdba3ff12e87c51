import { asBaseline } from './as-baseline.ts'
import type { Baseline } from '../../../src/policy/baseline.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import type {
  Evidence,
  ExploitPrediction,
  KnownExploited,
  PackageRecords,
  PlatformEvidence,
  RuleResult,
  Severity,
  ToolIdentity,
  Vulnerability,
} from '../../../src/model/index.ts'
import type { RuleId } from '../../../src/policy/rule-ids.ts'
import type { Policy } from '../../../src/policy/schema.ts'
import {
  applicationLayer,
  baseLayer,
  buildCheck,
  digest,
  evidenceWith,
  exception,
  failedRun,
  goodEvidence,
  goodRecords,
  goodRun,
  lintFinding,
  missing,
  now,
  policy,
  policyWith,
  predictions,
  reproduced,
  secretFinding,
  valueOf,
  vulnerability,
  withBase,
  withConfiguration,
  withExceptions,
  withLint,
  withReproduction,
  withRun,
  withSearch,
  withStarted,
  withVulnerabilities,
  withoutDockerfile,
} from './good-evidence.ts'

/** A situation that a rule judges. Anything not given is good evidence or the default policy. */
export interface Example {
  when: string
  evidence?: Evidence
  policy?: Policy
  baseline?: Baseline
}

export interface Caught extends Example {
  /** Ids of the violations, sorted as text. */
  ids: string[]
  found?: RegExp
}

/** What differs between any two builds unless the Dockerfile says otherwise. */
const writtenAnew = [
  'app/__pycache__/a.cpython-311.pyc',
  'app/lib/a.jar',
  'etc/machine-id',
  'etc/shadow',
  'var/cache/ldconfig/aux-cache',
  'var/log/dpkg.log',
]

/** What a rule catches and what it does not, as hadolint documents its own rules. At least one of each. */
export interface Examples {
  status: RuleResult['status']
  /** A situation in which all is well, if good evidence and the default policy leave the rule without anything to judge. */
  well?: Example
  catchesNot: [Example, ...Example[]]
  catches: [Caught, ...Caught[]]
}

function withAdditional(...found: Severity[]): Evidence {
  return evidenceWith(
    (evidence) =>
      (evidence.additional![0]!.findings = found.map((severity) => ({
        id: `CVE-2026-${severity}`,
        severity,
        title: 'a flaw',
        where: '/usr/lib/libssl.so',
      }))),
  )
}

/** Package records that differ from good ones, and the system that the scanner recognised. */
function withRecords(
  change: Partial<PackageRecords>,
  os: { family: string; version: string } | 'none' = { family: 'debian', version: '12.12' },
): Evidence {
  return evidenceWith((evidence) => {
    valueOf(evidence, 'configuration').records = goodRecords(change)
    const { os: _, ...others } = valueOf(evidence, 'vulnerabilities')
    Object.assign(evidence.platforms[0]!.evidence.vulnerabilities, {
      value: { ...others, ...(os === 'none' ? {} : { os: { ...os, endOfLife: false } }) },
    })
  })
}

const file = (path: string) => ({ path, mode: '4755', bytes: 1000 })

export const examples: Record<RuleId, Examples> = {
  evidence: {
    status: 'undecided',
    catchesNot: [
      {
        when: 'a second platform is complete too',
        evidence: goodEvidence(['linux/amd64', 'linux/arm64']),
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
      },
    ],
    catches: [
      {
        when: 'there is no image',
        evidence: { ...goodEvidence(), platforms: [] },
        ids: [
          'base',
          'configuration',
          'licenses',
          'platform',
          'runtime',
          'sbom',
          'secrets',
          'size',
          'structure',
          'vulnerabilities',
        ],
      },
      {
        when: 'the linter did not run',
        evidence: evidenceWith((evidence) => (evidence.lint = missing)),
        ids: ['lint'],
        found: /exit code 137/,
      },
      {
        when: 'one cell is missing',
        evidence: evidenceWith((evidence) => (evidence.platforms[0]!.evidence.sbom = missing)),
        ids: ['sbom'],
        found: /exit code 137/,
      },
      {
        when: 'one cell does not exist at all',
        evidence: evidenceWith((evidence) => Reflect.deleteProperty(evidence.platforms[0]!.evidence, 'size')),
        ids: ['size'],
        found: /it was not collected/,
      },
      {
        when: 'a platform of the policy is missing [fault 51]',
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
        ids: ['platform'],
      },
      {
        when: 'one platform occurs twice',
        evidence: goodEvidence(['linux/amd64', 'linux/amd64']),
        ids: ['repeated-digest', 'repeated-platform'],
      },
      {
        when: 'two platforms have the same bytes',
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
        evidence: evidenceWith(
          (evidence) => {
            for (const { archive, evidence: cells } of evidence.platforms) {
              archive.digest = digest('same')
              if (cells.sbom.status === 'collected') cells.sbom.value.subject = digest('same')
            }
          },
          ['linux/amd64', 'linux/arm64'],
        ),
        ids: ['repeated-digest'],
      },
    ],
  },
  'tool-pins': {
    status: 'undecided',
    catchesNot: [
      {
        when: "one of Loadline's own programs was compiled by a pinned compiler",
        evidence: evidenceWith((evidence) =>
          Object.assign(toolOf(evidence, 'configuration'), {
            reference: `compiled from programs/inspect by docker.io/library/golang:1.26-bookworm@${digest('golang')}`,
          }),
        ),
      },
    ],
    catches: [
      {
        when: 'a tool has a different version',
        evidence: evidenceWith((evidence) => Object.assign(toolOf(evidence, 'vulnerabilities'), { version: '0.60.0' })),
        ids: ['trivy'],
        found: /trivy 0\.60\.0 .*is not version 0\.72\.0/,
      },
      {
        when: 'a tool is named by a tag',
        evidence: evidenceWith((evidence) =>
          Object.assign(toolOf(evidence, 'size'), { reference: 'docker.io/wagoodman/dive:v0.13.1' }),
        ),
        ids: ['dive'],
        found: /not pinned by digest/,
      },
      {
        when: 'the tool is unknown',
        evidence: evidenceWith((evidence) => Object.assign(toolOf(evidence, 'secrets'), { name: 'grep' })),
        ids: ['grep'],
        found: /not a tool of this Loadline/,
      },
      {
        when: 'a different linter ran',
        evidence: evidenceWith((evidence) => {
          if (evidence.lint.status === 'collected') evidence.lint.tool = { ...evidence.lint.tool, version: '1.0.0' }
        }),
        ids: ['hadolint'],
      },
    ],
  },
  dockerfile: {
    status: 'failed',
    catchesNot: [
      {
        when: 'a Dockerfile was linted and its base is known',
        evidence: goodEvidence(['linux/amd64', 'linux/arm64']),
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
      },
    ],
    catches: [
      {
        when: 'an image was given without one [fault 101]',
        evidence: withoutDockerfile(),
        ids: ['base', 'lint'],
        found: /no Dockerfile was given/,
      },
      {
        when: 'only the base is unknown',
        evidence: evidenceWith(
          (evidence) => (evidence.platforms[0]!.evidence.base = { status: 'not-applicable', reason: 'nobody says' }),
        ),
        ids: ['base'],
        found: /nobody says/,
      },
    ],
  },
  'lint-level': {
    status: 'failed',
    catchesNot: [
      {
        when: 'findings are less severe',
        evidence: withLint([lintFinding({ level: 'info' }), lintFinding({ level: 'style' })]),
      },
      {
        when: 'the policy only denies errors',
        evidence: withLint([lintFinding()]),
        policy: policyWith({ lint: { failOn: 'error' } }),
      },
    ],
    catches: [
      {
        when: 'there is a warning',
        evidence: withLint([lintFinding()]),
        ids: ['DL3008'],
        found: /^warning: Pin versions/,
      },
      {
        when: 'there is an error',
        evidence: withLint([lintFinding({ id: 'SC2086', level: 'error' })]),
        ids: ['SC2086'],
      },
      {
        when: 'the policy denies style',
        evidence: withLint([lintFinding({ level: 'style' })]),
        policy: policyWith({ lint: { failOn: 'style' } }),
        ids: ['DL3008'],
      },
    ],
  },
  'lint-pragmas': {
    status: 'failed',
    catchesNot: [
      {
        when: 'pragmas are denied and there are none',
        evidence: withLint([lintFinding({ level: 'info' })]),
        policy: policyWith({ lint: { pragmas: 'deny' } }),
      },
    ],
    catches: [
      {
        when: 'pragmas are denied [fault 19]',
        evidence: withLint([], [{ rules: ['DL3008', 'DL3009'], line: 3, global: false }]),
        policy: policyWith({ lint: { pragmas: 'deny' } }),
        ids: ['DL3008', 'DL3009'],
      },
      {
        when: 'a pragma names no rule',
        evidence: withLint([], [{ rules: [], line: 1, global: true }]),
        policy: policyWith({ lint: { pragmas: 'deny' } }),
        ids: ['all rules'],
        found: /whole file/,
      },
    ],
  },
  'lint-read': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the linter read it, and the policy requires that',
        evidence: withLint([lintFinding({ level: 'info' })]),
        policy: policyWith({ lint: { unread: 'deny' } }),
      },
    ],
    catches: [
      {
        when: 'the linter could not read it [fault 20]',
        evidence: withLint([], [], [], { unread: { line: 7, message: 'unexpected E' } }),
        policy: policyWith({ lint: { unread: 'deny' } }),
        ids: ['unread'],
        found: /could not parse line 7/,
      },
    ],
  },
  'build-checks': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the policy denies all checks and none warns',
        policy: policyWith({ lint: { buildChecks: { deny: 'all' } } }),
      },
    ],
    catches: [
      {
        when: 'two stages have the same name',
        evidence: withLint([], [], [], { checks: [buildCheck()] }),
        ids: ['DuplicateStageName'],
        found: /stage names should be unique/,
      },
      {
        when: 'the policy denies all checks',
        evidence: withLint([], [], [], { checks: [buildCheck({ id: 'FromAsCasing' }), buildCheck()] }),
        policy: policyWith({ lint: { buildChecks: { deny: 'all' } } }),
        ids: ['DuplicateStageName', 'FromAsCasing'],
      },
      {
        when: 'the check is unknown',
        evidence: withLint([], [], [], { checks: [buildCheck({ id: 'BrandNew' })] }),
        policy: policyWith({ lint: { buildChecks: { deny: [] } } }),
        ids: ['BrandNew'],
      },
    ],
  },
  'add-url': {
    status: 'failed',
    catchesNot: [
      {
        when: 'it has a checksum',
        evidence: withLint([], [], [{ address: 'https://example.com/tool.tar.gz', line: 3, verified: true }]),
      },
    ],
    catches: [
      {
        when: 'there is no checksum [fault 25]',
        evidence: withLint([], [], [{ address: 'https://example.com/tool.tar.gz', line: 3, verified: false }]),
        ids: ['https://example.com/tool.tar.gz'],
        found: /^ADD https/,
      },
    ],
  },
  vulnerabilities: {
    status: 'failed',
    catchesNot: [
      {
        when: 'severities are unlimited',
        evidence: withVulnerabilities({
          findings: [vulnerability({ severity: 'medium' }), vulnerability({ severity: 'low' })],
        }),
      },
      {
        when: 'the limit is not exceeded',
        evidence: withVulnerabilities({ findings: [vulnerability({ id: 'A' }), vulnerability({ id: 'B' })] }),
        policy: policyWith({ vulnerabilities: { critical: 2 } }),
      },
      {
        when: 'each platform stays within its limit',
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] }, vulnerabilities: { critical: 1 } }),
        evidence: evidenceWith(
          (evidence) =>
            [0, 1].forEach((index) => valueOf(evidence, 'vulnerabilities', index).findings.push(vulnerability())),
          ['linux/amd64', 'linux/arm64'],
        ),
      },
    ],
    catches: [
      {
        when: 'there is a critical one',
        evidence: withVulnerabilities({ findings: [vulnerability()] }),
        ids: ['CVE-2026-0001'],
        found: /libc6 2.36: Buffer overflow/,
      },
      {
        when: 'the severity is unknown [fault 10]',
        evidence: withVulnerabilities({ findings: [vulnerability({ severity: 'unknown' })] }),
        ids: ['CVE-2026-0001'],
      },
      {
        when: 'the finding has no id [fault 10]',
        evidence: withVulnerabilities({ findings: [vulnerability({ id: 'unidentified', severity: 'unknown' })] }),
        ids: ['unidentified'],
      },
      {
        when: 'the limit is exceeded',
        evidence: withVulnerabilities({ findings: [vulnerability({ id: 'B' }), vulnerability({ id: 'A' })] }),
        policy: policyWith({ vulnerabilities: { critical: 1 } }),
        ids: ['A', 'B'],
      },
      {
        when: 'the policy counts unfixed ones',
        evidence: withVulnerabilities({
          findings: [vulnerability({ fixedVersion: undefined, status: 'affected' } as never)],
        }),
        policy: policyWith({ vulnerabilities: { unfixed: 'count' } }),
        ids: ['CVE-2026-0001'],
      },
      {
        when: 'the vendor says fixed without naming a version',
        evidence: withVulnerabilities({ findings: [vulnerability({ fixedVersion: '' })] }),
        ids: ['CVE-2026-0001'],
      },
    ],
  },
  'known-exploited': {
    status: 'failed',
    catchesNot: [
      {
        when: 'no finding is on the list',
        evidence: withExploited({ listed: [] }, [vulnerability({ severity: 'low' })]),
      },
      {
        when: 'what is on the list is not in the image',
        evidence: withExploited({}, [vulnerability({ id: 'CVE-2026-0002', severity: 'low' })]),
      },
    ],
    catches: [
      {
        when: 'a low finding without a fix is on the list',
        evidence: withExploited({}, [vulnerability({ severity: 'low', status: 'affected', fixedVersion: '' })]),
        ids: ['CVE-2026-0001'],
        found: /^libc6 2\.36, on the list since 2026-11-01, to be fixed by 2026-11-22$/,
      },
      {
        when: 'its severity is unlimited and unfixed ones are only reported',
        evidence: withExploited({}, [vulnerability({ severity: 'medium' })]),
        ids: ['CVE-2026-0001'],
      },
    ],
  },
  'exploit-prediction': {
    status: 'failed',
    catchesNot: [
      { when: 'it is exactly as likely as allowed', evidence: withPredicted({ probability: 0.1 }) },
      {
        when: 'a more likely one is not in the image',
        evidence: withPredicted({ id: 'CVE-2026-0002', probability: 0.9 }),
      },
      {
        when: 'the policy allows more',
        evidence: withPredicted({ probability: 0.2 }),
        policy: predicting({ maximum: 0.5 }),
      },
    ],
    catches: [
      {
        when: 'a low finding without a fix is more likely',
        evidence: withPredicted({ probability: 0.1001 }, [
          vulnerability({ severity: 'low', status: 'affected', fixedVersion: '' }),
        ]),
        ids: ['CVE-2026-0001'],
        found: /^libc6 2\.36, 10\.01 % likely, which is more than of 95 % of all vulnerabilities$/,
      },
      {
        when: 'the policy allows nothing',
        evidence: withPredicted({ probability: 0.00001 }),
        policy: predicting({ maximum: 0 }),
        ids: ['CVE-2026-0001'],
        found: /0\.001 % likely/,
      },
    ],
  },
  'exploit-prediction-list': {
    status: 'undecided',
    catchesNot: [
      { when: 'none is given and none is required', evidence: goodEvidence() },
      { when: 'every finding has a score', evidence: withPredicted({ probability: 0.01 }) },
      {
        when: 'it is exactly as old as allowed',
        evidence: withPredicted({ probability: 0.01 }, undefined, { scoredAt: '2026-11-16T12:00:00Z' }),
      },
    ],
    catches: [
      {
        when: 'none is given and one is required',
        evidence: goodEvidence(),
        policy: predicting({ list: 'required' }),
        ids: ['missing'],
        found: /the policy requires one/,
      },
      {
        when: 'none is given and the policy names one',
        evidence: goodEvidence(),
        policy: predicting({ file: 'epss.csv' }),
        ids: ['missing'],
        found: /requires epss\.csv/,
      },
      {
        when: 'it cannot be read',
        evidence: evidenceWith((evidence) => (evidence.exploitPrediction = missing)),
        ids: ['unreadable'],
        found: /exit code 137/,
      },
      {
        when: 'it is one second older than allowed',
        evidence: withPredicted({}, undefined, { scoredAt: '2026-11-16T11:59:59Z' }),
        ids: ['age'],
        found: /7 days old/,
      },
      {
        when: 'it is from the future',
        evidence: withPredicted({}, undefined, { scoredAt: '2026-11-24T12:00:00Z' }),
        ids: ['age'],
        found: /in the future/,
      },
      {
        when: 'a finding has no score',
        evidence: withPredicted({ id: 'CVE-2026-0002' }),
        ids: ['CVE-2026-0001'],
        found: /^libc6 2\.36, in which CVE-2026-0001 has no score in epss\.csv$/,
      },
      {
        when: 'an advisory is not a CVE, so it cannot have a score',
        evidence: withPredicted({}, [vulnerability({ id: 'GHSA-2222-3333-4444', severity: 'low' })]),
        ids: ['GHSA-2222-3333-4444'],
      },
    ],
  },
  'known-exploited-list': {
    status: 'undecided',
    catchesNot: [
      { when: 'none is given and none is required', evidence: withoutList() },
      { when: 'it is exactly as old as allowed', evidence: withExploited({ releasedAt: '2026-11-09T12:00:00Z' }) },
      { when: 'it was made this moment', evidence: withExploited({ releasedAt: '2026-11-23T12:00:00Z' }) },
      {
        when: 'its clock is ahead by a quarter of an hour',
        evidence: withExploited({ releasedAt: '2026-11-23T12:15:00Z' }),
      },
      {
        when: 'it is required and given',
        evidence: withExploited(),
        policy: policyWith({ vulnerabilities: { knownExploited: { list: 'required', maximumAge: '7d' } } }),
      },
    ],
    catches: [
      {
        when: 'none is given and one is required',
        evidence: withoutList(),
        policy: policyWith({ vulnerabilities: { knownExploited: { list: 'required', maximumAge: '7d' } } }),
        ids: ['missing'],
        found: /the policy requires one/,
      },
      {
        when: 'none is given and the policy names one',
        evidence: withoutList(),
        policy: policyWith({
          vulnerabilities: { knownExploited: { list: 'optional', file: 'kev.json', maximumAge: '7d' } },
        }),
        ids: ['missing'],
        found: /requires kev\.json/,
      },
      {
        when: 'it cannot be read',
        evidence: evidenceWith((evidence) => (evidence.knownExploited = missing)),
        ids: ['unreadable'],
        found: /exit code 137/,
      },
      {
        when: 'it is one second older than allowed',
        evidence: withExploited({ releasedAt: '2026-11-09T11:59:59Z' }),
        ids: ['age'],
        found: /14 days old/,
      },
      {
        when: 'it is from the future',
        evidence: withExploited({ releasedAt: '2026-11-24T12:00:00Z' }),
        ids: ['age'],
        found: /future/,
      },
      { when: 'its date is invalid', evidence: withExploited({ releasedAt: 'today' }), ids: ['age'] },
    ],
  },
  'additional-findings': {
    status: 'failed',
    catchesNot: [
      { when: 'the policy allows them', evidence: withAdditional('medium', 'low') },
      { when: 'the file names no image', evidence: evidenceWith((evidence) => (evidence.additional![0]!.images = [])) },
      {
        when: 'the file names the image of one platform of two',
        evidence: evidenceWith((evidence) => evidence.additional![0]!.images.splice(1), ['linux/amd64', 'linux/arm64']),
        policy: policyWith({ build: { platforms: ['linux/amd64', 'linux/arm64'] } }),
      },
    ],
    catches: [
      {
        when: 'another scanner found something high',
        evidence: withAdditional('high', 'medium'),
        ids: ['CVE-2026-high'],
        found: /^docker scout: a flaw/,
      },
      { when: 'its severity is unknown', evidence: withAdditional('unknown'), ids: ['CVE-2026-unknown'] },
      {
        when: 'the file is about a different image [fault 102]',
        evidence: evidenceWith((evidence) => (evidence.additional![0]!.images = [digest('another')])),
        ids: ['another-image'],
        found: /reports on sha256:/,
      },
    ],
  },
  'database-age': {
    status: 'undecided',
    catchesNot: [
      { when: 'it is exactly as old as allowed', evidence: withDatabase({ updatedAt: '2026-11-21T12:00:00Z' }) },
      { when: 'it was made this moment', evidence: withDatabase({ updatedAt: '2026-11-23T12:00:00Z' }) },
      {
        when: 'its clock is ahead by a quarter of an hour',
        evidence: withDatabase({ updatedAt: '2026-11-23T12:15:00Z' }),
      },
    ],
    catches: [
      {
        when: 'it is one second older than allowed [fault 2]',
        evidence: withDatabase({ updatedAt: '2026-11-21T11:59:59Z' }),
        ids: ['trivy-db'],
        found: /48 hours old/,
      },
      {
        when: 'it is from the future',
        evidence: withDatabase({ updatedAt: '2026-11-24T12:00:00Z' }),
        ids: ['trivy-db'],
        found: /future/,
      },
      {
        when: 'its clock is ahead by one second more',
        evidence: withDatabase({ updatedAt: '2026-11-23T12:15:01Z' }),
        ids: ['trivy-db'],
        found: /future/,
      },
      { when: 'its date is invalid', evidence: withDatabase({ updatedAt: 'yesterday' }), ids: ['trivy-db'] },
    ],
  },
  'database-coverage': {
    status: 'undecided',
    catchesNot: [
      {
        when: 'it has nothing about an ecosystem that the image does not use',
        evidence: withDatabase({ ecosystems: { 'debian 12': 40_000, npm: 0 } }),
      },
      {
        when: 'the policy accepts examples',
        evidence: withDatabase({ coverage: 'example' }),
        policy: policyWith({ database: { accept: ['example'] } }),
      },
      {
        when: 'an image on scratch has no operating system',
        evidence: evidenceWith((evidence) => {
          delete valueOf(evidence, 'vulnerabilities').os
          valueOf(evidence, 'base').images = [
            {
              stage: 'final',
              location: { path: 'Dockerfile', line: 1, within: 'source' },
              written: 'scratch',
              reference: 'scratch',
              pinnedBy: 'scratch',
              final: true,
            },
          ]
        }),
      },
    ],
    catches: [
      {
        when: 'the policy does not accept its kind',
        evidence: withDatabase({ coverage: 'example' }),
        ids: ['database'],
      },
      {
        when: 'an ecosystem is not covered [fault 8]',
        evidence: withVulnerabilities({ uncovered: ['npm', 'go'] }),
        ids: ['go', 'npm'],
      },
      { when: 'it is empty', evidence: withDatabase({ ecosystems: { pip: 0 } }), ids: ['empty-database'] },
      {
        when: 'only a build stage starts from scratch, and no operating system was recognised',
        evidence: evidenceWith((evidence) => {
          delete valueOf(evidence, 'vulnerabilities').os
          const [final] = valueOf(evidence, 'base').images
          if (final)
            valueOf(evidence, 'base').images = [
              { ...final, stage: 'build', written: 'scratch', reference: 'scratch', pinnedBy: 'scratch', final: false },
              final,
            ]
        }),
        ids: ['operating-system'],
      },
      {
        when: 'no operating system was recognised [fault 8]',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'vulnerabilities').os),
        ids: ['operating-system'],
      },
      {
        when: 'neither the operating system nor the final base is known',
        evidence: evidenceWith((evidence) => {
          delete valueOf(evidence, 'vulnerabilities').os
          valueOf(evidence, 'base').images = []
        }),
        ids: ['operating-system'],
      },
      {
        when: 'the operating system is "none" [fault 8]',
        evidence: withVulnerabilities({ os: { family: 'none', version: '', endOfLife: false } }),
        ids: ['operating-system'],
      },
    ],
  },
  'end-of-life-os': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the image has no distribution',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'vulnerabilities').os),
      },
    ],
    catches: [
      {
        when: 'support has ended [fault 9]',
        evidence: withVulnerabilities({ os: { family: 'debian', version: '9', endOfLife: true } }),
        ids: ['debian 9'],
      },
    ],
  },
  inventory: {
    status: 'undecided',
    catchesNot: [
      {
        when: 'the policy allows it',
        evidence: withNoPackages(),
        policy: policyWith({ inventory: { allowEmpty: { reason: 'one static binary on scratch' } } }),
      },
    ],
    catches: [
      { when: 'no packages were found [fault 7]', evidence: withNoPackages(), ids: ['empty'] },
      {
        when: 'the licence scan found no packages',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'licenses').packages = [])),
        ids: ['licenses'],
      },
    ],
  },
  'package-records': {
    status: 'failed',
    catchesNot: [
      {
        when: 'a package manager upgraded the distribution',
        evidence: withRecords(
          {
            systems: [
              { layer: baseLayer, id: 'debian', versionId: '12', byPackage: true },
              { layer: applicationLayer, id: 'debian', versionId: '13', byPackage: true },
            ],
            releases: [{ name: 'base-files', version: '13.8' }],
          },
          { family: 'debian', version: '13.1' },
        ),
      },
      {
        when: 'there is no distribution at all',
        evidence: withRecords({ databases: [], systems: [], releases: [] }, 'none'),
      },
      {
        when: 'the distribution is unknown',
        evidence: withRecords(
          {
            databases: [{ name: 'dpkg', packages: 1 }],
            systems: [{ layer: baseLayer, id: 'raspbian', versionId: '12', byPackage: true }],
          },
          { family: 'debian', version: '12.4' },
        ),
      },
      {
        when: 'the scanner lists the program that no package owns',
        evidence: evidenceWith((evidence) => {
          valueOf(evidence, 'configuration').records = goodRecords({
            unownedCount: 1,
            unowned: [{ path: '/usr/bin/serve', bytes: 1 }],
          })
          valueOf(evidence, 'licenses').packages.push({
            name: 'example.com/serve',
            version: '1',
            type: 'gobinary',
            licenses: [],
            path: 'usr/bin/serve',
          })
        }),
        policy: policyWith({ inventory: { unowned: 0 } }),
      },
    ],
    catches: [
      {
        when: 'the database was emptied [fault 83]',
        evidence: withRecords({
          databases: [{ name: 'dpkg', packages: 0 }],
          goneCount: 88,
          gone: ['apt', 'base-files', 'libc6', 'perl-base'].map((name) => ({
            database: 'dpkg',
            name,
            version: '1',
            layer: applicationLayer,
            files: 10,
            example: `/usr/lib/${name}`,
          })),
        }),
        ids: ['gone'],
        found:
          /88 packages .* gone .*\(apt 1, base-files 1, libc6 1 and 85 more\), but 40 of their files are still there, e\.g\. \/usr\/lib\/apt/,
      },
      {
        when: 'a version was overwritten [fault 83]',
        evidence: withRecords({
          changedCount: 1,
          changed: [{ database: 'dpkg', name: 'openssl', from: '3.0.11', to: '3.0.99', layer: applicationLayer }],
        }),
        ids: ['changed'],
        found: /openssl from 3\.0\.11 to 3\.0\.99/,
      },
      {
        when: 'os-release names a different release [fault 83]',
        evidence: withRecords(
          {
            systems: [
              { layer: baseLayer, id: 'debian', versionId: '12', byPackage: true },
              { layer: applicationLayer, id: 'debian', versionId: '13', byPackage: false },
            ],
          },
          { family: 'debian', version: '13' },
        ),
        ids: ['contradiction', 'system'],
        found: /from debian 12 to debian 13|base-files is 12\.4/,
      },
      {
        when: 'os-release names a different distribution, and the scanner believes it [fault 83]',
        evidence: withRecords(
          { systems: [{ layer: baseLayer, id: 'wolfi', versionId: '20230201', byPackage: true }] },
          { family: 'wolfi', version: '20230201' },
        ),
        ids: ['contradiction', 'contradiction'],
        found: /keeps its packages with apk|the scanner saw 0 of wolfi/,
      },
      {
        when: 'os-release is missing, and the scanner did not recognise the distribution [fault 83]',
        evidence: withRecords(
          {
            systems: [
              { layer: baseLayer, id: 'debian', versionId: '12', byPackage: true },
              { layer: applicationLayer, id: '', versionId: '', byPackage: false },
            ],
          },
          'none',
        ),
        ids: ['contradiction', 'system'],
        found: /to nothing|scanner saw 0 of no distribution/,
      },
      {
        when: 'a file that only scanners read names a different release [fault 83]',
        evidence: withRecords({}, { family: 'debian', version: '13.0' }),
        ids: ['contradiction'],
        found: /the scanner judged it as debian 13\.0/,
      },
      {
        when: 'the scanner lists fewer packages than are recorded [fault 83]',
        evidence: withRecords({ databases: [{ name: 'dpkg', packages: 90 }] }),
        ids: ['contradiction'],
        found: /record 90 packages, but the scanner saw 1 of debian/,
      },
      {
        when: 'a database cannot be read',
        evidence: withRecords({ unreadable: ['/var/lib/rpm/rpmdb.sqlite (damaged)'] }),
        ids: ['unreadable'],
      },
      {
        when: 'the records were not examined',
        evidence: withConfiguration({ records: undefined }),
        ids: ['records'],
      },
      {
        when: 'a system was copied without its records [fault 83]',
        evidence: withRecords({
          unownedCount: 2,
          unowned: [
            { path: '/usr/lib/x86_64-linux-gnu/libssl.so.3', bytes: 1 },
            { path: '/lib64/ld-linux-x86-64.so.2', bytes: 1 },
          ],
        }),
        policy: policyWith({ inventory: { unowned: 1 } }),
        ids: ['unowned'],
        found: /in 2 places: \/usr\/lib\/x86_64-linux-gnu\/libssl\.so\.3, \/lib64\/ld-linux-x86-64\.so\.2/,
      },
      {
        when: 'a runtime is in a directory tree of its own, which counts once',
        evidence: withRecords({
          unownedCount: 40,
          unowned: Array.from({ length: 40 }, (_, index) => ({ path: `/usr/lib/jvm/17/lib/${index}.so`, bytes: 1 })),
        }),
        policy: policyWith({ inventory: { unowned: 0 } }),
        ids: ['unowned'],
        found: /in 1 places: \/usr\/lib\/jvm/,
      },
    ],
  },
  secrets: {
    status: 'failed',
    catchesNot: [
      {
        when: 'the policy allows one',
        evidence: evidenceWith((evidence) => valueOf(evidence, 'secrets').findings.push(secretFinding())),
        policy: policyWith({ secrets: { allowed: 1 } }),
      },
      {
        when: 'it is an example, a file of the base as its package published it, or a test file of a package',
        evidence: withSearch({
          known: [
            { ...secretFinding(), because: 'example-value' },
            { ...secretFinding({ layer: baseLayer }), because: 'published-file', by: 'libgnutls30' },
            { ...secretFinding({ layer: baseLayer }), because: 'package-tests' },
          ],
        }),
      },
    ],
    catches: [
      {
        when: 'a file contains one',
        evidence: evidenceWith((evidence) => valueOf(evidence, 'secrets').findings.push(secretFinding())),
        ids: ['aws-access-key-id'],
      },
      {
        when: 'one is in an archive within an archive [fault 84]',
        evidence: evidenceWith((evidence) =>
          valueOf(evidence, 'secrets').findings.push(secretFinding({ through: ['zip', 'gzip'] })),
        ),
        ids: ['aws-access-key-id'],
        found: /within zip, gzip$/,
      },
      {
        when: 'an archive was made to exhaust the search, whatever the policy allows [fault 84]',
        evidence: withSearch({
          notLookedAt: [
            { because: 'too-deep', files: 1, bytes: 812, paths: ['/app/deep'] },
            { because: 'too-much', files: 3, bytes: 9_000_000_000, paths: ['/app/bomb', '/app/bomb2', '/app/bomb3'] },
          ],
        }),
        policy: policyWith({ secrets: { allowed: 'unlimited' } }),
        ids: ['secrets-not-searched', 'secrets-not-searched'],
        found: /not searched/,
      },
      {
        when: 'a key is among the tests of a package that COPY took from the source [fault 84]',
        evidence: evidenceWith((evidence) => {
          valueOf(evidence, 'base').lineage?.layers.splice(1, 1, {
            diffId: applicationLayer,
            instruction: 'COPY . /app',
            line: 9,
          })
          valueOf(evidence, 'secrets').search?.known.push({
            ...secretFinding({ layer: applicationLayer }),
            because: 'package-tests',
          })
        }),
        ids: ['aws-access-key-id'],
      },
      {
        when: 'it is not recorded what was searched [fault 84]',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'secrets').search),
        ids: ['secrets-not-searched'],
      },
    ],
  },
  'suspected-secrets': {
    status: 'failed',
    catchesNot: [
      {
        when: 'variables have harmless names and values',
        evidence: withConfiguration({ environment: ['PATH', 'TOKENIZERS_PARALLELISM'], suspectedSecrets: [] }),
      },
    ],
    catches: [
      {
        when: 'ENV, LABEL and ARG have suspicious names or values [fault 37]',
        evidence: withConfiguration({
          suspectedSecrets: [
            { name: 'DB_PASSWORD', where: 'environment' },
            { name: 'token', where: 'label' },
            { name: 'NPM_TOKEN', where: 'history' },
          ],
        }),
        ids: ['DB_PASSWORD', 'NPM_TOKEN', 'token'],
      },
    ],
  },
  licenses: {
    status: 'failed',
    catchesNot: [
      { when: 'there is a choice', evidence: withLicenses('MIT OR AGPL-3.0-only') },
      {
        when: 'nested choices leave one that is allowed',
        evidence: withLicenses('(AGPL-3.0-only AND MIT) OR (SSPL-1.0 OR BSD-3-Clause)'),
      },
    ],
    catches: [
      { when: 'the licence is denied', evidence: withLicenses('AGPL-3.0-only'), ids: ['library'] },
      { when: 'it has its old name', evidence: withLicenses('AGPL-3.0'), ids: ['library'] },
      { when: 'it has its old name with a plus', evidence: withLicenses('AGPL-3.0+'), ids: ['library'] },
      { when: 'every choice is denied', evidence: withLicenses('AGPL-3.0-only OR SSPL-1.0'), ids: ['library'] },
      { when: 'one part of an AND is denied', evidence: withLicenses('MIT AND AGPL-3.0-only'), ids: ['library'] },
      {
        when: 'one of several licences is denied',
        evidence: withLicenses('MIT', 'AGPL-3.0-or-later'),
        ids: ['library'],
      },
      {
        when: 'an exception is added',
        evidence: withLicenses('AGPL-3.0-only WITH Classpath-exception-2.0'),
        ids: ['library'],
      },
      { when: 'prose names it', evidence: withLicenses('Dual licensed: agpl-3.0-only, or ask us'), ids: ['library'] },
      { when: 'prose ends with it', evidence: withLicenses('published under the sspl-1.0.'), ids: ['library'] },
      {
        when: 'prose names it between brackets and dashes',
        evidence: withLicenses('proprietary -- (--AGPL-3.0-only--)'),
        ids: ['library'],
      },
      {
        when: 'six packages have none, and the result names five',
        evidence: evidenceWith((evidence) =>
          valueOf(evidence, 'licenses').packages.push(
            ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, version: '1', type: 'npm', licenses: [] })),
          ),
        ),
        policy: policyWith({ licenses: { unknown: 'deny' } }),
        ids: ['a', 'b', 'c', 'd', 'e', 'f'],
      },
      { when: 'it is in the wrong case', evidence: withLicenses('sspl-1.0'), ids: ['library'] },
      {
        when: 'unknown is denied',
        evidence: withLicenses('see COPYING'),
        policy: policyWith({ licenses: { unknown: 'deny' } }),
        ids: ['library'],
      },
      {
        when: 'none is declared',
        evidence: withLicenses(),
        policy: policyWith({ licenses: { unknown: 'deny' } }),
        ids: ['library'],
      },
      {
        when: 'LicenseRef is the only one',
        evidence: withLicenses('LicenseRef-own'),
        policy: policyWith({ licenses: { unknown: 'deny' } }),
        ids: ['library'],
      },
      {
        when: 'the policy denies a LicenseRef',
        evidence: withLicenses('LicenseRef-own'),
        policy: policyWith({ licenses: { deny: ['LicenseRef-own'] } }),
        ids: ['library'],
      },
      {
        when: 'the expression is nested without limit',
        evidence: withLicenses('('.repeat(100_000)),
        policy: policyWith({ licenses: { unknown: 'deny' } }),
        ids: ['library'],
      },
    ],
  },
  'structure-tests': {
    status: 'failed',
    catchesNot: [
      {
        when: 'there are none and none are required',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'structure').tests = [])),
        policy: policyWith({ structure: { required: false } }),
      },
    ],
    catches: [
      {
        when: 'there are none',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'structure').tests = [])),
        ids: ['no-tests'],
      },
      {
        when: 'one fails',
        evidence: evidenceWith((evidence) =>
          valueOf(evidence, 'structure').tests.push({
            name: 'user exists',
            passed: false,
            errors: ['expected nonroot'],
            seconds: 0,
          }),
        ),
        ids: ['user exists'],
        found: /expected nonroot/,
      },
      {
        when: 'one fails and none is required',
        evidence: evidenceWith((evidence) =>
          valueOf(evidence, 'structure').tests.push({ name: 'x', passed: false, errors: [], seconds: 0 }),
        ),
        policy: policyWith({ structure: { required: false } }),
        ids: ['x'],
      },
    ],
  },
  'sbom-complete': {
    status: 'undecided',
    catchesNot: [
      {
        when: 'an image that may be empty has no components',
        policy: policyWith({ inventory: { allowEmpty: { reason: 'one static binary on scratch' } } }),
        evidence: (() => {
          const evidence = withNoPackages()
          for (const document of valueOf(evidence, 'sbom').documents) document.components = 0
          return evidence
        })(),
      },
    ],
    catches: [
      {
        when: 'a format is missing',
        evidence: evidenceWith((evidence) => valueOf(evidence, 'sbom').documents.pop()),
        ids: ['spdx'],
      },
      {
        when: 'a format occurs twice',
        evidence: evidenceWith((evidence) =>
          valueOf(evidence, 'sbom').documents.push(valueOf(evidence, 'sbom').documents[0]!),
        ),
        ids: ['cyclonedx'],
      },
      {
        when: 'an image that may be empty has packages, and a document has no components',
        policy: policyWith({ inventory: { allowEmpty: { reason: 'one static binary on scratch' } } }),
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'sbom').documents[0]!.components = 0)),
        ids: ['cyclonedx'],
      },
      {
        when: 'a document is empty [fault 15]',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'sbom').documents[0]!.components = 0)),
        ids: ['cyclonedx'],
      },
      {
        when: 'it is about a different image [fault 16]',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'sbom').subject = digest('another'))),
        ids: ['subject'],
      },
      {
        when: 'the operating system is missing [fault 15]',
        evidence: evidenceWith((evidence) => (valueOf(evidence, 'sbom').operatingSystem = false)),
        ids: ['operating-system'],
      },
    ],
  },
  'size-unpacked': {
    status: 'failed',
    catchesNot: [
      { when: 'it is exactly the limit', evidence: withSize({ unpacked: 100_000_000 }) },
      {
        when: 'the policy allows more',
        evidence: withSize({ unpacked: 120_000_000 }),
        policy: policyWith({ size: { unpacked: '120 MB' } }),
      },
    ],
    catches: [
      {
        when: 'it is one byte over the limit',
        evidence: withSize({ unpacked: 100_000_001 }),
        ids: ['size-unpacked'],
        found: /100000001 bytes/,
      },
      {
        when: 'the class is compiled',
        policy: policyWith({ image: { class: 'compiled' } }),
        ids: ['size-unpacked'],
        found: /largest: \/usr\/lib\/libpython/,
      },
      {
        when: 'there are many files: it names the three largest, by path if equal',
        evidence: withSize({
          unpacked: 100_000_001,
          largest: [
            { path: '/a', bytes: 1_000 },
            { path: '/c', bytes: 9_000_000 },
            { path: '/b', bytes: 9_000_000 },
            { path: '/d', bytes: 30_000_000 },
          ],
        }),
        ids: ['size-unpacked'],
        found: /largest: \/d 30 MB, \/b 9 MB, \/c 9 MB$/,
      },
      {
        when: 'there are no files to name',
        evidence: withSize({ unpacked: 100_000_001, largest: [] }),
        ids: ['size-unpacked'],
        found: /\(100000001 bytes\)$/,
      },
      { when: 'it is not a number', evidence: withSize({ unpacked: Number.NaN }), ids: ['size-unpacked'] },
      {
        when: 'it exceeds the size that denies, and a smaller size warns',
        policy: policyWith({ size: { unpacked: { warn: '40 MB', deny: '60 MB' } } }),
        ids: ['size-unpacked'],
      },
      {
        when: 'only a warning size is set, so the budget of the class denies',
        evidence: withSize({ unpacked: 100_000_001 }),
        policy: policyWith({ size: { unpacked: { warn: '80 MB' } } }),
        ids: ['size-unpacked'],
      },
    ],
  },
  'size-compressed': {
    status: 'failed',
    catchesNot: [{ when: 'no limit is set', evidence: withSize({ compressed: 1e12 }) }],
    catches: [
      {
        when: 'the limit is exceeded',
        policy: policyWith({ size: { compressed: '20 MB' } }),
        ids: ['size-compressed'],
        found: /largest layer: 24 MB by COPY/,
      },
      {
        when: 'the denying limit is exceeded',
        policy: policyWith({ size: { compressed: { warn: '10 MB', deny: '20 MB' } } }),
        ids: ['size-compressed'],
      },
      {
        when: 'there are several layers: it names the largest',
        policy: policyWith({ size: { compressed: '20 MB' } }),
        evidence: withSize({
          layers: [
            layer('small', 2_000_000, 'COPY /small'),
            layer('large', 15_000_000, 'COPY /large'),
            layer('middle', 7_000_000, 'COPY /middle'),
          ],
        }),
        ids: ['size-compressed'],
        found: /largest layer: 15 MB by COPY \/large/,
      },
      {
        when: 'there are no layers to name',
        policy: policyWith({ size: { compressed: '20 MB' } }),
        evidence: withSize({ layers: [] }),
        ids: ['size-compressed'],
      },
    ],
  },
  'size-growth': {
    status: 'failed',
    catchesNot: [
      { when: 'no limit is set, with or without a baseline', evidence: withSize({ unpacked: 99_000_000 }) },
      {
        when: 'it grew by exactly the limit',
        evidence: withSize({ unpacked: 71_000_000 }),
        policy: growing('10 MB'),
        baseline: earlierSize(),
      },
      { when: 'it shrank', evidence: withSize({ unpacked: 1_000 }), policy: growing('1 B'), baseline: earlierSize() },
    ],
    catches: [
      {
        when: 'it grew by one byte more',
        evidence: withSize({ unpacked: 71_000_001 }),
        policy: growing('10 MB'),
        baseline: earlierSize(),
        ids: ['size-growth'],
        found: /^10 MB more: 61 MB became 71 MB$/,
      },
      {
        when: 'it grew by new files and layers, which are named',
        evidence: withSize({
          unpacked: 90_000_000,
          largest: [
            { path: '/usr/lib/libpython3.11.so', bytes: 8_000_000 },
            { path: '/opt/model', bytes: 22_000_000 },
          ],
          layers: [
            ...size().layers,
            layer('smaller', 1_000_000, 'COPY /opt/small'),
            {
              digest: digest('new'),
              diffId: digest('new'),
              compressed: 9_000_000,
              unpacked: 29_000_000,
              createdBy: 'COPY /opt/model',
            },
          ],
        }),
        policy: growing('10 MB'),
        baseline: earlierSize(),
        ids: ['size-growth'],
        found:
          /; new among the largest files: \/opt\/model \+22 MB, \/usr\/lib\/libpython3\.11\.so \+1 MB; largest new layer: 29 MB by COPY \/opt\/model$/,
      },
      { when: 'there is no baseline', policy: growing('10 MB'), ids: ['size-growth'], found: /no earlier size/ },
      {
        when: 'the baseline lacks this platform',
        policy: growing('10 MB'),
        baseline: earlierSize(goodEvidence(['linux/arm64'])),
        ids: ['size-growth'],
        found: /no earlier size/,
      },
      {
        when: 'the baseline has no size',
        policy: growing('10 MB'),
        baseline: { ...earlierSize(), sizes: [] },
        ids: ['size-growth'],
      },
      {
        when: 'the size is not a number',
        evidence: withSize({ unpacked: Number.NaN }),
        policy: growing('10 MB'),
        baseline: earlierSize(),
        ids: ['size-growth'],
      },
    ],
  },
  'layer-efficiency': {
    status: 'failed',
    catchesNot: [{ when: 'it is exactly the limit', evidence: withSize({ efficiency: 0.9 }) }],
    catches: [
      { when: 'it is lower', evidence: withSize({ efficiency: 0.8999 }), ids: ['layer-efficiency'], found: /0.8999/ },
    ],
  },
  'wasted-bytes': {
    status: 'failed',
    catchesNot: [{ when: 'it is exactly the limit', evidence: withSize({ wasted: 20_000_000 }) }],
    catches: [
      { when: 'it is one byte more', evidence: withSize({ wasted: 20_000_001 }), ids: ['wasted-bytes'] },
      {
        when: 'one step adds a cache and another removes it',
        evidence: withSize({
          wasted: 31_000_000,
          wastedFiles: [
            { path: '/var/cache/apt', bytes: 30_000_000, layers: [1, 0] },
            { path: '/etc/\u001b[2Jpasswd', bytes: 1_000_000, layers: [] },
          ],
          layers: [layer('a', 1_000, 'RUN rm -rf /var/cache/apt'), layer('b', 30_000_000, 'RUN apt-get update')],
        }),
        ids: ['wasted-bytes'],
        found: /most by \/var\/cache\/apt 30 MB \(RUN apt-get update, then RUN rm -rf \/var\/cache\/apt\); \/etc/,
      },
    ],
  },
  'runtime-run': {
    status: 'failed',
    catchesNot: [
      { when: 'it was started and failed, which another rule reports', evidence: withRun(failedRun('exited')) },
    ],
    catches: [
      {
        when: 'production would refuse its user',
        evidence: withRun(
          failedRun('refused', { reason: 'it would run as user ID 0, but only 1000 and above are started' }),
        ),
        ids: ['refused'],
        found: /user ID 0/,
      },
      {
        when: 'it has nothing to start',
        evidence: withRun(failedRun('not-started', { reason: 'it has neither ENTRYPOINT nor CMD' })),
        ids: ['not-started'],
      },
      {
        when: 'the engine has another architecture',
        evidence: withRun(failedRun('not-run', { reason: 'this engine cannot start linux/arm64 programs' })),
        ids: ['not-run'],
        found: /cannot start linux\/arm64/,
      },
      {
        when: 'the run was skipped and the policy requires it',
        evidence: withRun(failedRun('not-asked', { reason: 'the policy does not require a run' })),
        ids: ['not-asked'],
      },
    ],
  },
  'runtime-ready': {
    status: 'failed',
    catchesNot: [
      {
        when: 'a system call was refused and it became ready anyway',
        evidence: withRun(goodRun({ refusedCalls: [{ name: 'io_uring_setup', count: 1 }] })),
      },
    ],
    catches: [
      {
        when: 'it ended',
        evidence: withRun(failedRun('exited', { exit: { code: 1 }, output: ['no such table'] })),
        ids: ['exited'],
        found: /exit code 1; its last output: no such table/,
      },
      {
        when: 'it did not answer in time',
        evidence: withRun(failedRun('not-ready', { reason: 'not ready within 30 s', output: [] })),
        ids: ['not-ready'],
      },
      {
        when: 'it needs a system call that is refused',
        evidence: withRun(failedRun('exited', { refusedCalls: [{ name: 'unshare', count: 1 }] })),
        ids: ['exited'],
        found: /refused system calls: unshare/,
      },
      {
        when: 'many writes were refused, of which five are named',
        evidence: withRun(
          failedRun('exited', {
            refusedWrites: ['/a', '/b', '/c', '/d', '/e', '/f'].map((path) => ({
              path,
              why: 'read-only' as const,
              call: 'openat',
              count: 1,
            })),
            output: ['first', 'second', 'third', 'fourth', 'fifth'],
          }),
        ),
        ids: ['exited'],
      },
      {
        when: 'one write was refused',
        evidence: withRun(
          failedRun('exited', { refusedWrites: [{ path: '/a', why: 'read-only', call: 'openat', count: 1 }] }),
        ),
        ids: ['exited'],
      },
      {
        when: 'it had too little memory',
        evidence: withRun(failedRun('exited', { outOfMemory: 1 })),
        ids: ['exited'],
        found: /lack of memory/,
      },
    ],
  },
  'runtime-refused-writes': {
    status: 'failed',
    catchesNot: [{ when: 'it writes where it may', evidence: withRun(goodRun({ usedTmpfs: ['/tmp'] })) }],
    catches: [
      {
        when: 'it writes to its root file system',
        evidence: withRun(
          goodRun({ refusedWrites: [{ path: '/var/log/app.log', why: 'read-only', call: 'openat', count: 3 }] }),
        ),
        ids: ['/var/log/app.log'],
        found: /openat was refused, 3 times: the root is read-only/,
      },
      {
        when: 'it fails to write to files that it does not own',
        evidence: withRun(
          failedRun('exited', { refusedWrites: [{ path: '/srv/data', why: 'permission', call: 'mkdir', count: 1 }] }),
        ),
        ids: ['/srv/data'],
        found: /its user has no permission/,
      },
    ],
  },
  'runtime-memory': {
    status: 'failed',
    catchesNot: [
      {
        when: 'it stays within a limit of its own',
        evidence: goodEvidence(),
        policy: policyWith({ runtime: { peakMemory: '42 MB' } }),
      },
    ],
    catches: [
      {
        when: 'the kernel killed it',
        evidence: withRun(failedRun('exited', { outOfMemory: 1, peakMemory: 536_870_912 })),
        ids: ['out-of-memory'],
        found: /killed a process/,
      },
      {
        when: 'it needs more than the limit',
        evidence: goodEvidence(),
        policy: policyWith({ runtime: { peakMemory: '40 MB' } }),
        ids: ['peak'],
        found: /^41 MB \(41000000 bytes\)/,
      },
    ],
  },
  'runtime-stop': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the signal itself ends it',
        evidence: withRun(
          goodRun({ stop: { signal: 'SIGQUIT', seconds: 0.1, exit: { code: 131, signal: 'SIGQUIT' }, forced: false } }),
        ),
      },
      {
        when: 'its exit code names the signal',
        evidence: withRun(goodRun({ stop: { signal: 'SIGTERM', seconds: 0.1, exit: { code: 143 }, forced: false } })),
      },
    ],
    catches: [
      {
        when: 'it ignores the signal',
        evidence: withRun(
          goodRun({
            stop: { signal: 'SIGTERM', seconds: 10.01, exit: { code: 137, signal: 'SIGKILL' }, forced: true },
          }),
        ),
        ids: ['killed'],
        found: /still running 10\.0 s after SIGTERM/,
      },
      {
        when: 'it fails while stopping',
        evidence: withRun(goodRun({ stop: { signal: 'SIGTERM', seconds: 0.3, exit: { code: 1 }, forced: false } })),
        ids: ['exit-code'],
        found: /^exit code 1/,
      },
    ],
  },
  user: {
    status: 'failed',
    catchesNot: [{ when: 'there is no group', evidence: withConfiguration({ user: '1000' }) }],
    catches: [
      {
        when: 'none is set [fault 25]',
        evidence: withConfiguration({ user: '' }),
        ids: ['user'],
        found: /runs as root/,
      },
      { when: 'it is root', evidence: withConfiguration({ user: 'root' }), ids: ['user'] },
      { when: 'it is 0 with a group', evidence: withConfiguration({ user: '0:1000' }), ids: ['user'] },
      { when: 'it is a name', evidence: withConfiguration({ user: 'nonroot' }), ids: ['user'] },
      { when: 'it only begins with a number', evidence: withConfiguration({ user: '1000x' }), ids: ['user'] },
      { when: 'it is a system account', evidence: withConfiguration({ user: '999' }), ids: ['user'] },
      { when: 'it is a negative number', evidence: withConfiguration({ user: '-1' }), ids: ['user'] },
    ],
  },
  healthcheck: {
    status: 'failed',
    catchesNot: [
      {
        when: 'a shell runs its command',
        evidence: withHealthcheck('CMD-SHELL', 'wget -q -O /dev/null http://127.0.0.1:8080/healthz'),
      },
      {
        when: 'it is optional',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'configuration').healthcheck),
        policy: policyWith({ configuration: { healthcheck: 'optional' } }),
      },
    ],
    catches: [
      {
        when: 'there is none [fault 25]',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'configuration').healthcheck),
        ids: ['healthcheck'],
      },
      { when: 'it is NONE', evidence: withHealthcheck('NONE'), ids: ['healthcheck'] },
      { when: 'it has no command', evidence: withHealthcheck('CMD'), ids: ['healthcheck'] },
      { when: 'its command is blank', evidence: withHealthcheck('CMD-SHELL', '  '), ids: ['healthcheck'] },
      { when: 'its kind is unknown', evidence: withHealthcheck('EXEC', '/health'), ids: ['healthcheck'] },
    ],
  },
  'exposed-ports': {
    status: 'failed',
    catchesNot: [
      {
        when: 'none is exposed',
        evidence: withConfiguration({ exposedPorts: [] }),
        policy: policyWith({ configuration: { ports: [] } }),
      },
      { when: 'the policy names it', policy: policyWith({ configuration: { ports: [8080] } }) },
      {
        when: 'they are the lowest and the highest',
        evidence: withConfiguration({ exposedPorts: ['1/udp', '65535/sctp'] }),
      },
    ],
    catches: [
      { when: 'it is the port of SSH', evidence: withConfiguration({ exposedPorts: ['22/tcp'] }), ids: ['22/tcp'] },
      {
        when: 'the policy names the port of SSH',
        evidence: withConfiguration({ exposedPorts: ['22'] }),
        policy: policyWith({ configuration: { ports: [22] } }),
        ids: ['22'],
      },
      { when: 'the policy names another', policy: policyWith({ configuration: { ports: [8443] } }), ids: ['8080/tcp'] },
      {
        when: 'it is a range',
        evidence: withConfiguration({ exposedPorts: ['8000-9000/tcp'] }),
        ids: ['8000-9000/tcp'],
      },
      {
        when: 'the number is not a valid port',
        evidence: withConfiguration({ exposedPorts: ['0/tcp', '65536/tcp', '999999', '8080/http'] }),
        ids: ['0/tcp', '65536/tcp', '8080/http', '999999'],
      },
      {
        when: 'the policy names two others',
        evidence: withConfiguration({ exposedPorts: ['9000/tcp'] }),
        policy: policyWith({ configuration: { ports: [8443, 443] } }),
        ids: ['9000/tcp'],
      },
    ],
  },
  setuid: {
    status: 'failed',
    catchesNot: [{ when: 'no file has such a bit', evidence: withConfiguration({ setuid: [], worldWritable: [] }) }],
    catches: [
      {
        when: 'two files have one [fault 25]',
        evidence: withConfiguration({ setuid: [file('/usr/bin/su'), file('/usr/bin/mount')] }),
        ids: ['/usr/bin/mount', '/usr/bin/su'],
        found: /4755/,
      },
      {
        when: 'files have capabilities or access control lists, or are devices [fault 86]',
        evidence: withConfiguration({
          privileges: [
            { path: '/usr/bin/ping', kind: 'capabilities', detail: 'cap_net_raw=ep' },
            { path: '/etc/passwd', kind: 'writers', detail: 'user 65532' },
            { path: '/srv/disk', kind: 'device', detail: 'block device 8:0' },
          ],
        }),
        ids: ['/etc/passwd', '/srv/disk', '/usr/bin/ping'],
        found: /cap_net_raw=ep|user 65532|block device 8:0/,
      },
    ],
  },
  'world-writable': {
    status: 'failed',
    catchesNot: [{ when: 'no path is', evidence: withConfiguration({ worldWritable: [] }) }],
    catches: [
      {
        when: 'there is one [fault 25]',
        evidence: withConfiguration({ worldWritable: [file('/app/data')] }),
        ids: ['/app/data'],
      },
    ],
  },
  shells: {
    status: 'failed',
    catchesNot: [{ when: 'the policy allows it', evidence: withConfiguration({ shells: ['/bin/sh'] }) }],
    catches: [
      {
        when: 'the policy denies it',
        evidence: withConfiguration({ shells: ['/bin/sh'] }),
        policy: policyWith({ configuration: { shells: 'deny' } }),
        ids: ['/bin/sh'],
      },
    ],
  },
  'package-managers': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the policy allows it',
        evidence: withConfiguration({ packageManagers: ['/usr/bin/apt'] }),
        policy: policyWith({ configuration: { packageManagers: 'allow' } }),
      },
    ],
    catches: [
      {
        when: 'there is one',
        evidence: withConfiguration({ packageManagers: ['/usr/bin/apt'] }),
        ids: ['/usr/bin/apt'],
      },
    ],
  },
  'package-caches': {
    status: 'failed',
    catchesNot: [{ when: 'the caches are empty', evidence: withConfiguration({ packageCaches: [] }) }],
    catches: [
      {
        when: 'there is one [fault 25]',
        evidence: withConfiguration({ packageCaches: [{ path: '/var/lib/apt/lists', bytes: 18_000_000 }] }),
        ids: ['/var/lib/apt/lists'],
        found: /18 MB/,
      },
    ],
  },
  'ssh-server': {
    status: 'failed',
    catchesNot: [
      { when: 'another server is there', evidence: withConfiguration({ sshServers: [], exposedPorts: ['8022/tcp'] }) },
    ],
    catches: [
      {
        when: 'there is one [fault 25]',
        evidence: withConfiguration({ sshServers: ['/usr/sbin/sshd'] }),
        ids: ['/usr/sbin/sshd'],
      },
    ],
  },
  'exec-form': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the program is a script',
        evidence: withConfiguration({ entrypoint: ['/entrypoint.sh'], cmd: ['serve'] }),
      },
      { when: 'a shell runs a file', evidence: withConfiguration({ entrypoint: ['/bin/sh', '/run.sh'], cmd: [] }) },
      {
        when: 'a shell runs a file whose name contains the option',
        evidence: withConfiguration({ entrypoint: ['/bin/sh', 'run-c'], cmd: [] }),
      },
      {
        when: 'a shell has an option that starts like it',
        evidence: withConfiguration({ entrypoint: ['/bin/bash', '-c0', '/run.sh'], cmd: [] }),
      },
      ...[
        ['/bin/bash', '-o', 'pipefail', '/run.sh', '-c', 'a'],
        ['bash', '--', '-c'],
        ['bash'],
        ['env', 'A=b', 'python', '-c', 'a'],
        ['tini', '--', 'sh', '-c', 'a'],
        ['pwsh', '-File', 'run.ps1', '-c', 'a'],
        ['cmd', 'run.bat'],
      ].map((entrypoint) => ({
        when: `no shell is process 1 with a script: ${entrypoint.join(' ')}`,
        evidence: withConfiguration({ entrypoint, cmd: [] }),
      })),
    ],
    catches: [
      {
        when: 'CMD is in shell form',
        evidence: withConfiguration({ entrypoint: [], cmd: ['/bin/sh', '-c', 'python -m app'] }),
        ids: ['CMD'],
      },
      {
        when: 'ENTRYPOINT is in shell form',
        evidence: withConfiguration({ entrypoint: ['/bin/sh', '-c', 'python -m app'] }),
        ids: ['ENTRYPOINT'],
      },
      {
        when: 'SHELL was changed',
        evidence: withConfiguration({ entrypoint: ['/bin/bash', '-ec', 'python -m app'] }),
        ids: ['ENTRYPOINT'],
      },
      ...[
        ['/bin/bash', '-o', 'pipefail', '-c', 'a'],
        ['/bin/bash', '-euxo', 'pipefail', '-c', 'a'],
        ['bash', '-o', 'errexit', '-O', 'nullglob', '+x', '-c', 'a'],
        ['/bin/ash', '-eo', 'pipefail', '-c', 'a'],
        ['/usr/bin/dash', '-e', '-u', '-c', 'a'],
        ['zsh', '-lc', 'a'],
        ['ksh', '-x', '-c', 'a'],
        ['/bin/rbash', '--norc', '--rcfile', '/x', '--login', '-c', 'a'],
        ['/bin/busybox', 'sh', '-c', 'a'],
        ['busybox', 'ash', '-e', '-c', 'a'],
        ['/usr/bin/env', 'A=b', 'sh', '-c', 'a'],
        ['env', '-i', '--unset', 'B', 'bash', '-lc', 'a'],
        ['env', '-S', 'bash -e -c', 'a'],
        ['exec', 'gosu', 'app', '/bin/sh', '-c', 'exec "$0"', 'a'],
        ['nice', '--adjustment', '5', 'sh', '-c', 'a'],
        ['fish', '--command', 'a'],
        ['cmd', '/S', '/C', 'a'],
        [String.raw`C:\Windows\System32\cmd.exe`, '/c', 'a'],
        ['powershell', '-NoLogo', '-Command', 'a'],
        ['pwsh.exe', '-ExecutionPolicy', 'Bypass', '-c', 'a'],
      ].map((cmd) => ({
        when: `a shell is given a script: ${cmd.join(' ')}`,
        evidence: withConfiguration({ entrypoint: [], cmd }),
        ids: ['CMD'],
      })),
      {
        when: 'ENTRYPOINT is the shell, and CMD has the script',
        evidence: withConfiguration({ entrypoint: ['bash', '-o', 'pipefail'], cmd: ['-c', 'a'] }),
        ids: ['ENTRYPOINT'],
      },
    ],
  },
  'shared-libraries': {
    status: 'failed',
    catchesNot: [
      {
        when: 'nothing is started that is in the image',
        evidence: withStarted(),
      },
      {
        when: 'a wrapper starts another program, and both find everything',
        evidence: withStarted({ path: '/usr/bin/tini', libraries: 1 }, { first: false, libraries: 3 }),
      },
    ],
    catches: [
      {
        when: 'the program was copied without a library, and without what a library of it needs [fault 103]',
        evidence: withStarted({
          path: '/app/serve',
          libraries: 2,
          missing: [
            { name: 'libpq.so.5', neededBy: '/app/serve' },
            { name: 'libz.so.1', neededBy: '/usr/lib/libxml2.so.2' },
          ],
        }),
        ids: ['libpq.so.5', 'libz.so.1'],
        found:
          /^\/app\/serve needs libpq\.so\.5, which is not where it is looked for; ENTRYPOINT starts \/app\/serve$/m,
      },
      {
        when: 'the program was built for another C library [fault 103]',
        evidence: withStarted({
          path: '/app/serve',
          by: 'CMD',
          missing: [{ name: '/lib64/ld-linux-x86-64.so.2', neededBy: '/app/serve' }],
        }),
        ids: ['/lib64/ld-linux-x86-64.so.2'],
      },
      {
        when: 'only the health check lacks a library',
        evidence: withStarted(
          { path: '/app/serve' },
          { path: '/usr/bin/curl', by: 'HEALTHCHECK', missing: [{ name: 'libcurl.so.4', neededBy: '/usr/bin/curl' }] },
        ),
        ids: ['libcurl.so.4'],
        found: /HEALTHCHECK starts \/usr\/bin\/curl/,
      },
      {
        when: 'the program cannot be read [fault 103]',
        evidence: withStarted({ path: '/app/serve', unread: ['/app/serve: its headers are damaged'] }),
        ids: ['unread'],
      },
      {
        when: 'the programs were not looked at',
        evidence: evidenceWith((evidence) => delete valueOf(evidence, 'configuration').started),
        ids: ['unread'],
        found: /not checked/,
      },
    ],
  },
  labels: {
    status: 'failed',
    catchesNot: [
      {
        when: 'only the required ones are set',
        evidence: withConfiguration({ labels: { team: 'shop' } }),
        policy: policyWith({ configuration: { labels: ['team'] } }),
      },
    ],
    catches: [
      {
        when: 'one is missing',
        evidence: withConfiguration({ labels: { 'org.opencontainers.image.title': 'shop' } }),
        ids: ['org.opencontainers.image.source'],
      },
      {
        when: 'one is empty',
        evidence: withConfiguration({
          labels: { 'org.opencontainers.image.title': ' ', 'org.opencontainers.image.source': 'x' },
        }),
        ids: ['org.opencontainers.image.title'],
        found: /empty/,
      },
      {
        when: 'the name is a property of every object',
        evidence: withConfiguration({ labels: {} }),
        policy: policyWith({ configuration: { labels: ['constructor'] } }),
        ids: ['constructor'],
      },
    ],
  },
  reproducible: {
    status: 'failed',
    well: {
      when: 'all is well',
      evidence: withReproduction(reproduced()),
      policy: policyWith({ build: { reproducible: 'verify' } }),
    },
    catchesNot: [
      {
        when: 'the second build gave the same image',
        evidence: withReproduction(reproduced()),
        policy: policyWith({ build: { reproducible: 'verify' } }),
      },
    ],
    catches: [
      {
        when: 'a step writes the time into a file',
        evidence: withReproduction(reproduced(['built'])),
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: ['built'],
        found: /^layer 2, COPY --from=build \/app \/app: 18 bytes, then 19 bytes$/,
      },
      {
        when: 'more differs than is listed, of which much is known to be written anew each time',
        evidence: withReproduction(
          reproduced([...writtenAnew, ...Array.from({ length: 15 }, (_value, index) => `f/${index + 10}`)]),
        ),
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: [...writtenAnew, ...Array.from({ length: 14 }, (_value, index) => `f/${index + 10}`), 'more'].toSorted(),
      },
      {
        when: 'the configuration and a whole layer differ',
        evidence: withReproduction({
          ...reproduced(),
          value: {
            ...reproduced(['x']).value,
            count: 2,
            differences: [
              { layer: 0, path: 'config', how: 'different values' },
              { layer: 3, path: '', how: 'only in the second' },
            ],
          },
        }),
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: ['configuration config', 'layer 3'],
      },
      {
        when: 'another image was compared',
        evidence: withReproduction(reproduced([], 'linux/arm64')),
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: ['not-compared'],
      },
      {
        when: 'the second build failed',
        evidence: withReproduction(missing),
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: ['not-compared'],
      },
      {
        when: 'the image was given and not built',
        policy: policyWith({ build: { reproducible: 'verify' } }),
        ids: ['not-built'],
      },
    ],
  },
  'base-pinned': {
    status: 'failed',
    catchesNot: [
      {
        when: 'the policy does not ask for it',
        evidence: withBase({ pinnedBy: 'nobody' }),
        policy: policyWith({ base: { digest: 'optional' } }),
      },
      { when: 'it is scratch', evidence: withBase({ pinnedBy: 'scratch', reference: 'scratch', written: 'scratch' }) },
    ],
    catches: [
      {
        when: 'it is not pinned [fault 44]',
        evidence: withBase({ pinnedBy: 'nobody' }),
        ids: ['gcr.io/distroless/python3-debian12:nonroot'],
      },
      {
        when: 'a build stage is not pinned',
        evidence: withBase(
          {},
          { stage: 'build', pinnedBy: 'nobody', final: false, reference: 'docker.io/library/python:3.11' },
        ),
        ids: ['docker.io/library/python:3.11'],
      },
      {
        when: 'the digest is missing',
        evidence: withoutBaseDigest(),
        ids: ['gcr.io/distroless/python3-debian12:nonroot'],
      },
    ],
  },
  'base-allowed': {
    status: 'failed',
    catchesNot: [
      {
        when: 'it is scratch, which comes from nowhere',
        evidence: withBase({ pinnedBy: 'scratch', reference: 'scratch', written: 'scratch' }),
        policy: policyWith({ base: { allow: ['ghcr.io/acme/base'] } }),
      },
      {
        when: 'the list names it exactly',
        evidence: withBase({ reference: 'ghcr.io/acme/base:1' }),
        policy: policyWith({ base: { allow: ['ghcr.io/acme/base'] } }),
      },
    ],
    catches: [
      {
        when: 'it comes from elsewhere',
        evidence: withBase({ reference: 'docker.io/evil/python:3.11' }),
        ids: ['docker.io/evil/python'],
      },
      {
        when: 'the name starts like an allowed one',
        evidence: withBase({ reference: 'ghcr.io/acme/base-evil:1' }),
        policy: policyWith({ base: { allow: ['ghcr.io/acme/base'] } }),
        ids: ['ghcr.io/acme/base-evil'],
      },
      {
        when: 'the registry starts like an allowed one',
        evidence: withBase({ reference: 'docker.io/libraryevil/python:3' }),
        policy: policyWith({ base: { allow: ['docker.io/library/*'] } }),
        ids: ['docker.io/libraryevil/python'],
      },
      {
        when: 'a build stage comes from elsewhere',
        evidence: withBase({}, { stage: 'build', final: false, reference: '127.0.0.1:5000/evil/go' }),
        ids: ['127.0.0.1:5000/evil/go'],
      },
    ],
  },
  'base-latest': {
    status: 'failed',
    catchesNot: [
      {
        when: 'it is scratch, which has no tag',
        evidence: withBase({ pinnedBy: 'scratch', reference: 'scratch', written: 'scratch' }),
      },
      {
        when: 'there is only a digest',
        evidence: withBase({
          written: `docker.io/library/python@${digest('x')}`,
          reference: 'docker.io/library/python',
        }),
      },
    ],
    catches: [
      {
        when: 'the tag is latest [fault 25]',
        evidence: withBase({ written: 'python:latest', reference: 'docker.io/library/python:latest' }),
        ids: ['docker.io/library/python:latest'],
      },
      {
        when: 'there is neither tag nor digest',
        evidence: withBase({ written: 'localhost:5000/python', reference: 'localhost:5000/python' }),
        policy: policyWith({ base: { allow: ['localhost:5000/*'] } }),
        ids: ['localhost:5000/python'],
      },
    ],
  },
  exceptions: {
    status: 'failed',
    catchesNot: [
      {
        when: 'an exception is used',
        evidence: withVulnerabilities({ findings: [vulnerability()] }),
        policy: withExceptions(exception()),
      },
    ],
    catches: [
      {
        when: 'unused ones are denied [fault 32]',
        policy: policyWith({ exceptions: { unused: 'deny', register: [exception()] } }),
        ids: ['vulnerabilities/CVE-2026-0001'],
      },
      {
        when: 'expired ones are denied [fault 29]',
        policy: policyWith({ exceptions: { expired: 'deny', register: [exception({ expires: '2026-11-22' })] } }),
        ids: ['vulnerabilities/CVE-2026-0001'],
        found: /last day was 2026-11-22/,
      },
      {
        when: 'one is valid for too long [fault 31]',
        policy: withExceptions(exception({ expires: '2028-01-01' })),
        ids: ['vulnerabilities/CVE-2026-0001'],
        found: /at most 180 days/,
      },
      {
        when: 'one for a single platform has expired',
        policy: policyWith({
          exceptions: { expired: 'deny', register: [exception({ expires: '2026-11-22', platform: 'linux/amd64' })] },
        }),
        ids: ['vulnerabilities/CVE-2026-0001'],
      },
      {
        when: 'one would allow missing evidence',
        policy: withExceptions(exception({ rule: 'evidence', id: 'sbom' })),
        ids: ['evidence/sbom'],
      },
      {
        when: 'one would allow every finding without id',
        policy: withExceptions(exception({ id: 'unidentified' })),
        ids: ['vulnerabilities/unidentified'],
      },
    ],
  },
}

/** The tool that collected a cell, to be changed in place. */
function toolOf(evidence: Evidence, kind: keyof PlatformEvidence): ToolIdentity {
  const cell = evidence.platforms[0]?.evidence[kind]
  if (cell?.status !== 'collected') throw new TypeError(`no ${kind}`)
  return cell.tool
}

function withDatabase(change: Partial<ReturnType<typeof database>>): Evidence {
  return evidenceWith((evidence) => Object.assign(valueOf(evidence, 'vulnerabilities').database, change))
}

function database() {
  return valueOf(goodEvidence(), 'vulnerabilities').database
}

export function withSize(change: Partial<ReturnType<typeof size>>): Evidence {
  return evidenceWith((evidence) => Object.assign(valueOf(evidence, 'size'), change))
}

function layer(name: string, compressed: number, createdBy: string) {
  return { digest: digest(name), diffId: digest(name), compressed, unpacked: 2 * compressed, createdBy }
}

function size() {
  return valueOf(goodEvidence(), 'size')
}

function withExploited(change: Partial<KnownExploited> = {}, findings: Vulnerability[] = []): Evidence {
  return evidenceWith((evidence) => {
    const given = evidence.knownExploited
    if (given?.status !== 'collected') throw new TypeError('good evidence has a list')
    Object.assign(given.value, { listed: [{ id: 'CVE-2026-0001', added: '2026-11-01', due: '2026-11-22' }] }, change)
    valueOf(evidence, 'vulnerabilities').findings = findings
  })
}

/** A finding with this probability of exploitation. */
function withPredicted(
  score: Partial<ExploitPrediction['scores'][number]>,
  findings: Vulnerability[] = [vulnerability({ severity: 'low' })],
  change: Partial<ExploitPrediction> = {},
): Evidence {
  return evidenceWith((evidence) => {
    const given = predictions()
    const scores = [{ id: 'CVE-2026-0001', probability: 0.01, percentile: 0.95, ...score }]
    evidence.exploitPrediction = { ...given, value: { ...given.value, scores, ...change } }
    valueOf(evidence, 'vulnerabilities').findings = findings
  })
}

function predicting(change: Partial<Policy['vulnerabilities']['exploitPrediction']>): Policy {
  const { exploitPrediction } = policy.vulnerabilities
  return policyWith({ vulnerabilities: { exploitPrediction: { ...exploitPrediction, ...change } } })
}

export function withoutList(): Evidence {
  return evidenceWith((evidence) => delete evidence.knownExploited)
}

export function growing(growth: Policy['size']['growth']): Policy {
  return { ...policy, size: { ...policy.size, ...(growth === undefined ? {} : { growth }) } }
}

export function earlierSize(evidence = goodEvidence()): Baseline {
  return asBaseline(evaluate(policy, goodEvidence(), now).verdict, evidence)
}

function withHealthcheck(...test: string[]): Evidence {
  return withConfiguration({
    healthcheck: { test, intervalSeconds: 30, timeoutSeconds: 3, startPeriodSeconds: 0, retries: 3 },
  })
}

export function withLicenses(...licenses: string[]): Evidence {
  return evidenceWith((evidence) =>
    valueOf(evidence, 'licenses').packages.push({ name: 'library', version: '1.0', type: 'python-pkg', licenses }),
  )
}

function withNoPackages(): Evidence {
  return evidenceWith((evidence) => {
    valueOf(evidence, 'vulnerabilities').packageCount = 0
    valueOf(evidence, 'licenses').packages = []
  })
}

function withoutBaseDigest(): Evidence {
  return evidenceWith((evidence) => delete valueOf(evidence, 'base').images[0]?.digest)
}
