import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Rendering } from '../../../src/audit/index.ts'
import { readNamed } from '../files/read-file.ts'
import { findProgram, render } from './renderer.ts'

/** Limits: files of a chart, and their total size in bytes. */
const mostFiles = 5_000
const mostBytes = 64 * 1_048_576

/**
 * Renders a chart with `helm template` and its own values. They are not validated by their schema, because a schema can
 * refer to something that would have to be fetched. Dependencies must be included in the chart.
 */
export async function renderChart(directory: string, roots: readonly string[]): Promise<Rendering> {
  const helm = await findProgram('helm', roots)
  if (helm === undefined) return { why: 'helm is not installed' }
  const files = await filesOf(directory)
  if (files === undefined)
    return { why: `it has more than ${mostFiles} files, is larger than 64 MiB, or has a file that cannot be read` }
  const rendering = await render({
    program: helm,
    argv: (copy) => ['template', 'release', copy, '--skip-schema-validation'],
    files,
    by: 'helm template',
  })
  if ('why' in rendering && /unknown flag: --skip-schema-validation/.test(rendering.why))
    return { why: 'helm is older than 3.16, and may fetch schemas to check the values' }
  return rendering
}

/**
 * Every regular file below a directory, without links, because Helm would follow them. Undefined if there are too many,
 * or one cannot be read.
 */
async function filesOf(directory: string): Promise<Map<string, Buffer> | undefined> {
  const files = new Map<string, Buffer>()
  const waiting = [directory]
  let bytes = 0
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    const entries = await readdir(current, { withFileTypes: true }).catch(() => undefined)
    if (entries === undefined) return undefined
    for (const entry of entries) {
      const path = join(current, entry.name)
      if (entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules') waiting.push(path)
      if (!entry.isFile()) continue
      const content = files.size < mostFiles ? await readNamed(path, mostBytes).catch(() => undefined) : undefined
      bytes += content?.length ?? 0
      if (content === undefined || bytes > mostBytes) return undefined
      files.set(relative(directory, path), content)
    }
  }
  return files
}
