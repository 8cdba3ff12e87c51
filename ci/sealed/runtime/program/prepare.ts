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

const [moduleName, output] = process.argv.slice(2)
if (moduleName === undefined || output === undefined) throw new Error('usage: node prepare.ts MODULE_NAME OUTPUT_DIRECTORY')
const root = process.cwd()

installDependencies(root)
const files = findSourceFiles(root)
mkdirSync(output, { recursive: true })
const description = join(output, 'module.json')
await Promise.all([bundleModule(files, output), inWorker('describe-module-worker.ts', { files, moduleName, description })])

// Loading each program once leaves V8's compiled code in the cache that calls are started with.
for (const program of ['call.mjs', 'register.mjs']) {
  const { status } = spawnSync(process.execPath, ['--no-warnings', join(output, program), '--load-only'], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: join(output, 'compile-cache') },
  })
  if (status !== 0) throw new Error(`the module ${moduleName} cannot be loaded: see the lines above`)
}

/** The compiler that reads the types leaves no time to the event loop, which the bundler needs. */
async function inWorker(program: string, workerData: object): Promise<void> {
  await once(new Worker(join(import.meta.dirname, program), { workerData }), 'exit')
}
