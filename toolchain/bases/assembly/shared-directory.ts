import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

const underway = new Map<string, Promise<string>>()

/**
 * Returns the directory at `path`, filled once: bases assembled in parallel in this process wait for each other,
 * and an interrupted fill leaves nothing that looks finished. A lock must keep other processes out.
 *
 * @param fill fills an empty directory, which is then renamed to `path`.
 */
export async function sharedDirectory(path: string, fill: (directory: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path
  const running = underway.get(path)
  if (running !== undefined) return running
  const filling = fillDirectory(path, fill).finally(() => underway.delete(path))
  underway.set(path, filling)
  return filling
}

async function fillDirectory(path: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const unfinished = `${path}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(dirname(path), { recursive: true })
  await mkdir(unfinished)
  try {
    await fill(unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  return path
}
