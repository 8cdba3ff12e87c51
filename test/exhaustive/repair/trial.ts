import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { findEngine } from '../../../ci/run/choose-engine.ts'
import { beginRun, readGivenSource } from '../../../ci/run/deliver-source.ts'
import { withTemporaryLog } from '../../../ci/run/session-log.ts'
import { withSession } from '../../../ci/run/session.ts'
import { repair } from '../../../pipelines/repair.ts'
import { withSmallerBases } from '../../../src/bases/index.ts'
import type { Progress } from '../../../src/engine/progress.ts'
import type { Run } from '../../../src/model/index.ts'
import type { Repaired } from '../../../src/repair/index.ts'
import { answersOf } from './answers.ts'
import type { Answers, Measured, Side } from './measured.ts'
import { codeDigest, shapeDigest, type Shape } from './shape.ts'

/** More of one rule are of one kind. */
const shownViolations = 5

/**
 * Repairs an application under the default policy, and starts it before and after, with and without hardening, in a way
 * of its own: neither the image's health check nor what the repair has seen counts. `database` is a directory for
 * --vulnerability-database.
 */
export async function measureRepair(shape: Shape, database: string, progress: Progress): Promise<Measured> {
  const startedAt = new Date()
  const parent = mkdtempSync(join(tmpdir(), 'loadline-repair-'))
  try {
    const source = await clone(shape, join(parent, shape.name))
    const read = await readGivenSource(source, { vulnerabilityDatabase: database }, startedAt)
    const engine = await findEngine({
      say: () => undefined,
      images: async () => withSmallerBases(await read.images()),
      withoutCosign: true,
    })
    return await withTemporaryLog((logFile) =>
      withSession(engine, logFile, async () => {
        const { request } = await beginRun(read, engine, { startedAt, progress, say: () => undefined })
        const before = await answersOf(request, shape, {})
        const repaired = await repair(request)
        const after = await answersOf(request, shape, repaired.files)
        return told(shape, startedAt, repaired, { before, after })
      }),
    )
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

/** The sources as people have them: in a clone with a remote. */
async function clone({ name, files }: Shape, directory: string): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const git = (...argv: string[]) =>
    execa('git', ['-C', directory, '-c', 'user.name=trial', '-c', 'user.email=trial@example.com', ...argv])
  await git('init', '--quiet')
  await git('remote', 'add', 'origin', `https://git.example.com/trials/${name}`)
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'As given')
  return directory
}

function told(
  shape: Shape,
  startedAt: Date,
  { before, after, kept, left, remains, rebuild }: Repaired,
  answered: { before: Answers; after: Answers },
): Measured {
  return {
    shape: shape.name,
    shapeDigest: shapeDigest(shape),
    codeDigest,
    day: startedAt.toISOString().slice(0, 10),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    before: side(before, answered.before, rebuild?.before),
    after: side(after, answered.after, rebuild?.after),
    kept: kept.map(({ repair: id }) => id),
    dropped: left.map(({ repair: id, why }) => ({ repair: id, why })),
    remains,
  }
}

function side({ outcome, verdict, evidence, failure }: Run, answered: Answers, rebuild: number | undefined): Side {
  const cells = evidence?.platforms[0]?.evidence
  const size = cells?.size.status === 'collected' ? cells.size.value : undefined
  const found = cells?.vulnerabilities.status === 'collected' ? cells.vulnerabilities.value : undefined
  const no = (verdict?.results ?? []).filter(({ status }) => status === 'failed' || status === 'undecided')
  return {
    outcome: failure === undefined ? outcome : `${outcome}: ${failure.message.split('\n')[0] ?? ''}`,
    no: no.map(({ rule }) => rule),
    found: Object.fromEntries(
      no.map(({ rule, violations }) => [rule, violations.slice(0, shownViolations).map(({ id }) => id)]),
    ),
    answers: answered,
    ...(size === undefined ? {} : { unpacked: size.unpacked }),
    ...(found === undefined ? {} : { findings: found.findings.length, packages: found.packageCount }),
    ...(rebuild === undefined ? {} : { rebuild: Math.round(rebuild * 10) / 10 }),
  }
}
