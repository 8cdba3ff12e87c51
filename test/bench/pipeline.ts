import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { dag } from '@dagger.io/dagger'
import { execa } from 'execa'
import { parseDocument } from 'yaml'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { toolImage } from '../../src/engine/tool-image.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { craneProgram } from '../programs/modules.ts'
import { compileOnDemand } from '../../toolchain/programs-on-demand.ts'
import { besideTrivy } from './beside-trivy.ts'
import { bundledScript, contenders, runContender, type Contender, type Measured } from './contenders.ts'
import { criticalPath } from './critical-path.ts'
import { goalsTable, measureCall, measureScale } from './goals.ts'
import { machine } from './machine.ts'
import { median } from './median.ts'
import { freePort } from '../engine/free-port.ts'

/**
 * `npm run bench [-- --rounds N] [--no-goals]`: Loadline beside the script that a careful engineer would write (careful-script.ts), on the same engine, application, tools and database, in alternation, each
 * run a whole process. Three cases: cold (a changed dependency list, so that nothing of this application is cached), one changed source line, nothing changed. Beside them runs the same script made thorough: it
 * also collects what Loadline collects besides, attests and verifies. Prints medians in seconds, their ratios, Loadline's critical path, where the time goes, and the goals for speed with the figures of this run.
 * The policy lets a run of the image count for a day (`--reuse`; `--reuse 0s`: never), which concerns only the last case.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    application: { type: 'string', default: 'examples/fastapi-postgres' },
    reuse: { type: 'string', default: '24h' },
    goals: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const cases = ['cold', 'one line changed', 'nothing changed'] as const
type Case = (typeof cases)[number]

const engine = await findEngine({ say })
if (engine.lockFile === undefined) throw new Error('the benchmark needs the lock file of a sealed engine')
const lock = parseSealedLock(readFileSync(engine.lockFile, 'utf8'), engine.lockFile)
const directory = mkdtempSync(join(tmpdir(), 'loadline-bench-'))
const nothing = (): Record<Case, Measured[]> => ({ cold: [], 'one line changed': [], 'nothing changed': [] })
const measured: Record<Contender, Record<Case, Measured[]>> = {
  loadline: nothing(),
  script: nothing(),
  'thorough script': nothing(),
}
const registry = `127.0.0.1:${await freePort()}`
const programs = await programsByHand('cosign', 'trivy')
const { crane } = await compileOnDemand(craneProgram, locateCache(), () => undefined, say)
await execa(programs.cosign, ['generate-key-pair'], { cwd: directory, env: { COSIGN_PASSWORD: '' }, stdin: 'ignore' })
// Its program makes no directory.
mkdirSync(join(directory, 'registry'))
const serving = execa(crane, ['registry', 'serve', '--address', registry, '--disk', join(directory, 'registry')], {
  reject: false,
})
try {
  await measureAll(await bundledScript())
  process.stdout.write(table())
  if (values.goals) {
    const { loadline } = measured
    const starts = cases.flatMap((situation) =>
      loadline[situation].map(({ spans }) => spans.find(({ name }) => name === 'source')?.from ?? Number.NaN),
    )
    process.stdout.write(
      goalsTable({
        ratios: cases.map((situation) => ratios(situation)),
        start: median(starts),
        call: await measureCall(say),
        scale: await measureScale(),
        growth: await besideTrivy({ trivy: programs.trivy, database: join(directory, 'database') }, say),
      }),
    )
  }
} finally {
  serving.kill()
  await serving
  rmSync(directory, { recursive: true })
}

async function measureAll(script: string): Promise<void> {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Who goes first changes: what the machine keeps in memory favours the second.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const application = join(directory, `${contender.replace(' ', '-')}-${round}`)
      cpSync(join(root, values.application), application, { recursive: true })
      allowReuse(join(application, 'loadline.yaml'))
      for (const situation of cases) {
        change(application, situation)
        const result = await runContender(contender, script, {
          application,
          // A round's first image is released for the first time.
          reference: `${registry}/bench/${contender.replace(' ', '-')}-${round}:1.0.0`,
          key: join(directory, 'cosign.key'),
          publicKey: join(directory, 'cosign.pub'),
          crane,
          thorough: contender !== 'script',
        })
        measured[contender][situation].push(result)
        say(`round ${round + 1}, ${situation}, ${contender}: ${result.seconds.toFixed(2)} s`)
      }
      rmSync(application, { recursive: true })
    }
  }
}

/** Tools of the lock file as programs on this machine, and the database of the examples. */
async function programsByHand<Name extends 'cosign' | 'trivy'>(...names: Name[]): Promise<Record<Name, string>> {
  await withTemporaryLog((log) =>
    withSession(engine, log, async () => {
      for (const name of names) {
        const { container, program } = await toolImage(lock, name)
        await container.file(program).export(join(directory, name))
      }
      if (lock.exampleDatabase === undefined) throw new Error('the benchmark needs the database of the examples')
      await dag.container().from(lock.exampleDatabase.reference).rootfs().export(join(directory, 'database'))
    }),
  )
  for (const name of names) await execa('chmod', ['+x', join(directory, name)])
  return Object.fromEntries(names.map((name) => [name, join(directory, name)])) as Record<Name, string>
}

