import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../../src/model/errors.ts'
import {
  describeRegistryFault,
  faultCodes,
  readAttached,
  readConfigured,
  readProbe,
  readPush,
  readResolved,
  readTagging,
} from '../../../../src/tools/registry/output.ts'
import { failing, recorded } from './recorded.ts'

const done = (name: string, version?: '1.1.0' | '1.2.0') => ({
  exitCode: 0,
  stdout: recorded(name, version),
  stderr: '',
})
const index = 'sha256:ecc9a15e8bd207d44dca9f5f37512143825d9a4a20ca65598296b17dc091efe8'
const single = 'sha256:24da20bd67307cfff974813bf59bf9c1a3edcdc88a0e639fe561398c99f7163f'

describe('registry output', () => {
  it('reads a push, and the same push again, which sent nothing', () => {
    expect(readPush(done('push')).done).toMatchObject({
      digest: index,
      manifests: { sent: 3, present: 0 },
      blobs: { sent: 4, present: 0 },
      sentBytes: 342,
    })
    expect(readPush(done('push-again')).done).toMatchObject({
      digest: index,
      manifests: { sent: 0, present: 3 },
      blobs: { sent: 0, present: 4 },
      sentBytes: 0,
    })
    expect(readPush(done('push-single')).done?.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
  })

  it('reads what was attached, and how the registry lists it', () => {
    expect(readAttached(done('attach', '1.2.0')).done).toMatchObject({
      referrers: 'tag',
      bundles: [
        { predicateType: 'https://cyclonedx.org/bom' },
        { predicateType: 'https://slsa.dev/verification_summary/v1' },
      ],
    })
  })

  it('reads what became of tags', () => {
    expect(readTagging(done('tag')).done?.tags.map(({ tag, state }) => [tag, state])).toEqual([
      ['1.8.2', 'created'],
      ['1.8', 'created'],
    ])
    expect(readTagging(done('tag-moved')).done?.tags).toEqual([
      { tag: '1.8', state: 'moved', before: index, now: single },
      { tag: 'nightly', state: 'created', now: single },
    ])
    expect(readTagging(done('tag-unchanged')).done?.tags[0]?.state).toBe('unchanged')
  })

  it('reads that another run moved the tag afterwards, with both digests [fault 52]', () => {
    const { digest, tags } = readTagging(done('tag-overtaken')).done!
    expect(tags).toEqual([
      {
        tag: 'contested',
        state: 'overtaken',
        now: 'sha256:4cb3941fdf7fde5865852b5901124dfe73c0c2768f048b10e60c08ec86c66aa9',
      },
    ])
    expect(digest).toBe(single)
  })

  it('reads how referrers are kept', () => {
    expect([readProbe(done('referrers-probe-api')).done, readProbe(done('referrers-probe-tag')).done]).toEqual([
      'api',
      'tag',
    ])
  })

  it('reads what a reference points to', () => {
    const { done: found } = readResolved(done('resolve-index', '1.1.0'))
    expect(found).toMatchObject({
      digest: 'sha256:4923916372931bc595eed3b08a21e22f2b64dd6df1882458f42800c69b9c3532',
      index: true,
    })
    expect(found?.manifests.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'linux', architecture: 'arm', variant: 'v7' },
      { os: 'unknown', architecture: 'unknown' },
    ])
    const image = readResolved(done('resolve-image', '1.1.0')).done
    expect(image).toMatchObject({ index: false, manifests: [{ digest: image?.digest }] })
  })

  it('reads the configuration of an image', () => {
    expect(readConfigured(done('config', '1.1.0')).done).toMatchObject({
      digest: readResolved(done('resolve-image', '1.1.0')).done?.digest,
      config: { created: '2026-11-20T08:00:00Z', os: 'linux' },
    })
  })

  it('fails to verify, not to publish, what it cannot read of a registry', () => {
    for (const read of [readResolved, readConfigured]) {
      expect(() => read(done('push'))).toThrow(expect.objectContaining({ code: 'VERIFY' }))
      expect(() => read({ exitCode: 2, stdout: '', stderr: 'wrong usage' })).toThrow(
        expect.objectContaining({ code: 'VERIFY' }),
      )
      expect(describeRegistryFault(read(failing('denied')).fault!)).toMatch(/^registry\.example\.com: 403 /)
    }
  })

  it('knows a recorded fault for every code', () => {
    expect(faultCodes.map((code) => readPush(failing(code)).fault?.code)).toEqual([...faultCodes])
    expect(readPush(failing('unreachable')).fault?.code).toBe('unavailable')
  })

  it.each<[string, { exitCode: number; stdout: string }, RegExp]>([
    ['nothing', { exitCode: 0, stdout: '' }, /found no output/],
    ['a truncated document', { exitCode: 0, stdout: recorded('push').slice(0, 60) }, /are not valid JSON/],
    ['{}', { exitCode: 0, stdout: '{}' }, /unexpected form/],
    [
      'a newer document',
      { exitCode: 0, stdout: recorded('push').replace('"schemaVersion":1', '"schemaVersion":2') },
      /schemaVersion/,
    ],
    ['an unknown field', { exitCode: 0, stdout: recorded('push').replace('{', '{"partial":true,') }, /unexpected form/],
    ['a digest that is not valid', { exitCode: 0, stdout: recorded('push').replace(index, 'sha256:1') }, /digest/],
    ['an error document with exit code 0', { exitCode: 0, stdout: recorded('error-denied') }, /unexpected form/],
    ['success with exit code 1', { exitCode: 1, stdout: recorded('push') }, /unexpected form/],
    [
      'an unknown fault',
      { exitCode: 1, stdout: recorded('error-denied').replace('denied', 'moody') },
      /unexpected form/,
    ],
    ['wrong usage', { exitCode: 2, stdout: '' }, /exited with code 2: wrong usage/],
  ])('does not take %s for an answer', (_what, ended, says) => {
    const read = () => readPush({ ...ended, stderr: 'wrong usage: push was given 1 arguments\nusage: ...' })
    expect(read).toThrow(DeliveryError)
    expect(read).toThrow(says)
    expect(read).toThrow(expect.objectContaining({ code: 'PUBLISH', exitCode: 4 }))
  })

  it.each([
    ['a tag that points elsewhere and was not overtaken', recorded('tag-overtaken').replace('overtaken', 'moved')],
    [
      'a tag that was overtaken by its own digest',
      recorded('tag-unchanged').replace('"state":"unchanged"', '"state":"overtaken"'),
    ],
    ['no tag at all', recorded('tag-overtaken').replace(/"tags":\[.*\]/, '"tags":[]')],
  ])('does not believe %s', (_what, stdout) => {
    expect(() => readTagging({ exitCode: 0, stdout, stderr: '' })).toThrow(expect.objectContaining({ code: 'PUBLISH' }))
  })

  it('is of the version that the tools name', () => {
    const source = readFileSync(new URL('../../../../programs/registry/main.go', import.meta.url), 'utf8')
    expect(JSON.parse(recorded('version', '1.2.0'))).toEqual({
      schemaVersion: 1,
      version: /const version = "(.*)"/.exec(source)?.[1],
    })
  })
})
