import { asBaseline } from './as-baseline.ts'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Baseline } from '../../../src/policy/baseline.ts'
import { evaluate } from '../../../src/gate/evaluate.ts'
import {
  evidenceKinds,
  severities,
  type Base,
  type Configuration,
  type Evidence,
  type ExploitPrediction,
  type KnownExploited,
  type Lint,
  type Violation,
} from '../../../src/model/index.ts'
import {
  ruleIds,
  rulesWithoutExceptions,
  rulesWithoutImage,
  rulesWithPackages,
  type RuleId,
} from '../../../src/policy/rule-ids.ts'
import type { Policy, RegisterEntry } from '../../../src/policy/schema.ts'
import {
  applicationLayer,
  baseLayer,
  buildCheck,
  digest,
  evidenceWith,
  exception,
  lintFinding,
  missing,
  now,
  policyWith,
  predictions,
  reproduced,
  secretFinding,
  valueOf,
  vulnerability,
} from './good-evidence.ts'
import { runs } from '../runs.ts'

const platforms = ['linux/amd64', 'linux/arm64']
const unknownLayer = digest('a layer that the image does not have')

/**
 * One way to make evidence worse for each rule. `exceptions` looks only at the policy, and the policies below have them. Nothing can be added that violates `dockerfile`:
 * without a Dockerfile there are no findings about it, and a policy that accepts its absence judges a different kind of image.
 */