function allowReuse(path: string): void {
  const policy = parseDocument(readFileSync(path, 'utf8'))
  policy.setIn(['runtime', 'reuse'], values.reuse)
  writeFileSync(path, String(policy))
}

/** Changes the application as the case says; a comment is enough for every cache to see another file. */
function change(application: string, situation: Case): void {
  if (situation === 'cold') appendFileSync(join(application, 'requirements.txt'), `# ${randomUUID()}\n`)
  if (situation === 'one line changed') appendFileSync(join(application, 'catalog/items.py'), `# ${randomUUID()}\n`)
}

function whole(contender: Contender, situation: Case): number {
  return median(measured[contender][situation].map(({ seconds }) => seconds))
}

function ratios(situation: Case): { script: number; thorough: number } {
  const ours = whole('loadline', situation)
  return { script: ours / whole('script', situation), thorough: ours / whole('thorough script', situation) }
}

function table(): string {
  const lines = [
    `Loadline and a careful script, ${values.application}, medians of ${values.rounds} rounds in seconds. ${machine()}, Dagger ${lock.tools['dagger']?.version ?? '0.21'}, runtime.reuse ${values.reuse}.`,
    '',
    '| case | Loadline | script | ratio | thorough script | ratio | whole / critical path |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ]
  for (const situation of cases) {
    const ours = whole('loadline', situation)
    const path = median(measured.loadline[situation].map(({ spans }) => criticalPath(spans)))
    const { script, thorough } = ratios(situation)
    lines.push(
      `| ${situation} | ${ours.toFixed(2)} | ${whole('script', situation).toFixed(2)} | ${script.toFixed(2)} | ${whole('thorough script', situation).toFixed(2)} | ${thorough.toFixed(2)} | ${(ours / path).toFixed(2)} |`,
    )
  }
  return `${[...lines, ...contenders.flatMap(stepsOf)].join('\n')}\n`
}

function stepsOf(contender: Contender): string[] {
  const names = measured[contender].cold[0]?.steps.map(({ name }) => name) ?? []
  const rows = names.map((name) => {
    const times = cases.map((situation) => {
      const all = measured[contender][situation]
      return median(all.map(({ steps }) => steps.find((step) => step.name === name)?.seconds ?? Number.NaN)).toFixed(2)
    })
    return `| ${name} | ${times.join(' | ')} |`
  })
  const head = `| step of ${contender === 'loadline' ? 'Loadline' : `the ${contender}`} | ${cases.join(' | ')} |`
  return ['', head, `| --- |${' ---: |'.repeat(cases.length)}`, ...rows]
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
