// Locates the JavaScript to run. It may be called before anything is installed, so it uses nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ownSurroundings } from './own-surroundings.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A checkout bundles itself; an installed package ships its publisher's bundle. */
export const isCheckout = existsSync(join(root, 'package-lock.json'))

/** The directory that a publisher packs. */
export const packed = join(root, 'dist', 'program')

/** Bundles that no checked-out version has used for this long are removed. */
const unusedDays = 7

/** Returns the URL of a prebuilt file, `cli` or `library`. A checkout rebuilds it first if its sources have changed. */
export async function prebuilt(name) {
  return pathToFileURL(join(isCheckout ? bundled() : packed, `${name}.mjs`)).href
}

function bundled() {
  const directory = join(root, 'dist', sourceKey())
  if (existsSync(directory)) return directory
  // Renamed into place in one step: several processes may find it missing at once.
  const work = join(root, 'dist', `.${randomUUID()}`)
  bundle(work)
  try {
    renameSync(work, directory)
  } catch (error) {
    rmSync(work, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  }
  removeUnused(directory)
  return directory
}

/** Bundles this version into `directory`, which must be two levels below the root. Throws an Error with esbuild's output. */
export function bundle(directory) {
  const { status, error, stderr } = spawnSync(process.execPath, [join(root, 'ci', 'bundle.mjs'), directory], {
    ...ownSurroundings(),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0) return
  const said = error?.message ?? stderr.trim()
  throw new Error(`failed to bundle this checkout with esbuild. Run "npm ci" in ${root}. esbuild said:\n${said}`)
}

/** A key over the bytes of everything that is bundled: no time stamp of a checkout can hide a change. */
function sourceKey() {
  const hash = createHash('sha256')
  const files = ['ci', 'pipelines', 'src', 'toolchain']
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(ts|cts|mjs)$/.test(path))
        .map((path) => join(room, path)),
    )
    .concat('package-lock.json')
  for (const path of files.sort()) {
    const content = readFileSync(join(root, path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}

function removeUnused(directory) {
  const oldest = Date.now() - unusedDays * 86_400_000
  mkdirSync(join(root, 'dist'), { recursive: true })
  for (const entry of readdirSync(join(root, 'dist'))) {
    const path = join(root, 'dist', entry)
    if (path !== directory && path !== packed && statSync(path).mtimeMs < oldest)
      rmSync(path, { recursive: true, force: true })
  }
}
