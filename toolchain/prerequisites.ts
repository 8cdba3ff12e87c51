import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { DeliveryError } from '../src/model/errors.ts'
import { ownPath } from '../ci/own-surroundings.mjs'
import { systemPath } from './system-path.ts'
import type { Step, StepContext } from './steps.ts'

/** Commands of the sealed toolchain, with the Debian package of each. */
const debianPackages: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  runc: 'runc',
  'docker-registry': 'docker-registry',
  ip: 'iproute2',
  setpriv: 'util-linux',
  tar: 'tar',
}

const NEEDED_DISK = 15e9
const NEEDED_MEMORY = 4e9

/** The absolute path of a command. @throws DeliveryError `PREREQUISITE` when it is nowhere. */
export async function findCommand(name: string): Promise<string> {
  const found = await lookUp(name)
  if (found !== undefined) return found
  const debianPackage = debianPackages[name]
  throw new DeliveryError(
    'PREREQUISITE',
    `the command ${name} was not found`,
    debianPackage === undefined
      ? `Install ${name} and run the same command again.`
      : `Run "apt-get install ${debianPackage}" and the same command again.`,
  )
}

/**
 * Checks what the machine must have before anything is made, cheapest first. Nothing is changed.
 * @throws DeliveryError `PREREQUISITE`, one clear sentence with the fix.
 */
export async function checkMachine(cacheRoot: string, alreadyMade: boolean): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new DeliveryError(
      'PREREQUISITE',
      `the sealed toolchain is made for linux/amd64, and this machine is ${process.platform}/${process.arch}`,
      'Set _EXPERIMENTAL_DAGGER_RUNNER_HOST to the address of an engine, or install a container runtime that can pull the engine image.',
    )
  }
  if (process.getuid?.() !== 0) {
    throw new DeliveryError(
      'PREREQUISITE',
      'the sealed toolchain starts its own engine, and only root may do that',
      'Run the same command as root, or set _EXPERIMENTAL_DAGGER_RUNNER_HOST to the address of a running engine.',
    )
  }
  if (alreadyMade) return
  await mkdir(cacheRoot, { recursive: true })
  const disk = await statfs(cacheRoot)
  const free = disk.bavail * disk.bsize
  if (free < NEEDED_DISK) {
    throw new DeliveryError(
      'PREREQUISITE',
      `the sealed toolchain needs ${gigabytes(NEEDED_DISK)} of free disk, and ${cacheRoot} has ${gigabytes(free)}`,
      'Free some space, or set LOADLINE_CACHE to a directory on a larger disk.',
    )
  }
  if (totalmem() < NEEDED_MEMORY) {
    throw new DeliveryError(
      'PREREQUISITE',
      `this machine has ${gigabytes(totalmem())} of memory, and compiling Trivy needs ${gigabytes(NEEDED_MEMORY)}`,
      'Use a larger machine, or set _EXPERIMENTAL_DAGGER_RUNNER_HOST to the address of a running engine.',
    )
  }
}

/**
 * Installs the Debian packages whose commands are missing, with apt-get as it is configured here.
 * @throws DeliveryError `PREREQUISITE` when a package cannot be installed, or Go or pip is missing.
 */
async function installPrerequisites(context: StepContext): Promise<void> {
  if ((await lookUp('go')) === undefined) {
    throw new DeliveryError(
      'PREREQUISITE',
      'Go was not found, and the sealed toolchain compiles the engine and the tools with it',
      'Install Go 1.21 or newer (it fetches the exact version by itself), put it on PATH, and run the same command again.',
    )
  }
  const missing = new Set<string>()
  for (const [command, debianPackage] of Object.entries(debianPackages)) {
    if ((await lookUp(command)) === undefined) missing.add(debianPackage)
  }
  if (!(await hasPip(context))) missing.add('python3').add('python3-pip')
  if (missing.size === 0) return
  if ((await lookUp('apt-get')) === undefined) {
    throw new DeliveryError(
      'PREREQUISITE',
      `these programs are missing: ${[...missing].join(', ')}`,
      'Install them (these are their Debian package names); there is no apt-get here to do it.',
    )
  }
  context.say(`installing ${[...missing].join(', ')}`)
  // Waiting for another apt-get's lock makes this step safe beside the machine's own updates.
  const common = ['--option', 'DPkg::Lock::Timeout=300', '--yes']
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await context.run('apt-get', [...common, 'update'], { env })
    await context.run('apt-get', [...common, 'install', '--no-install-recommends', ...missing], { env })
  } catch (error) {
    if (context.signal.aborted) throw error
    throw new DeliveryError(
      'PREREQUISITE',
      `apt-get could not install ${[...missing].join(', ')}: ${error instanceof Error ? error.message : String(error)}`,
      'Check the package sources of this machine (apt-get update), or install the packages by hand.',
      { cause: error },
    )
  }
}

async function hasPip(context: StepContext): Promise<boolean> {
  if ((await lookUp('python3')) === undefined) return false
  // Asking Python itself takes a second when it is a version manager's shim.
  if ((await lookUp('pip3')) !== undefined) return true
  try {
    await context.run('python3', ['-m', 'pip', '--version'])
    return true
  } catch (error) {
    if (context.signal.aborted) throw error
    return false
  }
}

async function lookUp(name: string): Promise<string | undefined> {
  for (const directory of [...ownPath(process.env.PATH ?? ''), ...systemPath]) {
    const path = join(directory, name)
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return undefined
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}

/** The step before all others. */
export const prerequisites: Step<void> = {
  name: 'prerequisites',
  doing: 'looking for the commands that are needed',
  done: 'the commands that are needed are installed',
  cost: 'network',
  needs: [],
  priority: 100,
  run: installPrerequisites,
}
