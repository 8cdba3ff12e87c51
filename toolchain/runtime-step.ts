import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineParts } from './engine-bundle.ts'
import { directoryDigest, fileDigest } from './content-key.ts'
import type { CompiledBinaries } from './go-binaries.ts'
import type { AssembledImage } from './image.ts'
import { packageRoot } from '../src/engine/package-root.ts'
import { writeOciLayout } from './oci-layout.ts'
import { assembleRuntime } from './runtime/index.ts'
import type { Step } from './steps.ts'
import { deterministicTar } from './tool-image.ts'

/** Where a module finds the lock file inside its container. */
const LOCK_IN_RUNTIME = 'usr/share/loadline/lock.json'

/** Dagger's generator of bindings, which the runtime's module starts for a module that has dependencies. */
const CODEGEN_IN_RUNTIME = 'usr/lib/loadline-runtime/dagger-codegen'

const runtimeDirectory = join(packageRoot, 'toolchain/runtime')

/**
 * Gives the engine's content store: the TypeScript runtime with a layer on top that has the lock file and the generator
 * of bindings. The runtime itself is assembled early, beside the compilers; only the lock file has to wait for every
 * image.
 */
export function runtimeStep(
  lock: Step<string>,
  engineBinaries: Step<CompiledBinaries>,
  prerequisites: Step<void>,
): Step<NonNullable<EngineParts['runtime']>> {
  const runtime = assembleStep(prerequisites)
  return {
    name: 'engine content',
    doing: 'adding the lock file and the bindings generator to the TypeScript runtime',
    done: 'the lock file and the bindings generator added to the TypeScript runtime',
    cost: 'io',
    needs: [runtime, lock, engineBinaries],
    async run({ once, result, run }) {
      const assembled = result(runtime)
      const lockFile = result(lock)
      const codegen = result(engineBinaries)['dagger-codegen']
      if (codegen === undefined) throw new Error('toolchain/go/binaries.json does not list dagger-codegen.')
      const inputs = { runtime: assembled, lock: await fileDigest(lockFile), codegen: await fileDigest(codegen) }
      const content = await once('engine-content', inputs, async (directory) => {
        const image = JSON.parse(await readFile(join(assembled, 'image.json'), 'utf8')) as AssembledImage
        const work = join(directory, 'work')
        const root = join(work, 'root')
        for (const [source, path] of [
          [lockFile, LOCK_IN_RUNTIME],
          [codegen, CODEGEN_IN_RUNTIME],
        ] as const) {
          await mkdir(join(root, path, '..'), { recursive: true })
          await copyFile(source, join(root, path))
        }
        const layers = [...image.layers, 'last.tar'].map((layer) => join(work, layer))
        for (const layer of image.layers) await link(join(assembled, layer), join(work, layer))
        await run('tar', [
          ...deterministicTar,
          '--mode=u+rwX,go+rX',
          '--file',
          join(work, 'last.tar'),
          '--directory',
          root,
          '.',
        ])
        const { digest } = await writeOciLayout(join(directory, 'layout'), [
          { platform: 'linux/amd64', layers, config: image.config },
        ])
        await writeFile(join(directory, 'manifest'), digest)
        await rm(work, { recursive: true, force: true })
      })
      return { content: join(content, 'layout'), manifest: await readFile(join(content, 'manifest'), 'utf8') }
    },
  }
}

/** Assembles the TypeScript runtime as layers in a directory, described by its `image.json`. */
function assembleStep(prerequisites: Step<void>): Step<string> {
  return {
    name: 'typescript runtime',
    doing: 'assembling the TypeScript runtime',
    done: 'the TypeScript runtime assembled',
    cost: 'network',
    needs: [prerequisites],
    priority: 60,
    async run(context) {
      const inputs = {
        source: await directoryDigest(runtimeDirectory),
        dependencies: await fileDigest(join(packageRoot, 'package-lock.json')),
      }
      return context.once('typescript-runtime', inputs, async (directory) => {
        const work = join(directory, 'work')
        const shared = context.cache.path('shared')
        for (const path of [work, shared]) await mkdir(path, { recursive: true })
        const { layers, config } = await assembleRuntime(
          {
            work,
            shared,
            run: (file, args, options) => context.run(file, args, options),
            say: (detail) => context.say(detail),
          },
          { dependencies: packageRoot },
        )
        const names = layers.map((_layer, index) => `layer-${index}.tar`)
        for (const [index, layer] of layers.entries()) await rename(layer, join(directory, `layer-${index}.tar`))
        await writeFile(
          join(directory, 'image.json'),
          JSON.stringify({ layers: names, config } satisfies AssembledImage),
        )
        await rm(work, { recursive: true, force: true })
      })
    },
  }
}
