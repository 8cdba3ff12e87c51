import { randomUUID } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { dag } from '@dagger.io/dagger'
import { execa } from 'execa'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { reachRegistry } from '../../ci/run/reach-registry.ts'
import { withSession } from '../../ci/run/session.ts'
import { withTemporaryLog } from '../../ci/run/session-log.ts'
import { deliver } from '../../pipelines/deliver.ts'
import { parseCacheScope } from '../../src/stages/build/build.ts'
import type { ProgressEvent } from '../../src/engine/progress.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { toolImage } from '../../src/engine/tool-image.ts'
import { locateCache } from '../../toolchain/cache.ts'
import { craneProgram } from '../programs/modules.ts'
import { compileOnDemand } from '../../toolchain/programs-on-demand.ts'
import { carefulScript, type StepTimes } from './careful-script.ts'
import { criticalPath, type Span } from './critical-path.ts'
import { machine } from './machine.ts'
import { median } from './median.ts'
import { freePort } from '../engine/free-port.ts'

/**
 * `npm run bench [-- --rounds N]`: Loadline beside the script that a careful engineer would write (careful-script.ts), on the same engine, application, tools and database, in alternation.
 * Three cases: cold (a changed dependency list, so that nothing of this application is cached), one changed source line, nothing changed. Prints medians in seconds, their ratios,
 * Loadline's critical path, and where its time goes. Beside them runs the same script made thorough: it also collects what Loadline collects besides, attests and verifies. Each run has an engine session of its own, or the session itself would remember.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    application: { type: 'string', default: 'examples/fastapi-postgres' },
  },
})
const cases = ['cold', 'one line changed', 'nothing changed'] as const
type Case = (typeof cases)[number]
const contenders = ['loadline', 'script', 'thorough script'] as const
type Contender = (typeof contenders)[number]

interface Measured {
  seconds: number
  steps: StepTimes
  spans: Span[]
}

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
await inSession(async () => {
  const { container, program } = await toolImage(lock, 'cosign')
  await container.file(program).export(join(directory, 'cosign'))
})
await execa('chmod', ['+x', join(directory, 'cosign')])
const { crane } = await compileOnDemand(craneProgram, locateCache(), () => undefined, say)
await execa(join(directory, 'cosign'), ['generate-key-pair'], {
  cwd: directory,
  env: { COSIGN_PASSWORD: '' },
  stdin: 'ignore',
})
// Its program makes no directory.
mkdirSync(join(directory, 'registry'))
const serving = execa(crane, ['registry', 'serve', '--address', registry, '--disk', join(directory, 'registry')], {
  reject: false,
})
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Who goes first changes: what the machine keeps in memory favours the second.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const application = join(directory, `${contender.replace(' ', '-')}-${round}`)
      cpSync(join(root, values.application), application, { recursive: true })
      for (const situation of cases) {
        change(application, situation)
        const result = await measure(contender, application)
        measured[contender][situation].push(result)
        say(`round ${round + 1}, ${situation}, ${contender}: ${result.seconds.toFixed(2)} s`)
      }
      rmSync(application, { recursive: true })
    }
  }
} finally {
  serving.kill()
  await serving
  rmSync(directory, { recursive: true })
}
process.stdout.write(table())

/** Changes the application as the case says; a comment is enough for every cache to see another file. */
function change(application: string, situation: Case): void {
  if (situation === 'cold') appendFileSync(join(application, 'requirements.txt'), `# ${randomUUID()}\n`)
  if (situation === 'one line changed') appendFileSync(join(application, 'catalog/items.py'), `# ${randomUUID()}\n`)
}