const worsenings: Record<Exclude<RuleId, 'exceptions' | 'dockerfile'>, (evidence: Evidence, flaw: Flaw) => void> = {
  evidence: (evidence, { index }) => void (evidence.platforms[index]!.evidence.structure = missing),
  'tool-pins': (evidence, { index }) => {
    const cell = evidence.platforms[index]!.evidence.size
    if (cell.status === 'collected') cell.tool = { ...cell.tool, version: '0.0.1' }
  },
  'lint-level': (evidence, { id, level }) => lintOf(evidence).findings.push(lintFinding({ id, level })),
  'lint-pragmas': (evidence, { id }) => lintOf(evidence).pragmas.push({ rules: [id], line: 1, global: false }),
  'lint-read': (evidence) => void (lintOf(evidence).unread = { line: 1, message: 'unexpected' }),
  'build-checks': (evidence, { id }) => void lintOf(evidence).checks.push(buildCheck({ id })),
  'add-url': (evidence, { id }) => lintOf(evidence).downloads.push({ address: id, line: 1, verified: false }),
  vulnerabilities: (evidence, { id, severity, fixed, purl, layer, index }) => {
    const finding = vulnerability({
      id,
      severity,
      status: fixed ? 'fixed' : 'affected',
      package: { name: 'x', version: '1', type: 'debian', purl, layer },
    })
    if (!fixed) delete finding.fixedVersion
    valueOf(evidence, 'vulnerabilities', index).findings.push(finding)
  },
  'known-exploited': (evidence, { id, layer, index }) => {
    listOf(evidence).listed.push({ id, added: '2026-11-01', due: '2026-11-22' })
    valueOf(evidence, 'vulnerabilities', index).findings.push(
      vulnerability({
        id,
        severity: 'low',
        package: { name: 'x', version: '1', type: 'debian', purl: 'pkg:deb/a', layer },
      }),
    )
  },
  'known-exploited-list': (evidence) => void (listOf(evidence).releasedAt = '2020-01-01T00:00:00Z'),
  'exploit-prediction': (evidence, { id, layer, index }) => {
    predictionOf(evidence).scores.push({ id, probability: 0.9, percentile: 1 })
    valueOf(evidence, 'vulnerabilities', index).findings.push(
      vulnerability({
        id,
        severity: 'low',
        package: { name: 'x', version: '1', type: 'debian', purl: 'pkg:deb/a', layer },
      }),
    )
  },
  'exploit-prediction-list': (evidence) => void (predictionOf(evidence).scoredAt = '2020-01-01T00:00:00Z'),
  'additional-findings': (evidence, { id, severity }) =>
    void evidence.additional?.[0]?.findings.push({ id, severity, title: '', where: '' }),
  'database-age': (evidence, { index }) =>
    void (valueOf(evidence, 'vulnerabilities', index).database.updatedAt = '2020-01-01T00:00:00Z'),
  'database-coverage': (evidence, { id, index }) => valueOf(evidence, 'vulnerabilities', index).uncovered.push(id),
  'end-of-life-os': (evidence, { index }) =>
    void (valueOf(evidence, 'vulnerabilities', index).os = { family: 'debian', version: '9', endOfLife: true }),
  inventory: (evidence, { index }) => void (valueOf(evidence, 'vulnerabilities', index).packageCount = 0),
  'package-records': (evidence, { id, index }) =>
    void valueOf(evidence, 'configuration', index).records?.unreadable.push(`/var/lib/rpm/${id}`),
  secrets: (evidence, { id, layer, index }) =>
    valueOf(evidence, 'secrets', index).findings.push(secretFinding({ id, layer })),
  'suspected-secrets': (evidence, { id, index }) =>
    valueOf(evidence, 'configuration', index).suspectedSecrets.push({ name: id, where: 'environment' }),
  licenses: (evidence, { license, index }) =>
    valueOf(evidence, 'licenses', index).packages.push({
      name: license,
      version: '1',
      type: 'python-pkg',
      licenses: [license],
    }),
  'structure-tests': (evidence, { id, index }) => {
    const cell = evidence.platforms[index]!.evidence.structure
    if (cell.status === 'collected') cell.value.tests.push({ name: id, passed: false, errors: [], seconds: 0 })
  },
  'sbom-complete': (evidence, { index }) => void (valueOf(evidence, 'sbom', index).operatingSystem = false),
  'size-unpacked': (evidence, { index }) => void (valueOf(evidence, 'size', index).unpacked = 1e12),
  'size-compressed': (evidence, { index }) => void (valueOf(evidence, 'size', index).compressed = 1e12),
  'size-growth': (evidence, { index }) => {
    const size = valueOf(evidence, 'size', index)
    size.unpacked = Math.max(size.unpacked, 80_000_000)
  },
  'layer-efficiency': (evidence, { index }) => void (valueOf(evidence, 'size', index).efficiency = 0.1),
  'wasted-bytes': (evidence, { index }) => void (valueOf(evidence, 'size', index).wasted = 1e12),
  // An image that was not started has no result to worsen.
  'runtime-run': (evidence, { index }) => {
    const run = valueOf(evidence, 'runtime', index)
    if (run.outcome === 'ready') Object.assign(run, { outcome: 'not-run', reason: 'another architecture' })
  },
  'runtime-ready': (evidence, { index }) =>
    void Object.assign(valueOf(evidence, 'runtime', index), { outcome: 'exited', reason: 'exit code 1' }),
  'runtime-refused-writes': (evidence, { id, index }) =>
    valueOf(evidence, 'runtime', index).refusedWrites.push({ path: id, why: 'read-only', call: 'openat', count: 1 }),
  'runtime-memory': (evidence, { index }) => void (valueOf(evidence, 'runtime', index).outOfMemory += 1),
  'runtime-stop': (evidence, { index }) =>
    void (valueOf(evidence, 'runtime', index).stop = {
      signal: 'SIGTERM',
      seconds: 10,
      exit: { code: 137 },
      forced: true,
    }),
  user: (evidence, { index }) => void (valueOf(evidence, 'configuration', index).user = ''),
  healthcheck: (evidence, { index }) => delete valueOf(evidence, 'configuration', index).healthcheck,
  'exposed-ports': (evidence, { port, index }) => valueOf(evidence, 'configuration', index).exposedPorts.push(port),
  setuid: (evidence, { id, layer, index }) => {
    valueOf(evidence, 'configuration', index).setuid.push({ path: id, mode: '4755', bytes: 1 })
    addPath(valueOf(evidence, 'configuration', index), id, layer)
  },
  'world-writable': (evidence, { id, index }) =>
    valueOf(evidence, 'configuration', index).worldWritable.push({ path: id, mode: '0666', bytes: 1 }),
  shells: (evidence, { id, index }) => valueOf(evidence, 'configuration', index).shells.push(id),
  'package-managers': (evidence, { id, index }) => valueOf(evidence, 'configuration', index).packageManagers.push(id),
  'package-caches': (evidence, { id, index }) =>
    valueOf(evidence, 'configuration', index).packageCaches.push({ path: id, bytes: 1 }),
  'ssh-server': (evidence, { id, index }) => valueOf(evidence, 'configuration', index).sshServers.push(id),
  'exec-form': (evidence, { index }) =>
    void (valueOf(evidence, 'configuration', index).cmd = ['/bin/sh', '-c', 'serve']),
  'shared-libraries': (evidence, { id, index }) =>
    valueOf(evidence, 'configuration', index).started![0]!.missing.push({ name: id, neededBy: '/usr/bin/python3.11' }),
  labels: (evidence, { index }) =>
    delete valueOf(evidence, 'configuration', index).labels['org.opencontainers.image.title'],
  reproducible: (evidence, { id, index }) =>
    void (evidence.platforms[index]!.reproduction = reproduced([id], platforms[index])),
  'base-pinned': (evidence, { id, index }) => addBase(evidence, index, { stage: id, pinnedBy: 'nobody' }),
  'base-allowed': (evidence, { id, index }) =>
    addBase(evidence, index, { stage: id, reference: 'docker.io/evil/python:3' }),
  'base-latest': (evidence, { id, index }) =>
    addBase(evidence, index, { stage: id, reference: 'docker.io/library/python:latest' }),
}

