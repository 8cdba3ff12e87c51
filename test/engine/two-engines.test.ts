import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { Merged, type Run } from '../../src/model/index.ts'
import { buildAndScan, loadline } from './command-line.ts'
import { secondEngine } from './second-engine.ts'
import { tinyImage } from './tiny-image.ts'

/** What a verdict says, and what it rests on. Not the digest: each engine writes layers of its own, with its own times and compression. */
function judgement({ outcome, verdict, evidence }: Run) {
  const inventories = (evidence?.platforms ?? []).map(({ evidence: { licenses } }) => licenses)
  return {
    outcome,
    rules: verdict?.results.map(({ rule, status, violations }) => ({
      rule,
      status,
      violations: violations.map(({ id }) => id),
    })),
    packages: inventories.flatMap((inventory) =>
      inventory.status === 'collected' ? inventory.value.packages.map(({ purl }) => purl) : [],
    ),
    rests: { policy: verdict?.binding.policy, databases: verdict?.binding.databases, tools: verdict?.binding.tools },
  }
}

describe('services over two engines', () => {
  it('are judged at the same time and equally by both, and their verdicts are merged into one, which rejects if a part is missing or was rejected', async () => {
    const { env, lockFile = '' } = await findEngine({ say: () => undefined })
    const first = env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? ''
    const second = await secondEngine()
    onTestFinished(second.end, 60_000)
    const service = (name: string, policy: string) => {
      const source = tinyImage(name)
      writeFileSync(
        join(source, 'loadline.yaml'),
        `version: 1\n${policy}image: {name: ${name}}\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n`,
      )
      return source
    }
    const judge = (source: string, engine: string) => buildAndScan(source, ['--engine', engine, '--lock', lockFile])
    const [orders, billing] = [service('orders', 'extends: advisory\n'), service('billing', 'extends: advisory\n')]
    // The default policy asks for a health check, which the tiny image has not.
    const mail = service('mail', '')

    const parts = await Promise.all([judge(orders, first), judge(billing, second.address)])
    for (const { exitCode, stderr } of parts) expect(exitCode, stderr).toBe(0)
    const [here, there] = parts
    expect(readFileSync(join(there.output, 'engine.log'), 'utf8')).toContain(second.name)
    expect(readFileSync(join(here.output, 'engine.log'), 'utf8')).not.toContain(second.name)

    const [again, rejected] = await Promise.all([judge(orders, second.address), judge(mail, first)])
    expect(judgement(again.run)).toEqual(judgement(here.run))
    expect(judgement(here.run).packages.length).toBeGreaterThan(0)
    expect(rejected.exitCode, rejected.stderr).toBe(1)

    const merge = async (reports: string[], expected: string[]) => {
      const { exitCode, stdout, stderr } = await loadline(['merge', ...reports, '--expect', ...expected, '--json'])
      const { outcome, parts: states, faults } = Merged.parse(JSON.parse(stdout || stderr))
      return { exitCode, outcome, states: states.map(({ name, state }) => `${name} ${state}`), faults }
    }
    const both = [here.output, there.output]
    expect(await merge(both, ['orders', 'billing'])).toEqual({
      exitCode: 0,
      outcome: 'passed',
      states: ['billing passed', 'orders passed'],
      faults: [],
    })
    expect(await merge([here.output], ['orders', 'billing'])).toEqual({
      exitCode: 1,
      outcome: 'rejected',
      states: ['billing missing', 'orders passed'],
      faults: [],
    })
    expect(await merge([...both, rejected.output], ['orders', 'billing', 'mail'])).toEqual({
      exitCode: 1,
      outcome: 'rejected',
      states: ['billing passed', 'mail rejected', 'orders passed'],
      faults: [],
    })
  })
})
