import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'

/** A program that only tests and pictures need, and how Debian brings it. */
export interface DebianProgram {
  /** What it may be called, the best first. */
  names: readonly string[]
  packages: readonly string[]
  /** Who asks for it, for the error: `the tests in test/browser`. */
  neededBy: string
}

/** The path of a program of this machine. Debian's is installed, with apt-get as it is configured here, where there is none. */
export async function findDebianProgram({ names, packages, neededBy }: DebianProgram): Promise<string> {
  const found = lookUp(names)
  if (found !== undefined) return found
  const apt = async (...argv: string[]) =>
    execa('apt-get', ['--option', 'DPkg::Lock::Timeout=300', '--yes', ...argv], {
      stdin: 'ignore',
      reject: false,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
  const refresh = await apt('update')
  const install = refresh.exitCode === 0 ? await apt('install', '--no-install-recommends', ...packages) : refresh
  const installed = lookUp(names)
  if (installed !== undefined) return installed
  const reason = String(install.stderr || install.shortMessage || 'it gave no reason')
    .trim()
    .split('\n')
    .slice(-2)
    .join(' ')
  throw new Error(
    `${neededBy} wanted ${names.join(' or ')}: none was found, and apt-get could not install it (${reason}). Install ${packages[0] ?? 'it'} and run the same command again.`,
  )
}

function lookUp(names: readonly string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].filter(
    (directory) => directory !== '',
  )
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
