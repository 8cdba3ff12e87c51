import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { withSession } from '../../ci/run/session.ts'
import { toolImage } from '../../src/engine/tool-image.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import type { tools } from '../../src/tools/images.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The directory of the programs that tests took out of their images. */
    toolPrograms: string
  }
}

/** One directory for the programs of a whole run, whichever test file takes them. */
export function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-programs-'))
  project.provide('toolPrograms', directory)
  return () => rmSync(directory, { recursive: true, force: true })
}

/** Takes the program of a tool out of its image, once in a run, to use it by hand as any consumer would. Gives its path. */
export async function takeProgram(name: keyof typeof tools): Promise<string> {
  const path = join(inject('toolPrograms'), name)
  if (existsSync(path)) return path
  const engine = await findEngine({ say: () => undefined })
  if (engine.lockFile === undefined) throw new Error('the tests need the lock file of the engine')
  const lock = parseSealedLock(readFileSync(engine.lockFile, 'utf8'), engine.lockFile)
  // Another file may take it at this moment: each finds a whole program or none.
  const taken = `${path}-${process.pid}`
  await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () => {
      const tool = await toolImage(lock, name)
      await tool.container.file(tool.program).export(taken)
    }),
  )
  chmodSync(taken, 0o755)
  renameSync(taken, path)
  return path
}
