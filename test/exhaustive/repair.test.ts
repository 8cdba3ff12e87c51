import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { databaseOfToday } from '../engine/scaffold-gate.ts'
import { measuredOf, writeMeasured, type Measured } from './repair/measured.ts'
import { isBroken, writeRepairTable } from './repair/page.ts'
import { readShapes, type Shape } from './repair/shape.ts'
import { measureRepair } from './repair/trial.ts'

const directory = mkdtempSync(join(tmpdir(), 'loadline-of-today-'))
let database: Promise<void> | undefined
afterAll(() => {
  writeRepairTable()
  rmSync(directory, { recursive: true, force: true })
})

const byName = readShapes().map((shape) => [shape.name, shape] as const)

describe('loadline repair', () => {
  // A Rust application is compiled anew for each attempt.
  it.each(byName)('%s answers after it as before', { timeout: 3_600_000 }, async (_, shape) => {
    const trial = measuredOf(shape) ?? (await measured(shape))
    expect(isBroken(trial), JSON.stringify([trial.before.answers, trial.after.answers])).toBe(false)
  })
})

/** Each is put on record when it is known, so that an interrupted run goes on where it was. */
async function measured(shape: Shape): Promise<Measured> {
  database ??= databaseOfToday(directory)
  await database
  const found = await measureRepair(shape, directory, ({ stage, step, state, seconds, detail }) => {
    if (stage === 'build' && state !== 'started' && detail !== undefined)
      process.stdout.write(`${shape.name}: ${step}: ${detail} (${seconds} s)\n`)
  })
  writeMeasured(found)
  return found
}
