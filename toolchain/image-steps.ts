import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { directoryDigest } from './content-key.ts'
import type { PackagedPrograms } from './packaged-programs.ts'
import type { CompiledBinaries } from './go-binaries.ts'
import type { AssembleContext, BaseImage, ImagePlatform } from './image.ts'
import { EXAMPLE_DATABASE, substituteName, toolRepository, type SealedBase, type SealedTool } from './sealed-lock.ts'
import { readOciLayout, writeOciLayout, type LayoutContent, type PlatformImage } from './oci-layout.ts'
import { registryHolds, type Registry } from './registry.ts'
import { push, tag } from '../src/tools/registry/command.ts'
import type { Step, StepContext } from './steps.ts'
import { scratchToolImage, writeScratchImage, type ScratchImage } from './tool-image.ts'

/** An image in the cache, ready to be pushed. */
export interface StoredImage {
  /** Its OCI layout. */
  layout: string
  content: LayoutContent
}

/** A tool image in the cache. */
export type StoredTool = StoredImage & SealedTool

/** A base image in the cache. */
export type StoredBase = StoredImage & SealedBase

/** A tool that gets an image, as `src/tools/images.ts` describes it. */
export interface WantedTool {
  name: string
  version: string
  program: string
  /** The user of the publisher's image, if it is not root. */
  user?: string
  /** The official reference; absent for programs of Loadline's own. */
  reference?: string
  /** Packages of Debian 12 whose programs it starts. */
  packages?: readonly string[]
}

/** An input of every image: raise it when the way images are written changes. */
const FORMAT = 1

/** Puts a tool's static binary into an image of its own. `binaries` has it under the tool's name. */
export function toolImageStep(tool: WantedTool, binaries: Step<CompiledBinaries>): Step<StoredTool> {
  return {
    name: `${tool.name} image`,
    doing: `writing the image of ${tool.name}`,
    done: `the image of ${tool.name} written`,
    cost: 'io',
    needs: [binaries],
    async run(context) {
      const binary = context.result(binaries)[tool.name]
      if (binary === undefined) throw new Error(`The sealed toolchain builds no binary for ${tool.name}.`)
      const standsInFor = tool.reference === undefined ? {} : { standsInFor: tool.reference }
      const image = scratchToolImage({
        title: tool.name,
        version: tool.version,
        binary,
        program: tool.program,
        ...(tool.user === undefined ? {} : { user: tool.user }),
        ...standsInFor,
      })
      const stored = await scratchImage(context, tool.name, { binary: resultKey(binary) }, image)
      return { ...stored, name: tool.name, version: tool.version, ...standsInFor }
    },
  }
}

/** Puts one of our programs on top of the Debian packages whose programs it starts. */
export function packagedToolImageStep(
  tool: WantedTool,
  packages: PackagedPrograms,
  binaries: Step<CompiledBinaries>,
  prerequisites: Step<void>,
): Step<StoredTool> {
  return {
    name: `${tool.name} image`,
    doing: `writing the image of ${tool.name}`,
    done: `the image of ${tool.name} written`,
    cost: 'debian',
    needs: [binaries, prerequisites],
    async run(context) {
      const binary = context.result(binaries)[tool.name]
      if (binary === undefined) throw new Error(`The sealed toolchain builds no binary for ${tool.name}.`)
      const image = scratchToolImage({ title: tool.name, version: tool.version, binary, program: tool.program })
      const made = await context.once(
        `image-${tool.name}`,
        { format: FORMAT, binary: resultKey(binary), packages: packages.key, config: image.config },
        async (work) => {
          const scratch = join(work, 'scratch')
          const layers = await packages.layers(await assembleContext(context, join(work, 'packages')))
          await writeScratchImage(join(work, 'layout'), scratch, image, layers)
          await context.run('rm', ['-rf', scratch, join(work, 'packages')])
        },
      )
      const layout = join(made, 'layout')
      return { layout, content: await readOciLayout(layout), name: tool.name, version: tool.version }
    },
  }
}

/** Compiles the advisory facts of the examples into a vulnerability database and puts it into an image. */
export function exampleDatabaseStep(facts: string, compiler: Step<CompiledBinaries>): Step<StoredImage> {
  return {
    name: 'example database',
    doing: 'compiling the vulnerability database of the examples',
    done: 'the vulnerability database of the examples compiled',
    cost: 'io',
    needs: [compiler],
    async run(context) {
      const program = context.result(compiler).advisories
      if (program === undefined) throw new Error('src/tools/images.ts does not list advisories.')
      const inputs = { program: resultKey(program), facts: await directoryDigest(facts) }
      const database = await context.once('example-database', inputs, async (work) => {
        await context.run(program, ['compile', facts, work])
      })
      const files = ['trivy.db', 'metadata.json'].map((name) => ({
        from: join(database, 'db', name),
        to: `/db/${name}`,
        executable: false,
      }))
      return scratchImage(
        context,
        EXAMPLE_DATABASE,
        { database: resultKey(database) },
        {
          files,
          texts: {},
          scratchDirectories: [],
          config: { Labels: { 'org.opencontainers.image.title': EXAMPLE_DATABASE } },
        },
      )
    },
  }
}

