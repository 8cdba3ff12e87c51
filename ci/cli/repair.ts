import { dirname, join, resolve } from 'node:path'
import pc from 'picocolors'
import { repair as repairSource } from '../../pipelines/repair.ts'
import { exitCodeOf } from '../run/exit-code.ts'
import { defused } from '../../src/model/printable.ts'
import { withSmallerBases } from '../../src/bases/index.ts'
import { renderRepair, type Repaired } from '../../src/repair/index.ts'
import type { BuildOptions, DatabaseOptions, EngineOptions } from '../run/build-and-scan-options.ts'
import { beginRun, readGivenSource } from '../run/deliver-source.ts'
import { findEngine } from '../run/choose-engine.ts'
import type { PolicyOptions } from '../run/files/given-file.ts'
import { givenPolicy } from '../run/named-images.ts'
import { requireWritableFolder, writeFiles } from '../run/files/write-files.ts'
import { compareFiles, shownText } from '../run/scaffold-files.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { useColor } from '../show/color.ts'
import { renderDifferences } from '../show/differences.ts'
import { displayFor } from '../show/progress-display.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'
import { buildFlags, databaseFlags, engineFlags, policyFlags, sourceOperand } from './option-groups.ts'

interface RepairOptions extends PolicyOptions, BuildOptions, DatabaseOptions, EngineOptions {
  write: boolean
  json: boolean
}

/**
 * `loadline repair SOURCE`: shows, and with --write makes, the changes with which the image builds, starts, and gets a
 * better verdict. Returns the exit code of the repaired image's verdict.
 */
export const make = command<RepairOptions, [source: string]>({
  operands: [sourceOperand],
  flags: {
    write: toggle('write the changed files (default: nothing is written)'),
    ...policyFlags,
    ...buildFlags,
    ...databaseFlags,
    ...engineFlags,
    json: toggle('print both verdicts, the repairs and the files as JSON instead of the table and the diff'),
  },
  more: `Exit codes: 0 the repaired image passes; 1 it is still rejected; 2 usage or configuration; 3 could not decide.
Examples:
  loadline repair services/orders
  loadline repair . --write`,
  run: repair,
})

async function repair({ write, json, ...options }: RepairOptions, source: string): Promise<number> {
  const directory = resolve(source)
  const repaired = await repairGiven(source, options, displayFor({ progress: 'auto', quiet: false, json }), write)
  const compared = await compareFiles(directory, repaired.files, undefined, shownText)
  if (json) process.stdout.write(`${JSON.stringify(repaired, null, 2)}\n`)
  else {
    const colors = pc.createColors(useColor(process.stdout))
    const differences = renderDifferences(compared, colors)
    process.stdout.write(`${differences}${differences === '' ? '' : '\n'}${defused(renderRepair(repaired, colors))}`)
  }
  if (write) {
    // What is shown above is not lost if this fails.
    await compareFiles(directory, repaired.files)
    await writeFiles(directory, repaired.files, 'the repair')
  }
  if (!json) process.stdout.write(defused(hint(repaired, write)))
  return exitCodeOf(repaired.after)
}

/** Repairs a source, whose directory stays as it is. If files will be written to it, throws before the work if they cannot be. */
export async function repairGiven(
  source: string,
  options: PolicyOptions & BuildOptions & DatabaseOptions & EngineOptions,
  display: ReturnType<typeof displayFor>,
  isWritten: boolean,
): Promise<Repaired> {
  const startedAt = new Date()
  const read = await readGivenSource(source, options, startedAt)
  if (isWritten) {
    const { organisation, policy: application } = read.texts
    const call = read.dockerfile === undefined ? {} : { dockerfile: read.dockerfile }
    const policy = await givenPolicy(source, { organisation, application }, call, startedAt).catch(() => undefined)
    await requireWritable(resolve(source), policy?.build.dockerfile ?? 'Dockerfile')
  }
  const engine = await findEngine({
    say: display.say,
    images: async () => withSmallerBases(await read.images()),
    withoutCosign: true,
    address: options.engine,
    tools: options.tools,
  })
  return withTemporaryLog((logFile) =>
    withSession(engine, logFile, async () => {
      const { request } = await beginRun(read, engine, { startedAt, progress: display.progress, say: display.say })
      return repairSource(request)
    }),
  ).finally(() => display.stop())
}

/** Throws `REPORT` or `SOURCE` if a repaired Dockerfile could not be written where it is. */
export async function requireWritable(directory: string, dockerfile: string): Promise<void> {
  await compareFiles(directory, { [dockerfile]: '' })
  for (const folder of [directory, dirname(join(directory, dockerfile))])
    await requireWritableFolder(folder, 'the repair')
}

function hint({ files }: Repaired, written: boolean): string {
  const names = Object.keys(files)
  if (names.length === 0) return 'Nothing would be changed.\n'
  return written ? `Written: ${names.join(', ')}.\n` : `Nothing was written: --write changes ${names.join(', ')}.\n`
}
