import { describe, expect, it } from 'vitest'
import {
  BaseComparison,
  BaseRow,
  baseRow,
  candidateBases,
  decide,
  Measures,
  renderBases,
  renderBasesMarkdown,
  type CollectedBase,
} from '../../../src/bases/index.ts'
import { endOfLife } from '../../../src/bases/end-of-life.ts'
import { exchangeBase } from '../../../src/bases/exchange-base.ts'
import { fullReference, parseImageReference } from '../../../src/formats/image-reference.ts'
import { readingOf } from '../recorded-reading.ts'
import { digest, failedRun, goodEvidence, goodRun, missing, now, tool, vulnerability } from '../gate/good-evidence.ts'

const imagesOf = (...froms: string[]) =>
  froms.map((from, index) => ({
    reference: from === 'scratch' ? from : fullReference(parseImageReference(from)!),
    final: index === froms.length - 1,
  }))
const references = (images: ReturnType<typeof imagesOf>, asked: string[] = []) =>
  candidateBases(images, asked).map(({ form, reference }) => `${form} ${reference}`)

describe('the bases to try', () => {
  it('are one of each form for the runtime and the version of the Dockerfile, what it says now first', () => {
    expect(references(imagesOf('python:3.12-slim-bookworm', 'gcr.io/distroless/python3-debian12:nonroot'))).toEqual([
      'distroless gcr.io/distroless/python3-debian12:nonroot',
      'full docker.io/library/python:3.12-bookworm',
      'slim docker.io/library/python:3.12-slim-bookworm',
      'alpine docker.io/library/python:3.12-alpine',
      'hardened cgr.dev/chainguard/python:latest',
    ])
    expect(references(imagesOf('gcr.io/distroless/nodejs22-debian12'))).toEqual([
      'current gcr.io/distroless/nodejs22-debian12:latest',
      'full docker.io/library/node:22-bookworm',
      'slim docker.io/library/node:22-bookworm-slim',
      'alpine docker.io/library/node:22-alpine',
      'distroless gcr.io/distroless/nodejs22-debian12:nonroot',
      'hardened cgr.dev/chainguard/node:latest',
    ])
    expect(references(imagesOf('golang:1.26-bookworm', 'scratch'))[1]).toBe('full docker.io/library/debian:12')
    expect(references(imagesOf('alpine:3.20'))).toContain('slim docker.io/library/debian:12-slim')
    expect(references(imagesOf('eclipse-temurin:17-jre'))).toContain(
      'distroless gcr.io/distroless/java17-debian12:nonroot',
    )
  })

  it('are those that were asked for, each once', () => {
    expect(references(imagesOf('example.com/own/runtime:1'), ['debian:12-slim', 'example.com/own/runtime:1'])).toEqual([
      'named example.com/own/runtime:1',
      'named docker.io/library/debian:12-slim',
    ])
  })

  it('cannot be guessed for an unknown runtime, and an invalid name is refused', () => {
    expect(() => references(imagesOf('example.com/own/runtime:1'))).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('--candidate') }),
    )
    expect(() => references(imagesOf('debian:12'), ['not a reference'])).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
  })

  it('exchange the base of the shipped stage alone, though another stage has the same one', () => {
    const text = 'FROM debian:12 AS build\nRUN true\nFROM debian:12\nCOPY --from=build /a /a\n'
    const final = readingOf(text).platforms[0]!.images.find(({ shipped }) => shipped)!
    expect(exchangeBase(text, final, 'docker.io/library/debian:12-slim')).toBe(
      'FROM debian:12 AS build\nRUN true\nFROM docker.io/library/debian:12-slim\nCOPY --from=build /a /a\n',
    )
  })
})

describe('the end of life', () => {
  it.each([
    ['debian', '12.12', '2028-06-30'],
    ['debian', '13', '2030-06-30'],
    ['alpine', '3.22.1', '2027-05-01'],
    ['alpine', '3.2', undefined],
    ['wolfi', '20230201', undefined],
  ])('of %s %s is %s', (family, version, wanted) => {
    expect(endOfLife({ family, version })).toBe(wanted)
  })
})

function collected(change: Partial<CollectedBase> = {}): CollectedBase {
  const { size, vulnerabilities, licenses, configuration, runtime } = goodEvidence().platforms[0]!.evidence
  return {
    image: digest('image'),
    base: digest('base'),
    substitute: undefined,
    size,
    vulnerabilities,
    licenses,
    configuration,
    runtime,
    ...change,
  }
}

const candidate = { form: 'slim', reference: 'docker.io/library/debian:12-slim' } as const

describe('a row', () => {
  it('is made of what the collectors found', () => {
    const { vulnerabilities } = collected()
    if (vulnerabilities.status === 'collected')
      vulnerabilities.value.findings = [
        vulnerability({ severity: 'critical' }),
        vulnerability({ id: 'CVE-2', severity: 'unknown' }),
      ]
    const row = BaseRow.parse(baseRow(candidate, true, collected({ vulnerabilities })))
    expect(row).toMatchObject({
      ...candidate,
      status: 'measured',
      isCurrent: true,
      measures: {
        unpacked: 61_000_000,
        compressed: 24_000_000,
        packages: 2,
        findings: { critical: 1, high: 0, medium: 0, low: 0, unknown: 1 },
        libc: 'glibc',
        shells: [],
        packageManagers: [],
        system: 'debian 12.12',
        endOfLife: '2028-06-30',
        startSeconds: goodRun().readySeconds,
      },
    })
  })

  it('of an application that does not start says why, with the last thing that it said', () => {
    const row = baseRow(
      candidate,
      false,
      collected({
        runtime: {
          status: 'collected',
          tool: tool('sandbox'),
          value: failedRun('not-started', { reason: '/usr/bin/python3 is not there', output: ['bye'] }),
        },
      }),
    )
    expect(row).toMatchObject({
      status: 'measured',
      measures: { notStarted: 'not started: /usr/bin/python3 is not there: bye' },
    })
  })

  it.each(['size', 'vulnerabilities', 'licenses', 'configuration', 'runtime'] as const)(
    'without %s does not count as measured',
    (kind) => {
      expect(baseRow(candidate, false, collected({ [kind]: missing }))).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('exit code 137'),
      })
    },
  )
})

