// Writes what the Dockerfile needs beside the package: `node image/inputs.mjs PACKAGE CHECKSUMS`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Puts the manifest of every package that was bundled into the unpacked package, where scanners look: a bundle itself
 * does not say what is in it. Its maps name every file that it was made from.
 */
function addManifests(unpacked) {
  const program = join(unpacked, 'dist', 'program')
  const maps = readdirSync(program).filter((name) => name.endsWith('.map'))
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(join(program, name), 'utf8')).sources)
  const bundled = sources.flatMap((path) => /^.*?(node_modules\/.*)$/.exec(path)?.[1] ?? [])
  const packages = new Set(bundled.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path))
  // What a package has bundled itself is a part of it, and not installed.
  const manifests = [...packages]
    .map((path) => join(path, 'package.json'))
    .filter((path) => existsSync(join(root, path)))
  if (manifests.length === 0) throw new Error(`expected maps in ${program} that name bundled packages, found none`)
  for (const manifest of manifests) {
    mkdirSync(dirname(join(unpacked, manifest)), { recursive: true })
    cpSync(join(root, manifest), join(unpacked, manifest))
  }
}

/** Writes the pinned checksum of each archive of the Dagger CLI, in the format of `sha256sum --check`. */
function writeChecksums(directory) {
  const { cli } = JSON.parse(readFileSync(join(root, 'src', 'tools', 'pins.json'), 'utf8'))
  mkdirSync(directory, { recursive: true })
  for (const [platform, digest] of Object.entries(cli.archives)) {
    const archive = `dagger_v${cli.version}_${platform.replace('/', '_')}.tar.gz`
    writeFileSync(
      join(directory, `${platform.replace('/', '-')}.sha256`),
      `${digest.replace('sha256:', '')}  ${archive}\n`,
    )
  }
}

const [unpacked, checksums] = process.argv.slice(2)
addManifests(unpacked)
writeChecksums(checksums)
