import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { namedImages } from '../../../../ci/run/named-images.ts'

const now = new Date('2026-11-24T12:00:00Z')
const dockerfile =
  'FROM rust:1-bookworm AS build\nFROM gcr.io/distroless/cc-debian12:nonroot\nCOPY --from=build /app /app\n'

let source: string
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'loadline-named-'))
})
afterEach(() => rmSync(source, { recursive: true }))

describe('the images that a source names', () => {
  it('are the bases of its Dockerfile and the services of its policy, fully spelled', async () => {
    writeFileSync(join(source, 'Dockerfile'), dockerfile)
    writeFileSync(
      join(source, 'loadline.yaml'),
      'version: 1\nruntime: {services: {database: {image: "docker.io/library/postgres:17-bookworm", ports: [5432]}}}\n',
    )
    expect(await namedImages(source, {}, {}, now)).toEqual([
      'docker.io/library/rust:1-bookworm',
      'gcr.io/distroless/cc-debian12:nonroot',
      'docker.io/library/postgres:17-bookworm',
    ])
  })

  it('are those of the Dockerfile and the policy that the call names', async () => {
    writeFileSync(join(source, 'Dockerfile'), dockerfile)
    writeFileSync(join(source, 'other.Dockerfile'), 'ARG BASE\nFROM $BASE\n')
    expect(
      await namedImages(
        source,
        { application: { path: 'given.yaml', text: 'version: 1\n' } },
        { dockerfile: 'other.Dockerfile', buildArgs: { BASE: 'debian:12' } },
        now,
      ),
    ).toEqual(['docker.io/library/debian:12'])
  })

  it.each([
    ['there is no Dockerfile', {}],
    ['the policy is not valid', { Dockerfile: dockerfile, 'loadline.yaml': 'version: 2\n' }],
  ])('are not guessed where %s: the flow says what is wrong', async (_, files) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text)
    expect(await namedImages(source, {}, {}, now)).toEqual([])
  })
})
