import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { machine } from './machine.ts'
import { median } from './median.ts'

/**
 * `npm run bench:start [-- --rounds N]`: how long Loadline takes to start by its two faces, in alternation, on an application that the engine knows already, so that little but the start is left.
 * Every run is a process of its own, from `node` to its exit. `functions` is what `dagger call` needs as well before the function runs: session, module, types. Prints medians in seconds and what each takes over
 * the command line.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    application: { type: 'string', default: 'examples/go-service' },
  },
})
const directory = mkdtempSync(join(tmpdir(), 'loadline-bench-'))
const contenders = {
  'build-and-scan': [
    'build-and-scan',
    values.application,
    '--output',
    join(directory, 'report'),
    '--progress',
    'none',
    '--quiet',
  ],
  'dagger call assess': ['dagger', '--silent', 'call', 'assess', '--source', values.application, 'verdict'],
  'dagger functions': ['dagger', '--silent', 'functions'],
  'dagger core version': ['dagger', '--silent', 'core', 'version'],
} as const
type Contender = keyof typeof contenders

const names = Object.keys(contenders) as Contender[]
const measured = new Map<Contender, number[]>(names.map((name) => [name, []]))
try {
  // The first round fills the caches and does not count.
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    // Who goes first changes: what the machine keeps in memory favours the second.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const seconds = await run(name)
      if (round > 0) measured.get(name)?.push(seconds)
      process.stderr.write(`${round === 0 ? 'warming up' : `round ${round}`}, ${name}: ${seconds.toFixed(2)} s\n`)
    }
  }
} finally {
  rmSync(directory, { recursive: true })
}
process.stdout.write(table())

/** One that failed would be measured too short. */
async function run(name: Contender): Promise<number> {
  const started = performance.now()
  await execa(process.execPath, [join(root, 'ci/loadline.mjs'), ...contenders[name]], {
    cwd: root,
    stdin: 'ignore',
    env: { NO_COLOR: '1', npm_command: '' },
  })
  return (performance.now() - started) / 1_000
}

function table(): string {
  const of = (name: Contender) => median(measured.get(name) ?? [])
  const commandLine = of('build-and-scan')
  return [
    `The start of both faces, ${values.application}, nothing changed, medians of ${values.rounds} rounds in seconds. ${machine()}, load ${loadavg()[0]?.toFixed(1)}.`,
    '',
    '| | median | least | most | over build-and-scan | ratio |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...names.map((name) => {
      const all = measured.get(name) ?? []
      return `| ${name} | ${of(name).toFixed(2)} | ${Math.min(...all).toFixed(2)} | ${Math.max(...all).toFixed(2)} | ${(of(name) - commandLine).toFixed(2)} | ${(of(name) / commandLine).toFixed(2)} |`
    }),
    '',
  ].join('\n')
}
