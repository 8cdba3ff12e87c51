import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** The path of a Chromium of this machine. Debian's is installed, with apt-get as it is configured here, where there is none. */
export async function findChromium(): Promise<string> {
  const found = lookUp()
  if (found !== undefined) return found
  const apt = async (...argv: string[]) => execa('apt-get', ['--option', 'DPkg::Lock::Timeout=300', '--yes', ...argv], { stdin: 'ignore', reject: false, env: { DEBIAN_FRONTEND: 'noninteractive' } })
  const refresh = await apt('update')
  const install = refresh.exitCode === 0 ? await apt('install', '--no-install-recommends', 'chromium', 'fonts-liberation') : refresh
  const installed = lookUp()
  if (installed !== undefined) return installed
  const reason = String(install.stderr || install.shortMessage || 'it gave no reason').trim().split('\n').slice(-2).join(' ')
  throw new Error(`the tests in test/browser need Chromium: ${names.join(', ')} was not found, and apt-get could not install it (${reason}). Install Chromium and run the same command again.`)
}

function lookUp(): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].filter((directory) => directory !== '')
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
