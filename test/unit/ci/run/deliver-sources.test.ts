import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SourceOptions } from '../../../../ci/run/build-and-scan-options.ts'
import { readGivenSource } from '../../../../ci/run/deliver-source.ts'
import { deliverSources, requireSeparable } from '../../../../ci/run/deliver-sources.ts'
import { exitCodeOf } from '../../../../ci/run/exit-code.ts'

const options: SourceOptions = { platform: [], buildArg: [], label: [], buildSecret: [], tag: [], immutableTags: false }

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-sources-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

describe('several sources', () => {
  it('must have names of their own, by which their reports go', () => {
    expect(() => requireSeparable(['services/orders', 'services/billing'], options)).not.toThrow()
    expect(() => requireSeparable(['teams/a/api', 'teams/b/api/'], options)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'two of the sources are called api, and reports are named after their source',
      }),
    )
  })

  it.each([
    ['publish', '--publish', 'registry.example.com/shop:1.0.0'],
    ['baseline', '--baseline', 'released/verdict.json'],
    ['file', '--file', 'orders/Dockerfile'],
  ] as const)('cannot share what %s says of one of them', (option, spelled, value) => {
    const refused = {
      code: 'USAGE',
      message: `${spelled} ${value} can apply to one source only, but 2 are given`,
      hint: expect.stringContaining('{name}'),
    }
    expect(() => requireSeparable(['orders', 'billing'], { ...options, [option]: value })).toThrow(
      expect.objectContaining(refused),
    )
    expect(() => requireSeparable(['orders', 'billing'], { ...options, [option]: `{name}/${value}` })).not.toThrow()
  })

  it('are each told by name what an option says with {name}', async () => {
    const directory = scratch()
    mkdirSync(join(directory, 'Orders API'))
    const given = await readGivenSource(
      join(directory, 'Orders API'),
      {
        ...options,
        publish: 'registry.example.com/shop/{name}:1.0.0',
        file: join(directory, 'Orders API', '{name}.Dockerfile'),
      },
      new Date(),
    )
    expect(given).toMatchObject({
      name: 'orders-api',
      dockerfile: 'orders-api.Dockerfile',
      options: { publish: 'registry.example.com/shop/orders-api:1.0.0' },
    })
  })

  it('that can none of them be read come to no verdict, without an engine, and each has a report that says why', async () => {
    const directory = scratch()
    const ended: Array<[string, number, string | undefined]> = []
    const merged = await deliverSources(
      [join(directory, 'orders'), join(directory, 'billing')],
      { ...options, engine: 'unix:///nobody/is/here.sock' },
      {
        startedAt: new Date(),
        parallel: 2,
        progress: () => () => undefined,
        say: () => undefined,
        logFile: join(directory, 'engine.log'),
        ended: async (name, { run }) => void ended.push([name, exitCodeOf(run), run.failure?.code]),
      },
    )
    expect({ outcome: merged.outcome, states: merged.parts.map(({ name, state }) => `${name} ${state}`) }).toEqual({
      outcome: 'undecided',
      states: ['billing broken', 'orders broken'],
    })
    expect(ended.toSorted()).toEqual([
      ['billing', 2, 'SOURCE'],
      ['orders', 2, 'SOURCE'],
    ])
  })

  it('that have no engine come to no verdict either [fault 60]', async () => {
    const directory = scratch()
    for (const name of ['orders', 'billing']) mkdirSync(join(directory, name))
    const ended: Array<[string, string | undefined]> = []
    const merged = await deliverSources(
      [join(directory, 'orders'), join(directory, 'billing'), join(directory, 'gone')],
      { ...options, engine: `unix://${join(directory, 'no-engine.sock')}` },
      {
        startedAt: new Date(),
        parallel: 1,
        progress: () => () => undefined,
        say: () => undefined,
        logFile: join(directory, 'engine.log'),
        ended: async (name, { run }) => void ended.push([name, run.failure?.code]),
      },
    )
    expect(merged.outcome).toBe('undecided')
    expect(ended).toEqual([
      ['orders', 'ENGINE'],
      ['billing', 'ENGINE'],
      ['gone', 'SOURCE'],
    ])
  })
})
