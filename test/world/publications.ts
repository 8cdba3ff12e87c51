import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { execa } from 'execa'
import type { Digest, PinnedBase, PinnedTool } from '../../src/model/index.ts'
import { programsSource } from '../../src/engine/own-programs.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { ownTools, supportImages, tools } from '../../src/tools/images.ts'
import { pinsOf, type Pin, type Pins } from '../../src/tools/pins.ts'
import { deterministicTar } from '../../toolchain/tool-image.ts'
import type { SealedReady } from '../../toolchain/sealed-ready.ts'
import { engineImage } from './engine-image.ts'
import { layerOf, publish, type Image } from './image.ts'
import { publishedDatabase, publishedTools } from './publishers.ts'
import { sealedImages } from './sealed-images.ts'
import { addBytes, addFile, addManifest, emptyStore, mediaTypes, type Descriptor, type Store } from './store.ts'

/** What publishers have published. */
export interface Published {
  store: Store
  /** The path of the Dagger CLI's archive. */
  cli: string
  /** Pins that have it. */
  pins: Pins
}

/** The name of the image of Loadline's own programs, as a release would publish it. */
const programs = { name: 'programs', version: '1', reference: 'ghcr.io/loadline/programs:1' }

/**
 * Publishes what the sealed toolchain is made of as the publishers do it: under their names, with their paths, users and entry points. Images that talk to others
 * by TLS have a file with the public authorities; here it has the one that is given (PEM).
 */
export async function publishAll(work: string, sealed: SealedReady, authority: string): Promise<Published> {
  const store = emptyStore()
  const lock = parseSealedLock(await readFile(sealed.lockFile, 'utf8'), sealed.lockFile)
  const believed = await layerOf(store, 'etc/ssl/certs/ca-certificates.crt', authority)
  const pins: Record<string, Pin> = {}
  const add = ({ name, version, reference }: { name: string; version: string; reference: string }, images: Image[]) => {
    pins[name] = pin(version, reference, publish(store, reference, images))
  }
  for (const [key, { name, version, reference }] of Object.entries(tools)) {
    const { entrypoint, cmd, user } = publishedTools[key as keyof typeof tools]
    const layers = [...(await layersOf(store, pinned(lock.tools, name))), believed]
    const settings = {
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      ...(cmd === undefined ? {} : { Cmd: cmd }),
      ...(user === undefined ? {} : { User: user }),
    }
    add({ name, version, reference }, onBothPlatforms(layers, settings))
  }
  const own = await Promise.all(Object.keys(ownTools).map((name) => layersOf(store, pinned(lock.tools, name))))
  add(programs, onBothPlatforms(own.flat(), { User: '65532:65532' }))
  pins[programs.name] = { ...pinned(pins, programs.name), source: programsSource() }
  for (const base of lock.bases) publish(store, base.reference, await imagesOfBase(store, base, believed))
  add(supportImages.engine, [await engineImage(store, work)])
  for (const { name, version, reference } of [supportImages.certificates, supportImages.goCompiler])
    pins[name] = pin(version, reference, store.tags.get(reference) ?? missing(reference))
  await publishDatabase(store, work, lock.exampleDatabase?.reference ?? missing('the database of the examples'))
  const cli = join(work, 'dagger.tar.gz')
  await execa('tar', [
    '--create',
    '--gzip',
    '--file',
    cli,
    '--directory',
    dirname(sealed.cliBin),
    basename(sealed.cliBin),
  ])
  const released = pinsOf()
  const { digest } = await addFile(store, cli, 'application/gzip')
  return {
    store,
    cli,
    pins: { ...released, tools: pins, cli: { ...released.cli, archives: { 'linux/amd64': digest } } },
  }
}

function pin(version: string, reference: string, digest: Digest): Pin {
  const found = { how: 'resolved', on: new Date().toISOString().slice(0, 10) } as const
  return { version, reference, digest, platforms: {}, found }
}

async function layersOf(store: Store, { reference }: Pick<PinnedTool, 'reference'>): Promise<readonly Descriptor[]> {
  const [image] = await sealedImages(store, reference)
  return image?.layers ?? missing(reference)
}

/** Nothing here runs on the second platform: that it is in the index is what a client has to cope with. */
function onBothPlatforms(layers: readonly Descriptor[], settings: Image['settings']): Image[] {
  return ['amd64', 'arm64'].map((architecture) => ({ platform: { os: 'linux', architecture }, layers, settings }))
}

async function imagesOfBase(store: Store, { substitute, digest }: PinnedBase, believed: Descriptor): Promise<Image[]> {
  const images = await sealedImages(store, `${substitute}@${digest}`)
  const [image, ...others] = images.map((each) => ({ ...each, layers: [...each.layers, believed] }))
  if (image === undefined) return missing(`${substitute}`)
  return others.length > 0 ? [image, ...others] : onBothPlatforms(image.layers, image.settings)
}

/** Publishes the examples' database as Trivy's is: an archive of its two files as an artifact. */
async function publishDatabase(store: Store, work: string, from: string): Promise<void> {
  const [layer] = await layersOf(store, { reference: from })
  const blob = store.blobs.get(layer?.digest ?? '') ?? missing(from)
  const [tar, root, archive] = [join(work, 'database.tar'), join(work, 'database'), join(work, publishedDatabase.title)]
  await pipeline(await blob.open(), createWriteStream(tar))
  await mkdir(root)
  await execa('tar', ['--extract', '--file', tar, '--directory', root])
  const files = ['trivy.db', 'metadata.json']
  await execa('tar', [...deterministicTar, '--gzip', '--file', archive, '--directory', join(root, 'db'), ...files])
  const { reference, title, ...types } = publishedDatabase
  const annotations = { 'org.opencontainers.image.title': title }
  const config = addBytes(store, Buffer.from('{}'), types.config)
  const layers = [{ ...(await addFile(store, archive, types.layer)), annotations }]
  store.tags.set(reference, addManifest(store, { mediaType: mediaTypes.manifest, config, layers }).digest)
}

function pinned<Entry>(entries: Readonly<Record<string, Entry>>, name: string): Entry {
  return entries[name] ?? missing(name)
}

function missing(what: string): never {
  throw new Error(`the sealed toolchain has no ${what}`)
}
