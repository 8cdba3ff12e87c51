import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dag } from '@dagger.io/dagger'
import { describe, expect, it } from 'vitest'
import { beginBuild } from '../../pipelines/begin-build.ts'
import type { Request } from '../../pipelines/request.ts'
import type { Runtime } from '../../src/model/index.ts'
import { parseCacheScope } from '../../src/stages/build/build.ts'
import { collectors, type CollectableImage } from '../../src/stages/evidence/index.ts'
import { readSource } from '../../src/stages/source/source.ts'
import { application, onEngine } from './application.ts'
import { buildAndScan, loadline } from './command-line.ts'
import { serveRegistry } from './registry.ts'
import { signingKey } from './signing-key.ts'

const minute = 60_000

/** An application that nobody has run before, and its section runtime. `before` is what it does first. */
function unknown(runtime: string, before = ''): string {
  return application({
    Dockerfile:
      'FROM gcr.io/distroless/python3-debian12:nonroot\nCOPY app.py /app.py\nENV PYTHONDONTWRITEBYTECODE=1\nUSER 65532:65532\nENTRYPOINT ["/usr/bin/python3", "/app.py"]\n',
    'app.py': `# ${process.hrtime.bigint()}
import signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
${before}
server = socket.create_server(('0.0.0.0', 8000))
while True:
    server.accept()[0].close()
`,
    'loadline.yaml': `version: 1\nextends: advisory\ndatabase: {accept: [example, given], maximumAge: 36500d}\nruntime: {probe: {tcp: {port: 8000}}, readySeconds: 10, stopSeconds: 2${runtime}}\n`,
  })
}

const collected = (cell: { status: string; value?: Runtime } | undefined): Runtime => {
  if (cell?.status !== 'collected' || cell.value === undefined) throw new Error(`no run: ${JSON.stringify(cell)}`)
  return cell.value
}

/** Works with an image in a session: `start` runs it, or takes an earlier run of the same occasion over. */
function withImage<T>(
  source: string,
  work: (start: (changes?: Partial<CollectableImage>) => Promise<Runtime>, image: CollectableImage) => Promise<T>,
): Promise<T> {
  return onEngine(async (lock) => {
    const request: Request = {
      directory: dag.host().directory(source),
      buildSecrets: new Map(),
      cacheScope: parseCacheScope('reuse'),
      lock,
      now: new Date(),
      progress: () => undefined,
    }
    const read = await readSource(request)
    const image = await beginBuild(read, request).image('linux/amd64')
    return work(async (changes) => collected(await collectors({ ...image, ...changes }).runtime()), image)
  })
}

/** A moment that does not go on, so that a test stays within one occasion however long it takes. */
const reuseWithin = (within: number) => ({
  reuse: { within, now: new Date(), mayReuse: async () => true },
})

describe('an earlier run of an image', () => {
  it('does not count unless the policy says for how long; then its next run does not start it, and says so everywhere', async () => {
    const always = unknown('')
    const runOf = async (source: string) => {
      const ended = await buildAndScan(source)
      return { ...ended, seen: collected(ended.run.evidence?.platforms[0]?.evidence.runtime) }
    }
    await runOf(always)
    expect((await runOf(always)).seen.reused).toBeUndefined()

    const source = unknown(', reuse: 24h')
    const first = await runOf(source)
    expect(first.seen).toMatchObject({ outcome: 'ready' })
    expect(first.seen.reused).toBeUndefined()
    const second = await runOf(source)
    const { reused, ...seen } = second.seen
    expect(seen).toEqual(first.seen)
    expect(reused?.kernel).toMatch(/^Linux /)
    const startedAt = Date.parse(reused?.startedAt ?? '')
    expect(startedAt).toBeGreaterThan(Date.parse(first.run.startedAt))
    expect(startedAt).toBeLessThan(Date.parse(second.run.startedAt))
    for (const name of ['report.html', 'summary.md'])
      expect(readFileSync(join(second.output, name), 'utf8')).toContain('An earlier run under hardening')
    expect(second.stdout).toContain('An earlier run under hardening')

    // The same bytes under another limit are another fact.
    const policy = join(source, 'loadline.yaml')
    const limited = join(
      application({ 'loadline.yaml': readFileSync(policy, 'utf8').replace('reuse: 24h', 'reuse: 24h, pids: 99') }),
      'loadline.yaml',
    )
    const third = await buildAndScan(source, ['--policy', limited])
    expect(third.run.evidence?.platforms[0]?.archive.digest).toBe(second.run.evidence?.platforms[0]?.archive.digest)
    const other = collected(third.run.evidence?.platforms[0]?.evidence.runtime)
    expect([other.limits.pids, other.reused]).toEqual([99, undefined])
  })

  it('does not count for a first release of its digest, but for the next one', async () => {
    const key = await signingKey()
    const source = unknown(', reuse: 24h')
    const publish = ['--publish', `${await serveRegistry()}/demo/app:1.0.0`, ...key.argv]
    const reused = []
    for (const argv of [[], publish, publish]) {
      const { run, exitCode, stderr } = await buildAndScan(source, argv, key.env)
      expect(exitCode, stderr).toBe(0)
      reused.push(collected(run.evidence?.platforms[0]?.evidence.runtime).reused !== undefined)
    }
    expect(reused).toEqual([false, false, true])
    expect((await loadline(['verify', publish[1] ?? '', '--key', key.publicKey])).exitCode).toBe(0)
  })

  it('does not count once it is too old, nor where it may not', async () => {
    await withImage(unknown(''), async (start) => {
      const young = reuseWithin(minute)
      const first = await start(young)
      expect(first.reused).toBeUndefined()
      expect((await start(young)).reused).toBeDefined()
      const forbidden = { reuse: { ...young.reuse, mayReuse: async () => false } }
      expect((await start(forbidden)).reused).toBeUndefined()

      const short = reuseWithin(1_000)
      await start(short)
      await sleep(1_500)
      const late = await start(short)
      expect(late).toMatchObject({ outcome: 'ready' })
      expect(late.reused).toBeUndefined()
    })
  })

  it('does not count where it failed: the image is started again until it comes up, which is not kept either', async () => {
    const before = "import os\nif os.urandom(1)[0] < 128: sys.exit('no luck')"
    await withImage(unknown('', before), async (start) => {
      const at = (occasion: number) => ({
        reuse: { within: 60 * minute, now: new Date(occasion * 60 * minute), mayReuse: async () => true },
      })
      // One start in two fails: thirty in a row that do not, or do, are no accident.
      const tries = Array.from({ length: 30 }, (_, occasion) => occasion)
      let failed: number | undefined
      for (const occasion of tries) {
        const { outcome, reused } = await start(at(occasion))
        expect(reused).toBeUndefined()
        if (outcome === 'ready') continue
        failed = occasion
        break
      }
      if (failed === undefined) throw new Error('wanted a start that fails')
      const outcomes = []
      while (outcomes.length < tries.length && outcomes.at(-1) !== 'ready') {
        const { outcome, reused } = await start(at(failed))
        expect(reused).toBeUndefined()
        outcomes.push(outcome)
      }
      expect(outcomes.at(-1)).toBe('ready')
    })
  })
})
