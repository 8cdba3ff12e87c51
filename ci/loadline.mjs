#!/usr/bin/env node
// The only entry point. It may run before anything is installed, so it uses nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import { ownSurroundings } from './own-surroundings.mjs'
import { isCheckout, prebuilt } from './prebuilt.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`loadline: expected Node 20.19 or newer, found ${process.versions.node}. Install a newer Node.js.`)
  process.exit(2)
}

// A checkout installs what it is bundled from, and again when the lock file changes. An installed package is complete.
if (isCheckout && !isInstalled()) install()

// Beside the code, not in the system's temporary directory, where anybody could plant compiled code for us to run.
nodeModule.enableCompileCache?.(`${root}dist/compile-cache`)
process.setSourceMapsEnabled(true)
let program
try {
  program = await prebuilt('cli')
} catch (error) {
  console.error(`loadline: ${error.message}`)
  process.exit(2)
}
const { main } = await import(program)
process.exitCode = await main(process.argv.slice(2))

/**
 * Whether npm's own record says that everything in the lock file is installed, whoever ran it; optional packages may be
 * for other platforms.
 */
function isInstalled() {
  const record = `${root}node_modules/.package-lock.json`
  if (!existsSync(record)) return false
  const packages = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
  const found = packages(record)
  return Object.entries(packages(`${root}package-lock.json`)).every(
    ([path, { integrity, optional }]) => path === '' || optional === true || found[path]?.integrity === integrity,
  )
}

function install() {
  console.error('loadline: installing npm packages ...')
  const started = Date.now()
  // Without package scripts: none of our packages needs one.
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    ...ownSurroundings(),
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (installed.status !== 0) {
    console.error('loadline: npm ci failed (see above). Check that npm can reach its registry, and run again.')
    process.exit(2)
  }
  console.error(`loadline: npm packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
