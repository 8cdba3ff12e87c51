import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pinPrograms } from '../../pipelines/pin-programs.ts'
import { refreshPins, type Refreshed } from '../../pipelines/refresh-pins.ts'
import { DeliveryError } from '../../src/model/errors.ts'
import { limits } from '../../src/model/limits.ts'
import { firstLine } from '../../src/engine/run-tool.ts'
import { readRun } from '../../src/report/index.ts'
import { nameValues } from '../../src/image-metadata/index.ts'
import { readChecksums } from '../../src/tools/admissible.ts'
import { confidence, type Pins } from '../../src/tools/pins.ts'
import { download } from '../run/download.ts'
import { readGiven } from '../run/files/given-file.ts'
import { writeFiles } from '../run/files/write-files.ts'
import { findEngine } from '../run/choose-engine.ts'
import { givenPins } from '../run/given-pins.ts'
import { withTemporaryLog } from '../run/session-log.ts'
import { withSession } from '../run/session.ts'
import { command } from './command.ts'
import { repeated, shaped, single, toggle } from './flag.ts'
import { engineFlags } from './option-groups.ts'

interface ToolsOptions {
  output?: string
  tools?: string
  released: string[]
  withoutSignatures: boolean
  programs?: string
  engine?: string
}

/**
 * `loadline tools`: shows what is pinned and how well confirmed; with --output asks every publisher again, and writes the pins to a file;
 * with --programs too, pins only the image of Loadline's own programs that a release run published.
 * Exit code 0, or 3 if one was refused: its earlier pin is kept, and the others are still written.
 */
export const make = command<ToolsOptions>({
  flags: {
    output: single('file', 'ask every publisher again, start each tool, and write the pins to this file'),
    tools: engineFlags.tools,
    released: repeated(
      'name=day',
      "a release's date as its publisher states it, for an image without one",
      shaped(/^[a-z-]+=\d/),
    ),
    withoutSignatures: toggle("skip the publishers' signatures, which need the public Sigstore"),
    programs: single(
      'verdict',
      "ask nobody, and pin Loadline's own programs as the run of this verdict.json published them",
    ),
    engine: engineFlags.engine,
  },
  more: `Exit codes: 0 everything is pinned; 3 a tool was refused, and keeps its earlier pin.
Examples:
  loadline tools
  loadline tools --output pins.json --released cosign=2026-08-01`,
  run: tools,
})

async function tools(options: ToolsOptions): Promise<number> {
  const earlier = await givenPins(options.tools)
  if (options.output === undefined) {
    process.stdout.write(listed(earlier))
    return 0
  }
  if (options.programs !== undefined) {
    const text = await readGiven({ path: options.programs, what: 'report', code: 'LOCK', most: limits.report })
    await writePins(options.output, pinPrograms(earlier, readRun(text, options.programs), new Date()))
    return 0
  }
  const engine = await findEngine({
    say: (line) => void process.stderr.write(`${line}\n`),
    address: options.engine,
    tools: options.tools,
  })
  if (engine.lockFile !== undefined)
    throw new DeliveryError(
      'LOCK',
      "pins are digests of the publishers' own images, but this engine serves substitutes for them",
      'Run "loadline tools --output" on a network that reaches the container registries.',
    )
  const now = new Date()
  const refreshed = await withTemporaryLog((log) =>
    withSession(engine, log, () =>
      refreshPins({ earlier, released: releaseDays(options.released), signatures: !options.withoutSignatures, now }),
    ),
  )
  const { pins, refused } = await withCli(refreshed, now)
  await writePins(options.output, pins)
  for (const { name, error } of refused)
    process.stderr.write(`not pinned again: ${name}: ${error.message}\n  ${error.hint}\n`)
  return refused.length === 0 ? 0 : 3
}

async function writePins(path: string, pins: Pins): Promise<void> {
  await writeFiles(dirname(path), { [basename(path)]: `${JSON.stringify(pins, null, 2)}\n` }, 'the pins')
  process.stdout.write(listed(pins))
}

function releaseDays(entries: readonly string[]): Map<string, Date> {
  return new Map(
    Object.entries(nameValues(entries, '--released')).map(([name, day]) => {
      const date = new Date(`${day}T00:00:00Z`)
      if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(date.getTime()))
        throw new DeliveryError('USAGE', `expected a date, found "${day}"`, 'Write --released NAME=2026-11-01.')
      return [name, date]
    }),
  )
}

/** The checksums of the Dagger CLI, from its publisher; if they cannot be fetched, the earlier ones are kept, with a message. */
export async function withCli({ pins, refused }: Refreshed, now: Date): Promise<Refreshed> {
  const directory = await mkdtemp(join(tmpdir(), 'loadline-tools-'))
  try {
    const path = join(directory, 'checksums.txt')
    const { version } = pins.cli
    await download(`https://dl.dagger.io/dagger/releases/${version}/checksums.txt`, path, {
      most: limits.written,
    })
    const archives = readChecksums(
      await readGiven({ path, what: 'checksum', code: 'LOCK' }),
      version,
      Object.keys(pins.cli.archives),
    )
    return {
      pins: { ...pins, cli: { version, archives, found: { how: 'resolved', on: now.toISOString().slice(0, 10) } } },
      refused,
    }
  } catch (error) {
    const fault =
      error instanceof DeliveryError
        ? error
        : new DeliveryError(
            'LOCK',
            `failed to fetch the checksums of the Dagger CLI: ${firstLine(error)}`,
            'Check the network, and run again.',
          )
    return { pins, refused: [...refused, { name: 'dagger', error: fault }] }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function listed({ tools: all, cli }: Pins): string {
  const rows = [
    ...Object.entries(all).map(([name, { version, reference, digest, found }]) => [
      name,
      version,
      confidence(found),
      `${reference}@${digest}`,
    ]),
    ['dagger', cli.version, confidence(cli.found), `for ${Object.keys(cli.archives).join(', ')}`],
  ]
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const widths = [0, 1, 2].map(width)
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('')
}
