import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { findEngine } from '../../ci/run/engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { parseLock } from '../../src/stages/source/source.ts'
import type { tools } from '../../src/tools/images.ts'
import { toolImage } from '../../src/engine/tool-image.ts'
import { freePort } from './free-port.ts'

/** Takes the program of a tool out of its image, to use it by hand as any consumer would. */
export async function takeProgram(name: keyof typeof tools, directory: string): Promise<string> {
  const engine = await findEngine({ say: () => undefined })
  if (engine.lockFile === undefined) throw new Error('the tests need the lock file of the engine')
  const lock = parseLock(readFileSync(engine.lockFile, 'utf8'), engine.lockFile)
  const path = join(directory, name)
  await withSession(engine, join(directory, 'engine.log'), async () => {
    const tool = toolImage(lock, name)
    await tool.container.file(tool.program).export(path)
  })
  chmodSync(path, 0o755)
  return path
}

/** Serves an empty registry on loopback until the test ends; gives host and port. */
export async function serveRegistry(crane: string): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`
  const serving = execa(crane, ['registry', 'serve', '--address', address], { reject: false })
  onTestFinished(async () => {
    serving.kill()
    await serving
  })
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => undefined)
    if (answer?.ok) return address
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the registry does not answer at ${address}`)
}
