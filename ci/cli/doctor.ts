import { join } from 'node:path'
import { createColors } from 'picocolors'
import { DeliveryError } from '../../src/model/errors.ts'
import type { Lock } from '../../src/model/index.ts'
import { decidePolicy, type Policy } from '../../src/policy/index.ts'
import { lockName, parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { checkDockerfile } from '../../src/stages/source/chosen-dockerfile.ts'
import { isCheckout } from '../../src/engine/package-root.ts'
import { externalImages } from '../../src/formats/dockerfile/external-images.ts'
import { fileError, kindOfGiven, readGiven } from '../run/files/given-file.ts'
import { FileFault, noteApplication } from '../run/files/physical-path.ts'
import { limits, readBelow } from '../run/files/read-file.ts'
import { readConnected } from '../run/pinning.ts'
import { useColor } from '../show/color.ts'
import { pinRemarks, type Remark } from '../run/pin-remarks.ts'
import { requireEngine } from '../run/engine-answers.ts'
import { findRuntime, unusableError, type ContainerRuntime, type UnusableRuntime } from '../run/container-runtime.ts'
import { sealed, sealedIsMade } from '../run/choose-engine.ts'
import type { EngineOptions } from '../run/build-and-scan-options.ts'
import { command } from './command.ts'
import { toggle } from './flag.ts'
import { engineFlags, sourceOperand } from './option-groups.ts'

interface DoctorOptions extends EngineOptions {
  json: boolean
}

/**
 * `loadline doctor [SOURCE]`: what is installed, what is missing, and what is pinned since when. Changes and fetches
 * nothing. Exit code 0 if a run could start, 3 if not.
 */
export const make = command<DoctorOptions, [source: string]>({
  operands: [sourceOperand],
  flags: { ...engineFlags, json: toggle('print it as JSON') },
  more: `Exit codes: 0 a run can start; 3 something that it needs is missing or not pinned.
Example:
  loadline doctor services/orders`,
  run: doctor,
})

async function doctor(options: DoctorOptions, source: string): Promise<number> {
  const now = new Date()
  noteApplication(source)
  const remarks = [
    nodeRemark(),
    ...(await engineRemarks(options.engine)),
    ...(await sourceRemarks(source, options, now)),
  ]
  const healthy = remarks.every(({ state }) => state !== 'missing')
  const width = Math.max(...remarks.map(({ subject }) => subject.length))
  if (options.json) process.stdout.write(`${JSON.stringify({ healthy, remarks }, null, 2)}\n`)
  else
    process.stdout.write(
      `${remarks.map((remark) => rendered(remark, width)).join('')}${healthy ? 'A run can start.' : 'A run would fail: see above.'}\n`,
    )
  return healthy ? 0 : 3
}

function rendered({ state, subject, found, remedy }: Remark, width: number): string {
  const colors = createColors(useColor(process.stdout))
  const mark = { fine: colors.green('✓'), warning: colors.yellow('!'), missing: colors.red('✗') }[state]
  return `${mark} ${subject.padEnd(width)}  ${found}\n${remedy === undefined ? '' : `${' '.repeat(width + 4)}${colors.dim(remedy)}\n`}`
}

/** An older Node does not get this far. */
function nodeRemark(): Remark {
  return { subject: 'Node', state: 'fine', found: process.versions.node }
}

async function engineRemarks(option: string | undefined): Promise<Remark[]> {
  const given = option || process.env['LOADLINE_ENGINE'] || process.env['_EXPERIMENTAL_DAGGER_RUNNER_HOST']
  const subject = 'engine'
  if (given && given !== 'sealed') {
    return [await asRemark(subject, async () => (await requireEngine(given), `answers at ${given}`))]
  }
  const runtime = given === 'sealed' ? undefined : await findRuntime()
  const status = isCheckout() ? await (await sealed({ say: () => undefined })).status() : undefined
  const ends = runtime !== undefined && 'why' in runtime && !sealedIsMade(runtime) && status?.complete !== true
  const remarks: Remark[] = runtime === undefined ? [] : [runtimeRemark(runtime, ends)]
  if (status === undefined)
    return remarks.length > 0
      ? remarks
      : [
          {
            subject,
            state: 'missing',
            found: 'no container runtime, and no engine given',
            remedy: 'Install Docker, Podman or nerdctl, or pass --engine.',
          },
        ]
  if (status.engine !== undefined)
    return [
      ...remarks,
      { subject, state: 'fine', found: `sealed, ${status.engine.version} at ${status.engine.runnerHost}` },
    ]
  if (runtime !== undefined && (ends || !('why' in runtime))) return remarks
  const machine = await asRemark('sealed toolchain', async () => {
    const { checkMachine } = await import('../../toolchain/prerequisites.ts')
    await checkMachine(status.cacheDirectory, status.complete)
    return status.complete
      ? `complete in ${status.cacheDirectory}; the next run starts its engine`
      : `not set up; the next run sets it up in ${status.cacheDirectory}`
  })
  return [...remarks, machine]
}

/** `ends`: a run with this finding stops here. */
function runtimeRemark(runtime: ContainerRuntime | UnusableRuntime, ends: boolean): Remark {
  const subject = runtime.command
  if ('why' in runtime) {
    const { message, hint } = unusableError(runtime)
    return { subject, state: ends ? 'missing' : 'warning', found: message, remedy: hint }
  }
  return {
    subject,
    state: 'fine',
    found: `${runtime.version || 'answers'}; whether it can pull the engine is not checked`,
  }
}

async function sourceRemarks(source: string, given: { lock?: string; tools?: string }, now: Date): Promise<Remark[]> {
  let build: Policy['build'] | undefined
  const policy = await asRemark('policy', async () => {
    const [path, text] = [join(source, 'loadline.yaml'), await textBelow(source, 'loadline.yaml', 'POLICY')]
    const application = text === undefined ? undefined : { path, text }
    build = decidePolicy({ organisation: undefined, application }, now).policy.build
    return text === undefined ? 'none in the source: the default policy applies' : `${path} is valid`
  })
  const dockerfile = join(source, build?.dockerfile ?? 'Dockerfile')
  let images: ReturnType<typeof externalImages> = []
  const readable = await asRemark('Dockerfile', async () => {
    const text = await textBelow(source, build?.dockerfile ?? 'Dockerfile', 'SOURCE')
    if (text === undefined)
      throw new DeliveryError(
        'SOURCE',
        `${dockerfile} does not exist`,
        'Name the directory that has it: loadline doctor SOURCE.',
      )
    images = externalImages(checkDockerfile(text, dockerfile), {
      buildArgs: build?.args ?? {},
      ...(build?.target === undefined ? {} : { target: build.target }),
    })
    return `${dockerfile} can be read`
  })

  let pins: Remark[] = []
  const lock = await asRemark('pins', async () => {
    const { found, from } = await lockInForce(source, given)
    pins = pinRemarks(found, images, now)
    return from
  })
  return [policy, readable, lock, ...pins]
}

/** What a run would find pinned, and by which file. */
async function lockInForce(
  source: string,
  { lock, tools }: { lock?: string; tools?: string },
): Promise<{ found: Lock; from: string }> {
  const { lockFile } = await (await sealed({ say: () => undefined })).status()
  const own = join(source, lockName)
  const named =
    lock ?? ((await kindOfGiven({ path: own, what: 'lock file', code: 'LOCK' })) === undefined ? undefined : own)
  if (named === undefined && lockFile !== undefined) {
    const text = await readGiven({ path: lockFile, what: 'lock', code: 'LOCK' })
    return { found: parseSealedLock(text, lockFile), from: `${lockFile}, of the sealed toolchain` }
  }
  const toolsFrom = tools === undefined ? "the tools by Loadline's release" : `the tools by ${tools}`
  return {
    found: await readConnected({ lock, tools }, own),
    from: named === undefined ? `${toolsFrom}; the run resolves the bases` : `${toolsFrom}, the bases by ${named}`,
  }
}

async function asRemark(subject: string, look: () => string | Promise<string>): Promise<Remark> {
  try {
    return { subject, state: 'fine', found: await look() }
  } catch (error) {
    if (error instanceof DeliveryError) return { subject, state: 'missing', found: error.message, remedy: error.hint }
    return { subject, state: 'missing', found: (error as Error).message }
  }
}

/** A file of the source; undefined if there is none. Throws the code if it is not a regular file. */
async function textBelow(source: string, path: string, code: 'POLICY' | 'SOURCE'): Promise<string | undefined> {
  try {
    return String(await readBelow(source, path, limits.written))
  } catch (error) {
    if (error instanceof FileFault && error.reason === 'absent') return undefined
    throw fileError(error, code, join(source, path))
  }
}
