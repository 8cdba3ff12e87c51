import { join, resolve } from 'node:path'
import { compareBases } from '../../pipelines/bases.ts'
import { renderBases, renderRecord } from '../../src/bases/index.ts'
import { useColor } from '../show/color.ts'
import { beginRun, readGivenSource, type SourceOptions } from '../run/deliver-source.ts'
import { findEngine } from '../run/engine.ts'
import { displayFor } from '../show/progress-display.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { writeFiles } from '../run/write-files.ts'

/** The options of `loadline bases`. */
export interface BasesOptions extends Pick<
  SourceOptions,
  | 'policy'
  | 'organisation'
  | 'vulnerabilityDatabase'
  | 'lock'
  | 'engine'
  | 'file'
  | 'target'
  | 'platform'
  | 'buildArg'
  | 'buildSecret'
> {
  candidate: string[]
  output: string
  json: boolean
}

/** `loadline bases SOURCE`: measures the application on each candidate base, prints the table, and writes the decision as bases.json and bases.md. Exit code 0 where one could be chosen, 3 where none could. */
export async function bases(source: string, { candidate, output, json, ...options }: BasesOptions): Promise<number> {
  const display = displayFor({ progress: 'auto', quiet: false, json })
  const startedAt = new Date()
  const read = await readGivenSource(source, { ...options, label: [], tag: [], immutableTags: false }, startedAt)
  const engine = await findEngine({ say: display.say, images: [...read.images, ...candidate], address: options.engine })
  const comparison = await withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () => {
      const { request } = await beginRun(read, engine, { startedAt, progress: display.progress, say: display.say })
      return compareBases(request, candidate)
    }),
  ).finally(() => display.stop())
  const record = renderRecord(comparison)
  await writeFiles(resolve(output), record, 'the record')
  process.stdout.write(
    json
      ? (record['bases.json'] ?? '')
      : `${renderBases(comparison, { color: useColor(process.stdout) })}\nThe record: ${join(output, 'bases.md')}\n`,
  )
  return comparison.decision === undefined ? 3 : 0
}