async function measure(contender: Contender, application: string): Promise<Measured> {
  const spans: Span[] = []
  let steps: StepTimes = []
  let seconds = 0
  await inSession(async () => {
    const target = await reachRegistry(`${registry}/bench/${contender.replace(' ', '-')}:1.0.0`, {})
    const key = dag.setSecret('bench-key', readFileSync(join(directory, 'cosign.key'), 'utf8'))
    const source = dag.host().directory(application)
    const started = performance.now()
    if (contender !== 'loadline')
      steps = await carefulScript({
        directory: source,
        target,
        key,
        publicKey: readFileSync(join(directory, 'cosign.pub'), 'utf8'),
        lock,
        crane,
        thorough: contender !== 'script',
      })
    else {
      const now = new Date()
      const progress = (event: ProgressEvent) => {
        const name = `${event.stage} ${event.step}`.trim()
        const at = (performance.now() - started) / 1_000
        if (event.state === 'started') spans.push({ name, from: at, to: Number.NaN })
        else for (const span of spans) if (span.name === name && Number.isNaN(span.to)) span.to = at
      }
      const { run } = await deliver(
        {
          directory: source,
          buildSecrets: new Map(),
          cacheScope: parseCacheScope('bench'),
          lock,
          now,
          progress,
          version: '1.0.0',
        },
        { target, tags: { rules: [], immutable: false }, signer: { kind: 'key', key } },
      )
      if (run.outcome !== 'passed' || run.release === undefined)
        throw new Error(`the run was to pass and be released: ${run.outcome}, ${run.failure?.message ?? ''}`)
      steps = spans.map(({ name, from, to }) => ({ name, seconds: to - from }))
    }
    seconds = (performance.now() - started) / 1_000
  })
  return { seconds, steps, spans }
}

function inSession(work: () => Promise<void>): Promise<void> {
  return withTemporaryLog((log) => withSession(engine, log, work))
}

function table(): string {
  const lines = [
    `Loadline and a careful script, ${values.application}, medians of ${values.rounds} rounds in seconds. ${machine()}, Dagger ${lock.tools['dagger']?.version ?? '0.21'}.`,
    '',
  ]
  lines.push(
    '| case | Loadline | script | ratio | without the build | script without the build | ratio | thorough script | ratio | critical path | whole / critical path |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  )
  for (const situation of cases) {
    const [ours, theirs, thorough] = contenders.map((contender) => measured[contender][situation])
    if (ours === undefined || theirs === undefined || thorough === undefined) throw new TypeError('there are three')
    const whole = (all: Measured[]) => median(all.map(({ seconds }) => seconds))
    const rest = (all: Measured[], build: RegExp) =>
      median(all.map(({ seconds, steps }) => seconds - sum(steps.filter(({ name }) => build.test(name)))))
    const path = median(ours.map(({ spans }) => criticalPath(spans)))
    const [a, b, c, d] = [whole(ours), whole(theirs), rest(ours, /^build\b/), rest(theirs, /^(build|save)$/)]
    const e = whole(thorough)
    lines.push(
      `| ${situation} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(a / b).toFixed(2)} | ${c.toFixed(2)} | ${d.toFixed(2)} | ${(c / d).toFixed(2)} | ${e.toFixed(2)} | ${(a / e).toFixed(2)} | ${path.toFixed(2)} | ${(a / path).toFixed(2)} |`,
    )
  }
  for (const contender of contenders) {
    const names = measured[contender].cold[0]?.steps.map(({ name }) => name) ?? []
    lines.push(
      '',
      `| step of ${contender === 'loadline' ? 'Loadline' : `the ${contender}`} | ${cases.join(' | ')} |`,
      `| --- |${' ---: |'.repeat(cases.length)}`,
    )
    for (const name of names) {
      const times = cases.map((situation) =>
        median(
          measured[contender][situation].map(
            ({ steps }) => steps.find((step) => step.name === name)?.seconds ?? Number.NaN,
          ),
        ).toFixed(2),
      )
      lines.push(`| ${name} | ${times.join(' | ')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function sum(steps: StepTimes): number {
  return steps.reduce((total, { seconds }) => total + seconds, 0)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
