import { join, resolve } from 'node:path'
import { compareBases } from '../../pipelines/bases.ts'
import { renderBases, renderRecord } from '../../src/bases/index.ts'
import { useColor } from '../show/color.ts'
import type { BuildOptions, DatabaseOptions, EngineOptions } from '../run/build-and-scan-options.ts'
import { beginRun, readGivenSource } from '../run/deliver-source.ts'
import { findEngine } from '../run/choose-engine.ts'
import type { PolicyOptions } from '../run/files/given-file.ts'
import { displayFor } from '../show/progress-display.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { writeFiles } from '../run/files/write-files.ts'
import { command } from './command.ts'
import { list, shaped, single, toggle } from './flag.ts'
import { buildFlags, databaseFlags, engineFlags, platforms, policyFlags } from './option-groups.ts'

interface BasesOptions extends PolicyOptions, BuildOptions, DatabaseOptions, EngineOptions {
  candidate: string[]
  output: string
  json: boolean
}

/**
 * `loadline bases SOURCE`: measures the application on each candidate base, prints the table, and writes the decision
 * as bases.json and bases.md. Exit code 0 if one could be chosen, 3 if none could.
 */
export const make = command<BasesOptions, [source: string]>({
  operands: [
    {
      spelling: '[source]',
      description: 'directory with a Dockerfile; the base of its shipped stage is replaced',
      initial: '.',
    },
  ],
  flags: {
    candidate: list(
      'reference',
      "base to try (default: full, slim, alpine, distroless and hardened bases for the current base's runtime)",
      shaped(/[:@]/),
    ),
    ...policyFlags,
    output: single('directory', 'directory for bases.json and bases.md', 'loadline-report'),
    ...buildFlags,
    platform: platforms("only the first is used (default: the policy's)"),
    ...databaseFlags,
    ...engineFlags,
    json: toggle('print bases.json instead of the table'),
  },
  more: `Exit codes: 0 a base could be chosen; 2 usage or configuration; 3 the application did not start on any of them.
Examples:
  loadline bases services/orders
  loadline bases --candidate docker.io/library/debian:12-slim,gcr.io/distroless/base-debian12:nonroot .`,
  run: bases,
})

async function bases({ candidate, output, json, ...options }: BasesOptions, source: string): Promise<number> {
  const display = displayFor({ progress: 'auto', quiet: false, json })
  const startedAt = new Date()
  const read = await readGivenSource(source, options, startedAt)
  const engine = await findEngine({
    say: display.say,
    images: async () => [...(await read.images()), ...candidate],
    withoutCosign: true,
    address: options.engine,
    tools: options.tools,
  })
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