/** Assembles a base image for each of its platforms. */
export function baseImageStep(base: BaseImage, prerequisites: Step<void>): Step<StoredBase> {
  return {
    name: `${base.name} base`,
    doing: `assembling the base image ${base.name}`,
    done: `the base image ${base.name} assembled`,
    cost: 'debian',
    needs: [prerequisites],
    async run(context) {
      const stored = await context.once(
        `base-${base.name}`,
        { format: FORMAT, key: base.key, platforms: base.platforms },
        async (work) => {
          const images: PlatformImage[] = []
          for (const platform of base.platforms)
            images.push(await assemblePlatform(context, base, platform, join(work, platform.replace('/', '-'))))
          await writeOciLayout(join(work, 'layout'), images)
          await context.run('rm', [
            '-rf',
            '--one-file-system',
            ...base.platforms.map((platform) => join(work, platform.replace('/', '-'))),
          ])
          await writeFile(join(work, 'assembled-at'), new Date().toISOString())
        },
      )
      const layout = join(stored, 'layout')
      return {
        layout,
        image: base,
        content: await readOciLayout(layout),
        assembledAt: new Date(await readFile(join(stored, 'assembled-at'), 'utf8')),
      }
    },
  }
}

/** Names under which an image is served: repository and tag. */
export interface ServedName {
  repository: string
  tag: string
}

/** Pushes an image to the loopback registry under all of its names, unless it is there. */
export function pushStep<Image extends StoredImage>(
  title: string,
  image: Step<Image>,
  names: (image: Image) => readonly ServedName[],
  registry: Step<Registry>,
  pusher: Step<CompiledBinaries>,
): Step<Image> {
  return {
    name: `${title} push`,
    doing: `serving ${title} on loopback`,
    done: `${title} served on loopback`,
    cost: 'io',
    needs: [image, registry, pusher],
    async run(context) {
      const stored = context.result(image)
      const { host, port } = context.result(registry)
      const { digest } = stored.content
      const program = context.result(pusher).registry
      if (program === undefined) throw new Error('src/tools/images.ts does not list registry.')
      const connection = { program, plainHttp: false }
      const tell = ([, ...args]: string[]) =>
        // No account of the user's has anything to do with this registry.
        context.run(program, args, { env: { DOCKER_CONFIG: context.cache.path('registry') } })
      const wanted = names(stored)
      for (const repository of new Set(wanted.map((name) => name.repository))) {
        const tags = wanted.filter((name) => name.repository === repository).map((name) => name.tag)
        const held = await Promise.all(tags.map((name) => registryHolds({ host, port }, repository, name, digest)))
        const missing = tags.filter((_name, index) => held[index] === false)
        if (missing.length === 0) continue
        const reference = `${host}:${port}/${repository}@${digest}`
        await tell(push(connection, { layout: stored.layout, reference }))
        await tell(tag(connection, { reference, tags: missing, immutable: false }))
      }
      return stored
    },
  }
}

/** Under which names a tool image is served. */
export function toolNames({ name, version }: SealedTool): ServedName[] {
  return [{ repository: toolRepository(name), tag: version }]
}

/** The names under which a base image is served: those it stands in for. */
export function baseNames({ image }: SealedBase): ServedName[] {
  return image.references.map(substituteName)
}

/** Under which name the database of the examples is served. */
export function exampleDatabaseNames(): ServedName[] {
  return [{ repository: toolRepository(EXAMPLE_DATABASE), tag: 'latest' }]
}

async function scratchImage(
  context: StepContext,
  name: string,
  inputs: Record<string, unknown>,
  image: ScratchImage,
): Promise<StoredImage> {
  const { files, texts, scratchDirectories, config } = image
  const shape = { files: files.map(({ to, executable }) => [to, executable]), texts, scratchDirectories, config }
  const made = await context.once(`image-${name}`, { format: FORMAT, ...inputs, ...shape }, async (work) => {
    const scratch = join(work, 'scratch')
    await writeScratchImage(join(work, 'layout'), scratch, image)
    await context.run('rm', ['-rf', scratch])
  })
  const layout = join(made, 'layout')
  return { layout, content: await readOciLayout(layout) }
}

async function assemblePlatform(
  context: StepContext,
  base: BaseImage,
  platform: ImagePlatform,
  work: string,
): Promise<PlatformImage> {
  return { ...(await base.assemble(await assembleContext(context, work), platform)), platform }
}

async function assembleContext(context: StepContext, work: string): Promise<AssembleContext> {
  const shared = context.cache.path('shared')
  await context.run('mkdir', ['-p', work, shared])
  return {
    work,
    shared,
    run: (file, args, options) => context.run(file, args, options),
    say: (detail) => context.say(detail),
  }
}

/** A cached result is named after the key of its inputs, which is as good as a digest of its bytes and costs nothing. */
function resultKey(path: string): string {
  const parent = basename(dirname(path))
  return parent.length === 32 ? parent : basename(path)
}
