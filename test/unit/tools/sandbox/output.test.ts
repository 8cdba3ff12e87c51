import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import { failThose, parseResults } from '../../../../src/tools/container-structure-test/output.ts'
import { parseCommandRun, parseEmulation, parseHere, parseRun } from '../../../../src/tools/sandbox/output.ts'

const limits = { memory: 268_435_456, pids: 256, cpus: 1, tmpfs: ['/tmp'], seccomp: 'default', services: [] }
const recorded = (name: string) =>
  readFileSync(new URL(`../../../fixtures/sandbox/${name}-1.0.0.json`, import.meta.url), 'utf8')
const run = (name: string) => parseRun(recorded(name), limits).run

describe('a run of an image', () => {
  it('that was ready and stopped', () => {
    const { outcome, user, probe, stop, listens, refusedWrites, calls, madeBy } = run('ready')
    expect({ outcome, user, probe, listens, refusedWrites, madeBy }).toEqual({
      outcome: 'ready',
      user: '65532:65532',
      probe: 'HEALTHCHECK',
      listens: ['[::]:8080'],
      refusedWrites: [],
      madeBy: 'crun version 1.8.1',
    })
    expect(stop).toMatchObject({ signal: 'SIGTERM', exit: { code: 0 }, forced: false })
    expect(calls).toContain('accept4')
    expect(run('ready').limits).toEqual(limits)
  })

  it('that was asked for paths says what it answered, and nothing else is read as an answer', () => {
    const told = (answers: unknown) => JSON.stringify({ ...(JSON.parse(recorded('ready')) as object), answers })
    const answers = [{ port: 8080, path: '/healthz', status: 204 }]
    expect(parseRun(told(answers), limits).answers).toEqual(answers)
    expect(parseRun(recorded('ready'), limits).answers).toEqual([])
    expect(parseRun(told(answers), limits).run).toEqual(run('ready'))
    expect(() => parseRun(told([{ port: 8080, path: '/healthz', status: 'ok' }]), limits)).toThrow(DeliveryError)
  })

  it('that wrote to its root', () => {
    expect(run('writes').refusedWrites).toEqual([
      { path: '/relative.txt', why: 'read-only', call: 'openat', count: 1 },
      { path: '/var/log/app.log', why: 'read-only', call: 'openat', count: 1 },
    ])
    expect(run('writes').usedTmpfs).toEqual(['/tmp'])
  })

  it('that ignores SIGTERM', () => {
    expect(run('ignores').stop).toMatchObject({
      signal: 'SIGTERM',
      exit: { code: 137, signal: 'SIGKILL' },
      forced: true,
    })
  })

  it.each([
    { name: 'hangs', outcome: 'not-ready', reason: /^not ready within 3 s: .*refused$/ },
    { name: 'denied', outcome: 'exited', reason: /exit code 1$/ },
    { name: 'oom', outcome: 'exited', reason: /killed by SIGKILL$/ },
    { name: 'root', outcome: 'refused', reason: /^it would run as user id 0/ },
    { name: 'missing', outcome: 'not-started', reason: /not-there.*not found/ },
  ])('that came to nothing: $name', ({ name, outcome, reason }) => {
    expect(run(name)).toMatchObject({ outcome, reason: expect.stringMatching(reason) })
    expect(run(name).stop).toBeUndefined()
  })

  it('names the call that the profile refused, and the process killed for lack of memory', () => {
    expect(run('denied')).toMatchObject({
      refusedCalls: [{ name: 'unshare', count: 1 }],
      output: ['cannot unshare: Operation not permitted'],
      exit: { code: 1 },
    })
    expect(run('oom')).toMatchObject({ outOfMemory: 1, peakMemory: limits.memory })
  })
})

