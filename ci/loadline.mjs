#!/usr/bin/env node
// The one way in. It may run before anything is installed, so it uses nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`loadline: wanted Node 20.19 or newer, found ${process.versions.node}. Install a newer Node.`)
  process.exit(2)
}

// An installed package has its dependencies beside or above it; a checkout installs its own, and again when the lock file changed.
const checkout = existsSync(`${root}package-lock.json`)
if (checkout) {
  const stamp = `${root}node_modules/.loadline-stamp`
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error('loadline: installing npm packages ...')
    const started = Date.now()
    const installed = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (installed.status !== 0) {
      console.error('loadline: npm ci failed (see above). Check that npm reaches its registry, and run again.')
      process.exit(2)
    }
    writeFileSync(stamp, wanted)
    console.error(`loadline: npm packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  }
}

const { register } = await import('tsx/esm/api')
register()
const { main } = await import('./cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