const measured = (reference: string, change: Partial<Measures> = {}): BaseRow => {
  const row = baseRow({ form: 'named', reference }, false, collected())
  if (row.status !== 'measured') throw new TypeError('good evidence is measured')
  return { ...row, measures: { ...row.measures, ...change } }
}
const findings = (critical: number, high = 0, unknown = 0) => ({ critical, high, medium: 0, low: 0, unknown })

describe('the decision', () => {
  const choose = (...rows: BaseRow[]) => decide(rows, now)?.reference

  it('is for fewer findings, the worst first, before anything else', () => {
    expect(
      choose(
        measured('a', { findings: findings(1), unpacked: 1 }),
        measured('b', { findings: findings(0, 3), unpacked: 9 }),
      ),
    ).toBe('b')
    expect(choose(measured('a', { findings: findings(0, 1, 2) }), measured('b', { findings: findings(0, 2) }))).toBe(
      'b',
    )
  })

  it('does not take a base for clean that the database knows nothing of', () => {
    expect(choose(measured('a', { uncovered: ['alpine 3.23'] }), measured('b', { findings: findings(0, 9) }))).toBe('b')
  })

  it('is then against a system without repairs, a shell, a package manager, and for fewer bytes', () => {
    expect(choose(measured('a', { endOfLife: '2026-11-22', unpacked: 1 }), measured('b'))).toBe('b')
    expect(choose(measured('a', { endOfLife: '2026-11-23', unpacked: 1 }), measured('b'))).toBe('a')
    expect(choose(measured('a', { shells: ['/bin/sh'], unpacked: 1 }), measured('b'))).toBe('b')
    expect(choose(measured('a', { packageManagers: ['/usr/bin/apt'], unpacked: 1 }), measured('b'))).toBe('b')
    expect(choose(measured('a'), measured('b', { unpacked: 1 }))).toBe('b')
    expect(choose(measured('b'), measured('a'))).toBe('a')
  })

  it('leaves out bases on which the application does not start, and is empty if it starts on none or nothing was measured', () => {
    const { startSeconds: _, ...stopped } = (measured('a') as Extract<BaseRow, { status: 'measured' }>).measures
    const broken = {
      ...measured('a'),
      measures: { ...stopped, notStarted: 'exited: no such file', findings: findings(0) },
    } as BaseRow
    const decision = decide([broken, measured('b', { findings: findings(5) })], now)
    expect(decision).toMatchObject({
      reference: 'b',
      reasons: expect.arrayContaining([expect.stringContaining('a was not considered')]),
    })
    expect(decide([broken], now)).toBeUndefined()
    expect(
      decide(
        [{ status: 'not-available', form: 'alpine', reference: 'c', isCurrent: false, reason: 'nobody has it' }],
        now,
      ),
    ).toBeUndefined()
    expect(
      decide(
        [
          {
            ...broken,
            measures: { ...stopped, notStarted: 'not asked: the policy does not require a run' },
          } as BaseRow,
        ],
        now,
      )?.reference,
    ).toBe('a')
  })
})

describe('the record', () => {
  const rows: BaseRow[] = [
    measured('gcr.io/distroless/static-debian12:nonroot'),
    measured('docker.io/library/debian:12', {
      shells: ['/bin/sh'],
      packageManagers: ['/usr/bin/apt-get'],
      substitute: '127.0.0.1:5000/library/debian:12',
    }),
    {
      status: 'not-available',
      form: 'alpine',
      reference: 'docker.io/library/alpine:3.23',
      isCurrent: false,
      reason: 'nobody | <b>serves</b> @it \u001b[31m',
    },
  ]
  const decision = decide(rows, now)
  const comparison = BaseComparison.parse({
    schemaVersion: 'loadline.bases/v1',
    loadline: '1.0.0',
    at: now.toISOString(),
    application: 'shop',
    platform: 'linux/amd64',
    database: { name: 'trivy-db', updatedAt: '2026-11-23T06:00:00Z', coverage: 'official' },
    rows,
    ...(decision === undefined ? {} : { decision }),
  })

  it('says what was chosen and why, leaves no candidate out, and takes nothing from a tool for markup', () => {
    const markdown = renderBasesMarkdown(comparison)
    expect(markdown).toContain('Build on gcr.io/distroless/static-debian12:nonroot.')
    expect(markdown).toMatch(/^\| docker\.io\/library\/alpine:3\.23 \(alpine\) \| not available \|/m)
    expect(markdown).toContain('nobody \\| &#60;b&#62;serves&#60;/b&#62; &#64;it')
    expect(markdown).toContain('was substituted by 127.0.0.1:5000/library/debian:12')
    const columns = markdown
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.replaceAll('\\|', '').split('|').length)
    expect(new Set(columns).size).toBe(1)
  })

  it('is a table on a terminal', () => {
    const text = renderBases(comparison, { color: false })
    for (const { reference } of rows) expect(text.replaceAll(/\s+│?\s*/g, '')).toContain(reference.slice(0, 10))
    expect(text).toContain('not available: nobody | <b>serves</b> @it')
    expect(text).not.toContain('\u001b')
  })
})