describe('where and when a run was', () => {
  const whole = JSON.parse(recorded('ready')) as Record<string, unknown>
  const at = '2026-11-29T22:05:04.030Z'
  const kernel = 'Linux 6.1.0 #1 SMP x86_64'

  it('is read from the run, and of the engine as it is now', () => {
    const told = JSON.stringify({ ...whole, startedAt: at, kernel })
    expect(parseRun(told, limits).place).toEqual({ at: new Date(at), kernel })
    expect(parseHere(JSON.stringify({ schemaVersion: 1, kernel, at }))).toEqual({ at: new Date(at), kernel })
  })

  it('is unknown where a program does not say both', () => {
    for (const told of [{}, { startedAt: at }, { kernel }])
      expect(parseRun(JSON.stringify({ ...whole, ...told }), limits).place).toBeUndefined()
  })

  it.each([
    ['no time', { startedAt: 'yesterday', kernel }],
    ['no name', { startedAt: at, kernel: '' }],
  ])('is refused where it is %s [fault 6]', (_, told) => {
    expect(() => parseRun(JSON.stringify({ ...whole, ...told }), limits)).toThrow(DeliveryError)
  })

  it.each(['', '{}', JSON.stringify({ schemaVersion: 1, kernel, at: 'now' })])(
    'of the engine is refused: %j',
    (text) => {
      expect(() => parseHere(text)).toThrow(DeliveryError)
    },
  )
})

it('says whether programs of an architecture run, and nothing if it is not whole', () => {
  expect(['true', 'false'].map((runs) => parseEmulation(`{"schemaVersion":1,"runs":${runs}}`))).toEqual([true, false])
  for (const text of ['', '{"schemaVersion":1}', '{"schemaVersion":2,"runs":true}', '{"schemaVersion":1,"runs":true'])
    expect(() => parseEmulation(text)).toThrow(/sandbox/)
})

describe('output that proves nothing [fault 6]', () => {
  const whole = JSON.parse(recorded('ready')) as Record<string, unknown>
  it.each([
    ['nothing', ''],
    ['an empty document', '{}'],
    ['a document that was cut off', recorded('ready').slice(0, 200)],
    ['another version', JSON.stringify({ ...whole, schemaVersion: 2 })],
    ['an unknown outcome', JSON.stringify({ ...whole, outcome: 'fine' })],
    ['an unknown key', JSON.stringify({ ...whole, more: 1 })],
    ['a key twice', recorded('ready').replace('{', '{"outcome":"exited",')],
    ['ready without a time', JSON.stringify({ ...whole, readySeconds: undefined })],
    ['ready without a stop', JSON.stringify({ ...whole, stop: undefined })],
    ['ready without a system call', JSON.stringify({ ...whole, calls: [] })],
  ])('%s', (_, text) => {
    expect(() => parseRun(text, limits)).toThrow(DeliveryError)
  })
})

describe('a run of command tests', () => {
  const text = readFileSync(new URL('../../../fixtures/sandbox/tests-1.1.0.json', import.meta.url), 'utf8')

  it('fails what proves nothing, whatever the judge says of it [faults 85, 87]', () => {
    const { judged, faults } = parseCommandRun(text)
    const results = parseResults(judged, 4)
    expect(results.map(({ passed }) => passed)).toEqual([true, false, true, true])
    expect(failThose(results, faults).map(({ name, passed, errors }) => [name, passed, errors[0]])).toEqual([
      ['Command Test: greets', true, undefined],
      ['Command Test: fails', false, expect.stringContaining('incorrect error code')],
      ['Command Test: is absent', false, expect.stringContaining('cannot be started')],
      ['Command Test: floods', false, expect.stringContaining('printed more than 262144 bytes')],
    ])
  })

  it.each(['', '{}', text.slice(0, -20), text.replace('"schemaVersion": 1', '"schemaVersion": 2')])(
    'is refused where it is not whole [fault 6]',
    (cut) => {
      expect(() => parseCommandRun(cut)).toThrow(DeliveryError)
    },
  )
})
