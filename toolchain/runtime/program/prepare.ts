/**
 * Makes a module ready to be called: installs its dependencies, reads its types, and bundles it with the SDK, so that a call
 * neither compiles TypeScript nor looks for files. Runs once per version of a module's source, in its directory.
 *
 * Usage: node prepare.ts MODULE_NAME OUTPUT_DIRECTORY
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { bundleModule } from './bundle-module.ts'
import { findSourceFiles } from './find-source-files.ts'
import { installDependencies } from './install-dependencies.ts'

const [moduleName = '', output = ''] = process.argv.slice(2)
if (output === '') throw new Error('usage: node prepare.ts MODULE_NAME OUTPUT_DIRECTORY')
const root = process.cwd()

try {
  await prepare()
} catch (error) {
  process.stderr.write(
    `The module ${moduleName} cannot be prepared: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
}

async function prepare(): Promise<void> {
  installDependencies(root)
  const files = findSourceFiles(root)
  mkdirSync(output, { recursive: true })
  const description = join(output, 'module.json')
  await Promise.all([
    bundleModule(root, files, output),
    inWorker('describe-module-worker.ts', { files, moduleName, description }),
  ])

  // Loading each program once leaves V8's compiled code in the cache that calls are started with. A module that reads other files
  // while it is imported fails here, where only code is, and is none the worse for it in a call.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(output, 'compile-cache') }
  for (const program of ['call.mjs', 'register.mjs'])
    spawnSync(process.execPath, [join(output, program), '--load-only'], { stdio: 'ignore', env })
}

/** The compiler that reads the types leaves no time to the event loop, which the bundler needs. */
async function inWorker(program: string, workerData: object): Promise<void> {
  await once(new Worker(join(import.meta.dirname, program), { workerData }), 'exit')
}