const letters = fc.constantFrom('A', 'B', 'C', 'D')
/** A layer of the base, one of the application, and one of an unknown owner. */
const layers = fc.constantFrom(baseLayer, applicationLayer, unknownLayer)
/** One flaw with every property that some rule reads. */
const flaws = fc.record({
  rule: fc.constantFrom(...(Object.keys(worsenings) as Array<keyof typeof worsenings>)),
  index: fc.nat(1),
  id: letters,
  severity: fc.constantFrom(...severities),
  fixed: fc.boolean(),
  purl: fc.constantFrom('pkg:deb/a', 'pkg:deb/b'),
  layer: layers,
  level: fc.constantFrom('error' as const, 'warning' as const, 'info' as const, 'style' as const),
  license: fc.constantFrom('AGPL-3.0-only', 'MIT', 'prose'),
  port: fc.constantFrom('22/tcp', '443/tcp'),
})
type Flaw = typeof flaws extends fc.Arbitrary<infer T> ? T : never

function withFlaws(list: readonly Flaw[]): Evidence {
  return evidenceWith((evidence) => {
    for (const image of evidence.platforms) image.reproduction = reproduced([], image.archive.platform)
    list.forEach((flaw) => worsenings[flaw.rule](evidence, flaw))
  }, platforms)
}

function lintOf({ lint }: Evidence): Lint {
  if (lint.status !== 'collected') throw new TypeError('no lint')
  return lint.value
}

function listOf({ knownExploited }: Evidence): KnownExploited {
  if (knownExploited?.status !== 'collected') throw new TypeError('no list')
  return knownExploited.value
}

/** Predictions are added only for flaws about them: once they are there, a finding without a score is a violation too. */
function predictionOf(evidence: Evidence): ExploitPrediction {
  if (evidence.exploitPrediction?.status === 'collected') return evidence.exploitPrediction.value
  const given = predictions()
  evidence.exploitPrediction = given
  return given.value
}

function addBase(evidence: Evidence, index: number, change: Partial<Base['images'][number]>): void {
  const { images } = valueOf(evidence, 'base', index)
  images.push({ ...images[0]!, ...change })
}

