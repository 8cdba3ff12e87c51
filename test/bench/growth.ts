import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { main } from '../../ci/cli/main.ts'
import { secondEngine } from '../engine/second-engine.ts'
import { growthTable, type Grown } from './growth-table.ts'
import { machine } from './machine.ts'
import { writeApplication } from './made-up-application.ts'

/**
 * `npm run bench:growth [-- --dimension NAME] [--steps 1,2,5] [--parallel N] [--engines 2]`: how time and memory grow with the number of services of one call, and with the size, the packages and the platforms of one image.
 * Each step is the whole command line in a process of its own, on an application that no cache knows, and then again on the same one. Its memory is what the kernel says of that process:
 * the engine and its tools have their own. The largest images take some 10 GB of the engine's disk.
 * With two engines the services are dealt out to both, each judged by a process of its own at the same time, and `loadline merge` makes one verdict of theirs. The second engine runs on this machine
 * as well, in a network of its own, and has judged one service before: what it shows is what spreading costs, and a gain only as far as one engine leaves cores idle.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const megabyte = 1_000_000
/** The sealed toolchain has a base for the first two only; where its publisher's can be had, `--dimension platforms --steps 1,2,3,4` takes all. An empty base is none: Dagger gives its image the engine's platform. */
const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x']

interface Dimension {
  unit: string
  steps: number[]
  /** Writes what is judged, and gives the sources. */
  write(directory: string, size: number): string[]
}

const one = { bytes: megabyte, packages: 10, platforms: ['linux/amd64'] }
const dimensions: Record<string, Dimension> = {
  services: {
    unit: 'services',
    steps: [1, 2, 5, 10, 20],
    write: (directory, size) =>
      Array.from({ length: size }, (_, index) => {
        const service = join(directory, `service-${index}`)
        writeApplication(service, one)
        return service
      }),
  },
  image: {
    unit: 'MB',
    steps: [50, 200, 500, 1_000, 2_000],
    write: (directory, size) => single(directory, { ...one, bytes: size * megabyte }),
  },
  packages: {
    unit: 'packages',
    steps: [100, 1_000, 10_000, 50_000],
    write: (directory, size) => single(directory, { ...one, packages: size }),
  },
  platforms: {
    unit: 'platforms',
    steps: [1, 2],
    write: (directory, size) => single(directory, { ...one, platforms: platforms.slice(0, size) }),
  },
}

const [mode, ...rest] = process.argv.slice(2)
if (mode === '--work') await work(rest)
else await bench()

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dimension: { type: 'string', multiple: true },
      steps: { type: 'string' },
      parallel: { type: 'string', default: '2' },
      engines: { type: 'string', default: '1' },
    },
  })
  const names = values.dimension ?? Object.keys(dimensions)
  process.stdout.write(
    `${machine()}; at most ${values.parallel} services at a time on each engine; engines: ${values.engines}.\n`,
  )
  const engines = await reachEngines(Number(values.engines))
  try {
    await measureAll(names, values, engines.reached)
  } finally {
    await engines.end()
  }
}

async function measureAll(
  names: readonly string[],
  values: { steps?: string | undefined; parallel: string },
  engines: readonly Reached[],
): Promise<void> {
  for (const name of names) {
    const dimension = dimensions[name]
    if (dimension === undefined)
      throw new TypeError(`the dimensions are ${Object.keys(dimensions).join(', ')}, found ${name}`)
    const rows: Grown[] = []
    for (const size of values.steps?.split(',').map(Number) ?? dimension.steps) {
      const row = await measure(dimension, size, { parallel: values.parallel, engines })
      process.stderr.write(
        `${size} ${dimension.unit}: ${row.first.toFixed(1)} s, again ${row.again.toFixed(1)} s, ${(row.memory / megabyte).toFixed(0)} MB\n`,
      )
      rows.push(row)
    }
    process.stdout.write(`\n${growthTable(dimension.unit, rows)}`)
  }
}

async function measure(
  { write }: Dimension,
  size: number,
  { parallel, engines }: { parallel: string; engines: readonly Reached[] },
): Promise<Grown> {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-growth-'))
  try {
    const sources = write(join(directory, 'sources'), size)
    const shares = engines
      .map((reached, turn) => ({
        reached,
        turn,
        sources: sources.filter((_, index) => index % engines.length === turn),
      }))
      .filter((share) => share.sources.length > 0)
    const run = async () => {
      const results = await Promise.all(
        shares.map(({ reached, turn, sources: own }) =>
          judge(join(directory, `report-${turn}`), [...own, ...reached, '--parallel', parallel]),
        ),
      )
      const begun = performance.now()
      if (shares.length > 1) {
        const reports = shares.flatMap(({ turn, sources: own }) =>
          own.map((source) =>
            own.length === 1 ? join(directory, `report-${turn}`) : join(directory, `report-${turn}`, basename(source)),
          ),
        )
        await execa(process.execPath, [
          join(root, 'ci/loadline.mjs'),
          'merge',
          ...reports,
          '--expect',
          ...sources.map((source) => basename(source)),
        ])
      }
      return {
        seconds: Math.max(...results.map(({ seconds }) => seconds)) + (performance.now() - begun) / 1_000,
        memory: Math.max(...results.map(({ memory }) => memory)),
      }
    }
    const first = await run()
    const again = await run()
    return { size, first: first.seconds, again: again.seconds, memory: Math.max(first.memory, again.memory) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** One process of the command line, which says something only where it does not pass; gives how long it took and the most memory that it had. */
async function judge(output: string, argv: readonly string[]): Promise<{ seconds: number; memory: number }> {
  const result = `${output}.json`
  await execa(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(import.meta.url),
      '--work',
      result,
      ...argv,
      '--output',
      output,
      '--progress',
      'none',
      '--quiet',
    ],
    { cwd: root, stdio: ['ignore', 2, 2] },
  )
  return JSON.parse(readFileSync(result, 'utf8')) as { seconds: number; memory: number }
}

/** Options of the command line by which an engine is reached. */
type Reached = readonly string[]

/** One engine or two, which have each judged a service: no first run pays for a tool that an engine has never had. */
async function reachEngines(count: number): Promise<{ reached: Reached[]; end(): Promise<void> }> {
  if (count !== 1 && count !== 2) throw new TypeError(`wanted 1 or 2 engines, found ${count}`)
  const { lockFile = '' } = await findEngine({ say: (line) => void process.stderr.write(`${line}\n`) })
  const second = count === 2 ? await secondEngine() : undefined
  const reached = [[], ...(second === undefined ? [] : [['--engine', second.address, '--lock', lockFile]])]
  const directory = mkdtempSync(join(tmpdir(), 'loadline-growth-'))
  try {
    await Promise.all(
      reached.map((options, turn) =>
        judge(join(directory, `report-${turn}`), [...single(join(directory, `service-${turn}`), one), ...options]),
      ),
    )
  } catch (error) {
    await second?.end()
    throw error
  } finally {
    rmSync(directory, { recursive: true })
  }
  return { reached, end: async () => second?.end() }
}

async function work([result = '', ...argv]: string[]): Promise<void> {
  const started = performance.now()
  const exitCode = await main(['build-and-scan', ...argv])
  // One that was not judged would be measured too short.
  if (exitCode !== 0) throw new Error(`the run exited with code ${exitCode}`)
  writeFileSync(
    result,
    JSON.stringify({ seconds: (performance.now() - started) / 1_000, memory: process.resourceUsage().maxRSS * 1_024 }),
  )
}

function single(directory: string, made: Parameters<typeof writeApplication>[1]): string[] {
  writeApplication(directory, made)
  return [directory]
}
