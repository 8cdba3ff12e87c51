import { describe, expect, it } from 'vitest'
import { audit } from '../../../pipelines/audit.ts'
import { controls, type Audit } from '../../../src/audit/index.ts'
import { filesBelow, read } from '../../repo/source-files.ts'
import { ofRepository } from './open.ts'
import { renderJson } from '../../../src/report/index.ts'
import type { Run } from '../../../src/model/index.ts'
import { passedRun, rejectedRun } from '../report/runs.ts'

const now = new Date('2026-11-24T12:00:00Z')
const bad = filesBelow('test/fixtures/audit/bad')
const good = filesBelow('test/fixtures/audit/good')
const examples = ['fastapi-postgres', 'go-service', 'node-service'].map((name) => `examples/${name}/Dockerfile`)

/** The first line of a bad file names every control that it must fail, and no other may. */
function expected(path: string): string[] {
  const named = /^# must fail: (.+)$/m.exec(read(path))?.[1]
  if (named === undefined) throw new Error(`${path} does not say what it must fail`)
  return named.split(' ').toSorted()
}

async function auditOf(path: string): Promise<Audit> {
  const text = read(path)
  if (path.endsWith('.txt'))
    return audit({ files: [], open: async () => undefined, dockerRun: text.replaceAll(/^#.*\n/gm, ''), now })
  return audit({ files: [{ path, text, named: true }], open: ofRepository, now })
}

async function auditOfRun(run: Run): Promise<Audit> {
  return audit({
    files: [],
    open: async () => undefined,
    verdict: { path: 'verdict.json', text: renderJson(run) },
    now,
  })
}

function withFailed(run: Run, rule: string): Run {
  if (run.verdict === undefined) throw new Error('the run has no verdict')
  return {
    ...run,
    verdict: {
      ...run.verdict,
      results: run.verdict.results.map((result) => (result.rule === rule ? { ...result, status: 'failed' } : result)),
    },
  }
}

function unsigned(): Run {
  const run = passedRun()
  if (run.release === undefined) throw new Error('the passed run of the fixtures has a release')
  const { signature: _, ...release } = run.release
  return { ...run, release }
}

const failing = ({ controls: results }: Audit) =>
  results
    .filter(({ status }) => status === 'fail')
    .map(({ id }) => id)
    .toSorted()

describe('the corpus of bad files', () => {
  it('has at least sixty', () => {
    expect(bad.length).toBeGreaterThanOrEqual(60)
  })

  it.each(bad)('%s fails what it says, and nothing else', async (path) => {
    const document = await auditOf(path)
    expect(failing(document)).toEqual(expected(path))
    expect(document.outcome).toBe('failed')
  })

  it('triggers every control that can fail; what only a run shows, a rejected run triggers', async () => {
    const triggered = new Set([
      ...bad.flatMap(expected),
      ...failing(await auditOfRun(withFailed(rejectedRun(), 'base-pinned'))),
      ...failing(await auditOfRun(unsigned())),
    ])
    expect(
      controls.filter(({ id, neverFails }) => neverFails === undefined && !triggered.has(id)).map(({ id }) => id),
    ).toEqual([])
    expect(
      controls.filter(({ id, neverFails }) => neverFails !== undefined && triggered.has(id)).map(({ id }) => id),
    ).toEqual([])
  })
})

describe('the corpus of good files', () => {
  it.each(good)('%s fails nothing', async (path) => {
    const document = await auditOf(path)
    expect(failing(document)).toEqual([])
    expect(document.outcome).toBe('passed')
  })

  it.each(examples)('%s fails nothing but the tag of its base, which only a lock file fixes', async (path) => {
    const text = read(path)
    const base = 'gcr.io/distroless/' + (/^FROM gcr\.io\/distroless\/(\S+)$/m.exec(text)?.[1] ?? '')
    const lock = {
      bases: [
        {
          reference: base,
          digest: `sha256:${'0a'.repeat(32)}`,
          platforms: ['linux/amd64'],
          resolvedAt: now.toISOString(),
        },
      ],
    }
    const auditedWith = (locked: string | undefined) =>
      audit({
        files: [{ path, text, named: true }],
        open: async (other) => (other.endsWith('/loadline.lock.json') ? locked : undefined),
        now,
      })
    expect(failing(await auditedWith(undefined))).toEqual(['practice-image-tag'])
    expect(failing(await auditedWith(JSON.stringify(lock)))).toEqual([])
  })
})