/** A path is in one layer: if two flaws disagree, its layer is unknown. */
function addPath(configuration: Configuration, path: string, layer: string): void {
  const known = configuration.pathLayers?.[path] ?? layer
  configuration.pathLayers = { ...configuration.pathLayers, [path]: known === layer ? layer : unknownLayer }
}

const limits = fc.oneof(fc.nat(3), fc.constant('unlimited' as const))
const ownLimits = fc.option(fc.record({ critical: limits, high: limits, unknown: limits }, { requiredKeys: [] }), {
  nil: undefined,
})
const ownLevels = fc.option(
  fc.record(
    {
      base: fc.constantFrom('deny' as const, 'warn' as const),
      application: fc.constantFrom('deny' as const, 'warn' as const),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
)
const entries = fc
  .record(
    {
      // Any rule, but mostly those whose violations have the most properties that an exception can name.
      rule: fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom(
            'vulnerabilities' as const,
            'secrets' as const,
            'lint-level' as const,
            'setuid' as const,
            'licenses' as const,
          ),
        },
        { weight: 1, arbitrary: fc.constantFrom(...ruleIds) },
      ),
      id: fc.oneof(letters, fc.constant('AGPL-3.0-only')),
      subject: fc.constantFrom('pkg:deb/a', 'pkg:deb/b'),
      platform: fc.constantFrom(...platforms),
      image: fc.constantFrom('shop/orders', 'shop/cart'),
      digest: fc.constantFrom(digest('image linux/amd64'), digest('image linux/arm64'), digest('another image')),
      path: fc.constantFrom('A', 'B', '/app/.env', 'Dockerfile'),
      package: fc.constantFrom('pkg:deb/a', 'pkg:deb/b'),
      created: fc.constantFrom('2026-11-01', '2026-11-24'),
      expires: fc.constantFrom('2026-11-22', '2026-11-23', '2027-01-01', '2028-01-01'),
      origin: fc.record({
        kind: fc.constant('trivyignore' as const),
        path: fc.constant('.trivyignore'),
        place: fc.constantFrom('line 1', 'line 2'),
      }),
    },
    { requiredKeys: ['rule', 'id', 'expires'] },
  )
  // Most keys that narrow an exception are left out: with all of them it would match nothing.
  .chain((change) =>
    fc
      .subarray(['subject', 'platform', 'image', 'digest', 'path', 'package', 'created', 'origin'] as const, {
        maxLength: 3,
      })
      .map((kept) => pick(change, kept)),
  )
const exceptions = fc.uniqueArray(entries, { maxLength: 4, selector: (entry) => JSON.stringify(entry) })

function pick(change: Partial<RegisterEntry>, kept: ReadonlyArray<keyof RegisterEntry>): RegisterEntry {
  return exception(
    Object.fromEntries(
      Object.entries(change).filter(
        ([key]) => ['rule', 'id', 'expires'].includes(key) || kept.includes(key as keyof RegisterEntry),
      ),
    ),
  )
}
const policies = fc
  .record({
    limits: fc.record({
      critical: limits,
      high: limits,
      medium: limits,
      low: limits,
      unknown: limits,
      unfixed: fc.constantFrom('count' as const, 'report' as const),
      base: ownLimits,
      application: ownLimits,
    }),
    allowed: limits,
    failOn: fc.constantFrom('error' as const, 'warning' as const, 'info' as const, 'style' as const),
    pragmas: fc.constantFrom('deny' as const, 'report' as const),
    shells: fc.constantFrom('deny' as const, 'allow' as const),
    unknown: fc.constantFrom('deny' as const, 'report' as const),
    register: exceptions,
    warned: fc.subarray([...ruleIds], { maxLength: 3 }),
    owned: fc.dictionary(
      fc.constantFrom('vulnerabilities', 'secrets', 'setuid'),
      fc.record({ level: fc.constantFrom('deny' as const, 'warn' as const), owners: ownLevels }),
      { maxKeys: 3 },
    ),
  })
  .map((choice): Policy =>
    policyWith({
      image: { name: 'shop/orders' },
      build: { platforms },
      vulnerabilities: choice.limits,
      secrets: { allowed: choice.allowed },
      lint: { failOn: choice.failOn, pragmas: choice.pragmas },
      configuration: { shells: choice.shells },
      licenses: { unknown: choice.unknown },
      // Without `unused: deny`, under which a new finding can rightly make a verdict better: an unused exception becomes a used one.
      exceptions: { register: choice.register, unused: 'warn' },
      rules: {
        ...Object.fromEntries(
          choice.warned.map((rule) => [rule, { level: 'warn', reason: 'a reason of ten letters' }]),
        ),
        ...Object.fromEntries(
          Object.entries(choice.owned).map(([rule, { level, owners }]) => [
            rule,
            { level, reason: 'a reason of ten letters', ...(owners === undefined ? {} : { owners }) },
          ]),
        ),
      },
    }),
  )

