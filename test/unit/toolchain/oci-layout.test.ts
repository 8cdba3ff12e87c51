import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { imageConfigBlob, readOciLayout, writeOciLayout } from '../../../toolchain/oci-layout.ts'
import { scratchToolImage, writeScratchImage } from '../../../toolchain/tool-image.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'layout-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

async function layer(name: string): Promise<string> {
  const path = join(directory, `${name}.tar`)
  await writeFile(path, name)
  return path
}

test('an image configuration names its platform, its layers and a fixed date', () => {
  expect(imageConfigBlob({ User: '65532', Entrypoint: ['/a'] }, 'linux/arm64', ['sha256:1'])).toEqual({
    created: '1970-01-01T00:00:00Z',
    architecture: 'arm64',
    os: 'linux',
    config: { Entrypoint: ['/a'], User: '65532' },
    rootfs: { type: 'layers', diff_ids: ['sha256:1'] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'loadline sealed' }],
  })
})

test('the digest does not depend on the order in which the configuration was written', () => {
  const one = JSON.stringify(imageConfigBlob({ User: 'a', WorkingDir: '/b' }, 'linux/amd64', []))
  expect(JSON.stringify(imageConfigBlob({ WorkingDir: '/b', User: 'a' }, 'linux/amd64', []))).toBe(one)
})

test('one platform gives a manifest, several give an index over them', async () => {
  const single = await writeOciLayout(join(directory, 'single'), [
    { platform: 'linux/amd64', layers: [await layer('x')], config: {} },
  ])
  expect(single.platforms).toEqual({ 'linux/amd64': single.digest })
  const both = await writeOciLayout(join(directory, 'both'), [
    { platform: 'linux/amd64', layers: [await layer('x')], config: {} },
    { platform: 'linux/arm64', layers: [await layer('y')], config: {} },
  ])
  expect(Object.keys(both.platforms)).toEqual(['linux/amd64', 'linux/arm64'])
  expect(Object.values(both.platforms)).not.toContain(both.digest)
  expect(both.platforms['linux/amd64']).toBe(single.digest)
  expect(await readOciLayout(join(directory, 'both'))).toEqual(both)
})

test('every blob is named after its own digest', async () => {
  const layout = join(directory, 'layout')
  await writeOciLayout(layout, [
    { platform: 'linux/amd64', layers: [await layer('x'), await layer('y')], config: { User: '1' } },
  ])
  const names = await readdir(join(layout, 'blobs', 'sha256'))
  expect(names).toHaveLength(4)
  for (const name of names) {
    const bytes = await readFile(join(layout, 'blobs', 'sha256', name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name)
  }
})

test('a tool image depends on its bytes, not on times, places or modes of its files', async () => {
  const digests = []
  for (const [place, date] of [
    ['one', 0],
    ['another', 1_800_000_000],
  ] as const) {
    await mkdir(join(directory, place))
    const binary = join(directory, place, 'program')
    await writeFile(binary, 'static', { mode: date === 0 ? 0o700 : 0o644 })
    await utimes(binary, date, date)
    const image = scratchToolImage({
      title: 'trivy',
      version: '1',
      binary,
      program: '/usr/local/bin/trivy',
      standsInFor: 'ghcr.io/x/trivy:1',
    })
    digests.push(
      (await writeScratchImage(join(directory, place, 'layout'), join(directory, place, 'work'), image)).digest,
    )
  }
  expect(digests[0]).toBe(digests[1])
})

test('a tool image says what it stands in for and has its program as entry point', () => {
  const { config } = scratchToolImage({
    title: 'crane',
    version: '0.22.1',
    binary: '/x',
    program: '/ko-app/crane',
    standsInFor: 'gcr.io/go-containerregistry/crane:v0.22.1',
  })
  expect(config).toEqual({
    Entrypoint: ['/ko-app/crane'],
    Env: ['PATH=/ko-app', 'HOME=/tmp'],
    Labels: {
      'org.opencontainers.image.title': 'crane',
      'org.opencontainers.image.version': '0.22.1',
      'dev.loadline.sealed.stands-in-for': 'gcr.io/go-containerregistry/crane:v0.22.1',
    },
  })
})
