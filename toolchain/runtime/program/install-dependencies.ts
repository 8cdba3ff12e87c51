import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/** Loadline's own lock file; its production dependencies are in /node_modules, where Node looks last. */
const PREINSTALLED_LOCK = '/usr/share/loadline/package-lock.json'

/** Made when the image was assembled: the machine's npm registry and certificates. */
const NPMRC = '/usr/share/loadline/npmrc'

/** What the runtime brings, whatever a module's package.json says of it. */
const provided = new Set(['@dagger.io/dagger', 'typescript'])

/**
 * Installs the production dependencies of the module in `root` with npm, from its lock file where it has one. Without network
 * where nothing is needed: when the lock file is Loadline's, or nothing but the SDK is asked for.
 */
export function installDependencies(root: string): void {
  const manifest = join(root, 'package.json')
  if (!existsSync(manifest)) return
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: Record<string, string> }
  if (Object.keys(dependencies).every((name) => provided.has(name))) return

  const lock = join(root, 'package-lock.json')
  if (existsSync(lock) && existsSync(PREINSTALLED_LOCK) && readFileSync(lock).equals(readFileSync(PREINSTALLED_LOCK)))
    return

  const npm = join(import.meta.dirname, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const settings = existsSync(NPMRC) ? [`--userconfig=${NPMRC}`] : []
  // Takes the versions and checksums of the lock file, and does not ask, as `npm ci` does, for optional packages of other platforms.
  const { status } = spawnSync(
    process.execPath,
    [
      npm,
      'install',
      '--omit=dev',
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--cache=/tmp/npm',
      ...settings,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, HOME: '/tmp' } },
  )
  if (status !== 0)
    throw new Error(`npm could not install the dependencies of the module in ${root}: see the lines above`)
}