/** Flaws that differ only by owner, and policies that judge only that: what another rule denies would hide the difference. */
const ownedFlaws = fc
  .tuple(
    flaws,
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('vulnerabilities' as const) },
      { weight: 1, arbitrary: fc.constant('setuid' as const) },
    ),
  )
  .map(([flaw, rule]): Flaw => ({ ...flaw, rule, index: 0, severity: 'high', fixed: true, purl: 'pkg:deb/a' }))
const ownedPolicies = fc
  .record({
    high: limits,
    base: limits,
    application: limits,
    without: fc.subarray(['base', 'application'] as const),
    level: fc.constantFrom('deny' as const, 'warn' as const),
    owners: ownLevels,
  })
  .map(({ high, base, application, without, level, owners }): Policy =>
    policyWith({
      build: { platforms },
      vulnerabilities: {
        high,
        ...(without.includes('base') ? {} : { base: { high: base } }),
        ...(without.includes('application') ? {} : { application: { high: application } }),
      },
      rules: { setuid: { level, reason: 'a reason of ten letters', ...(owners === undefined ? {} : { owners }) } },
    }),
  )

const passes = (policy: Policy, evidence: Evidence) => evaluate(policy, evidence, now).verdict.outcome === 'passed'

describe('the gate', { timeout: runs(60_000) }, () => {
  it('stops passing a rule for each kind of flaw that these properties generate', () => {
    const strict = policyWith({
      build: { platforms, reproducible: 'verify' },
      size: { compressed: '50 MB', growth: '10 MB' },
      configuration: { shells: 'deny' },
      lint: { pragmas: 'deny' },
    })
    const baseline = asBaseline(evaluate(strict, withFlaws([]), now).verdict, withFlaws([]))
    expect(
      evaluate(strict, { ...withFlaws([]), exploitPrediction: predictions() }, now, {
        baseline,
      }).verdict.results.filter(({ status }) => status !== 'passed'),
    ).toEqual([])
    const flaw = {
      index: 0,
      id: 'A',
      severity: 'critical',
      fixed: true,
      purl: 'pkg:deb/a',
      layer: unknownLayer,
      level: 'error',
      license: 'AGPL-3.0-only',
      port: '22/tcp',
    } as const
    for (const rule of Object.keys(worsenings) as Array<keyof typeof worsenings>) {
      const stopped = evaluate(strict, withFlaws([{ ...flaw, rule }]), now, { baseline }).verdict.results.filter(
        ({ status }) => status !== 'passed',
      )
      expect(stopped.map((result) => result.rule)).toContain(rule)
    }
  })

  it('never starts to pass when a finding is added [fault 6]', () => {
    const against = counterexample(
      150,
      fc.property(
        policies,
        fc.array(flaws, { maxLength: 6 }),
        flaws,
        (policy, list, more) => passes(policy, withFlaws(list)) || !passes(policy, withFlaws([...list, more])),
      ),
    )
    expect(against).toBeUndefined()
  })

  it('never starts to pass when an owner becomes unknown', () => {
    const against = counterexample(
      600,
      fc.property(
        ownedPolicies,
        fc.array(ownedFlaws, { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        (policy, list, forgotten) => {
          const less = list.map((flaw, index) =>
            index === forgotten % list.length ? { ...flaw, layer: unknownLayer } : flaw,
          )
          return passes(policy, withFlaws(list)) || !passes(policy, withFlaws(less))
        },
      ),
    )
    expect(against).toBeUndefined()
  })

  it('never starts to pass when the layers of the base become unknown', () => {
    const against = counterexample(
      300,
      fc.property(
        ownedPolicies,
        fc.array(ownedFlaws, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('base', 'lineage'),
        (policy, list, what) => {
          const evidence = withFlaws(list)
          for (const { evidence: cells } of evidence.platforms) {
            if (cells.base.status !== 'collected') continue
            if (what === 'lineage') delete cells.base.value.lineage
            else delete cells.base.value.lineage?.base
          }
          return passes(policy, withFlaws(list)) || !passes(policy, evidence)
        },
      ),
    )
    expect(against).toBeUndefined()
  })

  it('never passes when evidence is removed [faults 5, 6]', () => {
    const against = counterexample(
      150,
      fc.property(
        policies,
        fc.array(flaws, { maxLength: 4 }),
        fc.constantFrom(...evidenceKinds, 'lint' as const, 'platform' as const, 'gone' as const),
        fc.nat(1),
        (policy, list, what, index) => {
          const evidence = withFlaws(list)
          if (what === 'lint') evidence.lint = missing
          else if (what === 'platform') evidence.platforms.splice(index, 1)
          else if (what === 'gone') Reflect.deleteProperty(evidence.platforms[index]!.evidence, 'base')
          else evidence.platforms[index]!.evidence[what] = missing
          const { verdict, passed } = evaluate(policy, evidence, now)
          return verdict.outcome !== 'passed' && passed === undefined
        },
      ),
    )
    expect(against).toBeUndefined()
  })

  it('passes exactly when no rule denies, and only then returns a passed verdict', () => {
    const against = counterexample(
      100,
      fc.property(policies, fc.array(flaws, { maxLength: 3 }), (policy, list) => {
        const { verdict, passed } = evaluate(policy, withFlaws(list), now)
        const nothingDenies = verdict.results.every(({ status }) => status !== 'failed' && status !== 'undecided')
        return (
          (passed !== undefined) === (verdict.outcome === 'passed') && (verdict.outcome === 'passed') === nothingDenies
        )
      }),
    )
    expect(against).toBeUndefined()
  })

  it('lets an exception allow only what it names [fault 33]', () => {
    const against = counterexample(
      150,
      fc.property(policies, fc.array(flaws, { maxLength: 6 }), (policy, list) => {
        const evidence = withFlaws(list)
        const { register } = policy.exceptions
        const isNamed = (rule: string, violation: Violation) => register.some((entry) => names(entry, rule, violation))
        const without = evaluate({ ...policy, exceptions: { ...policy.exceptions, register: [] } }, evidence, now)
          .verdict.results
        return evaluate(policy, evidence, now).verdict.results.every((result, index) => {
          if (result.rule === 'exceptions') return true
          const unnamed = without[index]!.violations.filter((violation) => !isNamed(result.rule, violation)).map(
            (violation) => JSON.stringify(violation),
          )
          const remaining = result.violations.map((violation) => JSON.stringify(violation))
          // Under a limit, fewer violations may remain than the exceptions leave; never more, and never different ones.
          const sameAsBefore = ['vulnerabilities', 'secrets'].includes(result.rule)
            ? remaining.every((violation) => unnamed.includes(violation))
            : JSON.stringify(remaining) === JSON.stringify(unnamed)
          return (
            sameAsBefore &&
            result.excepted.every(({ violation }) => isNamed(result.rule, violation)) &&
            result.violations.every((violation) => !isNamed(result.rule, violation))
          )
        })
      }),
    )
    expect(against).toBeUndefined()
  })

  it('judges a finding no differently when an exception for a different one is added', () => {
    const against = counterexample(
      200,
      fc.property(policies, entries, fc.array(flaws, { maxLength: 6 }), (policy, added, list) => {
        const evidence = withFlaws(list)
        const before = evaluate(policy, evidence, now).verdict.results
        const after = evaluate(withEntry(policy, added), evidence, now).verdict.results
        return after.every((result, index) => {
          if (result.rule === 'exceptions') return true
          if (result.rule !== added.rule) return JSON.stringify(result) === JSON.stringify(before[index])
          const unnamed = (violations: readonly Violation[]) =>
            violations
              .filter((violation) => !names(added, result.rule, violation))
              .map((violation) => JSON.stringify(violation))
          const [remaining, earlier] = [unnamed(result.violations), unnamed(before[index]!.violations)]
          // Under a limit, an exception can bring the remaining findings below it.
          const sameViolations = ['vulnerabilities', 'secrets'].includes(result.rule)
            ? remaining.every((violation) => earlier.includes(violation))
            : JSON.stringify(remaining) === JSON.stringify(earlier)
          return (
            sameViolations &&
            JSON.stringify(unnamed(result.excepted.map(({ violation }) => violation))) ===
              JSON.stringify(unnamed(before[index]!.excepted.map(({ violation }) => violation)))
          )
        })
      }),
    )
    expect(against).toBeUndefined()
  })

  it('ignores an exception that has expired', () => {
    const against = counterexample(
      150,
      fc.property(policies, entries, fc.array(flaws, { maxLength: 6 }), (policy, added, list) => {
        const evidence = withFlaws(list)
        const judged = (given: Policy) =>
          JSON.stringify(evaluate(given, evidence, now).verdict.results.filter(({ rule }) => rule !== 'exceptions'))
        return judged(policy) === judged(withEntry(policy, { ...added, expires: '2026-11-22' }))
      }),
    )
    expect(against).toBeUndefined()
  })

  it('does not depend on any order', () => {
    const against = counterexample(
      100,
      fc.property(policies, fc.array(flaws, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (policy, list, stream) => {
        const shuffle = <T>(values: readonly T[]): T[] =>
          values
            .map((value) => ({ value, key: stream.next().value as number }))
            .toSorted((left, right) => left.key - right.key)
            .map(({ value }) => value)
        const other = withFlaws(shuffle(list))
        other.platforms = shuffle(other.platforms)
        const shuffled = {
          ...policy,
          exceptions: { ...policy.exceptions, register: shuffle(policy.exceptions.register) },
        }
        const first = evaluate(policy, withFlaws(list), now).verdict
        const second = evaluate(shuffled, other, now).verdict
        // The digest of the policy depends on the order of its register.
        return (
          JSON.stringify({ ...second, binding: { ...second.binding, policy: first.binding.policy } }) ===
          JSON.stringify(first)
        )
      }),
    )
    expect(against).toBeUndefined()
  })

  it('never starts to pass with a baseline when a finding is added or evidence is removed', () => {
    const against = counterexample(
      100,
      fc.property(
        policies,
        fc.array(flaws, { maxLength: 4 }),
        fc.array(flaws, { maxLength: 4 }),
        flaws,
        fc.constantFrom(...evidenceKinds),
        fc.nat(1),
        (given, before, list, more, kind, index) => {
          const policy = acceptingBaseline(given)
          const baseline = baselineOf(policy, before)
          const outcomeOf = (evidence: Evidence) => evaluate(policy, evidence, now, { baseline }).verdict.outcome
          const without = withFlaws(list)
          without.platforms[index]!.evidence[kind] = missing
          return (
            (outcomeOf(withFlaws(list)) === 'passed' || outcomeOf(withFlaws([...list, more])) !== 'passed') &&
            outcomeOf(without) !== 'passed'
          )
        },
      ),
    )
    expect(against).toBeUndefined()
  })

  it('lets a baseline allow only what it names, and only under rules that accept baselines', () => {
    const against = counterexample(
      100,
      fc.property(
        policies,
        fc.array(flaws, { maxLength: 5 }),
        fc.array(flaws, { maxLength: 5 }),
        (given, before, list) => {
          const policy = acceptingBaseline(given)
          const baseline = baselineOf(policy, before)
          const named = (rule: string) => baseline.findings.filter((finding) => finding.rule === rule).map(sameThing)
          const without = evaluate(policy, withFlaws(list), now).verdict.results
          return evaluate(policy, withFlaws(list), now, { baseline }).verdict.results.every((result, at) => {
            const known = (result.known ?? []).map(({ violation }) => violation)
            const all = [...result.violations, ...known].map((violation) => JSON.stringify(violation)).toSorted()
            const denied = without[at]!.violations.map((violation) => JSON.stringify(violation)).toSorted()
            const mayBeKnown = policy.baseline.rules.includes(result.rule as never)
            return (
              JSON.stringify(all) === JSON.stringify(denied) &&
              known.every((violation) => mayBeKnown && named(result.rule).includes(sameThing(violation)))
            )
          })
        },
      ),
    )
    expect(against).toBeUndefined()
  })

  it('does not modify its input', () => {
    const against = counterexample(
      30,
      fc.property(policies, fc.array(flaws, { maxLength: 3 }), (policy, list) => {
        const evidence = withFlaws(list)
        const before = JSON.stringify([policy, evidence])
        evaluate(policy, evidence, now)
        return JSON.stringify([policy, evidence]) === before
      }),
    )
    expect(against).toBeUndefined()
  })
})

function acceptingBaseline(policy: Policy): Policy {
  return {
    ...policy,
    baseline: {
      accept: true,
      maximumAge: '30d',
      rules: ['vulnerabilities', 'licenses', 'setuid', 'shells', 'exposed-ports'],
    },
  }
}

/** Judged an hour earlier, when the database was fresh too. */
function baselineOf(policy: Policy, list: readonly Flaw[]): Baseline {
  return asBaseline(evaluate(policy, withFlaws(list), new Date(now.getTime() - 3_600_000)).verdict)
}

function sameThing({ id, subject, platform }: Pick<Violation, 'id' | 'subject' | 'platform'>): string {
  return JSON.stringify([id, subject, platform])
}

/** What breaks a law, or undefined if nothing was found. */
function counterexample<T>(numRuns: number, law: fc.IProperty<T>): unknown {
  const { failed, counterexample: found, errorInstance } = fc.check(law, { numRuns: runs(numRuns) })
  return failed ? { found, errorInstance } : undefined
}

function withEntry(policy: Policy, entry: RegisterEntry): Policy {
  return { ...policy, exceptions: { ...policy.exceptions, register: [...policy.exceptions.register, entry] } }
}

/** The rules of the register, implemented a second time and independently of the gate. */
function names(entry: RegisterEntry, rule: string, violation: Violation): boolean {
  const inForce =
    entry.expires >= '2026-11-23' &&
    entry.expires < '2027-06-01' &&
    (entry.created ?? '2026-11-01') < '2026-11-24' &&
    (entry.created ?? '') < entry.expires
  const isIn = (rules: readonly string[]) => rules.includes(rule)
  const possible =
    !isIn(rulesWithoutExceptions) &&
    (entry.package === undefined || isIn(rulesWithPackages)) &&
    (!isIn(rulesWithoutImage) || (entry.platform === undefined && entry.digest === undefined))
  const met: Partial<Record<keyof RegisterEntry, string | undefined>> = {
    rule,
    id: violation.id,
    subject: violation.subject,
    platform: violation.platform,
    image: 'shop/orders',
    digest: digest(`image ${violation.platform}`),
    path: violation.location?.path,
    package: violation.package,
  }
  return (
    inForce &&
    possible &&
    Object.entries(met).every(
      ([key, value]) => entry[key as keyof RegisterEntry] === undefined || entry[key as keyof RegisterEntry] === value,
    )
  )
}
