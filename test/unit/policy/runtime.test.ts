import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../../src/policy/load.ts'

const now = new Date('2026-11-24T12:00:00Z')
const load = (section: string) => loadPolicy(`version: 1\nruntime: ${section}\n`, 'loadline.yaml', now).runtime

describe('the section runtime', () => {
  it('may be omitted, and then the image is run', () => {
    expect(loadPolicy('version: 1\n', 'loadline.yaml', now).runtime).toMatchObject({
      required: true,
      probe: 'healthcheck',
      services: {},
      tmpfs: ['/tmp'],
    })
  })

  it('needs only what differs from the default', () => {
    expect(
      load('{memory: 64 MiB, services: {database: {image: "docker.io/library/postgres:15", ports: [5432]}}}'),
    ).toMatchObject({ required: true, memory: '64 MiB', pids: 256, services: { database: { ports: [5432] } } })
  })

  it('accepts an earlier run only if it says for how long', () => {
    expect(load('{}').reuse).toBeUndefined()
    expect(load('{reuse: 24h}').reuse).toBe('24h')
  })

  it('names files by their path in the image', () => {
    expect(load('{files: {/run/secrets/password: only-for-this-run}}').files).toEqual({
      '/run/secrets/password': 'only-for-this-run',
    })
  })

  it.each([
    ['an unknown key', '{memroy: 64 MiB}', /memroy/],
    ['a size without a unit', '{memory: 64}', /a size with its unit/],
    ['no processes', '{pids: 0}', /pids/],
    ['a relative directory', '{tmpfs: [tmp]}', /an absolute path/],
    ['a path with ..', '{tmpfs: [/tmp/../etc]}', /an absolute path/],
    ['the root itself', '{tmpfs: [/]}', /an absolute path/],
    ['a directory twice', '{tmpfs: [/tmp, /tmp]}', /each directory once/],
    ['a relative file', '{files: {secrets/password: a}}', /an absolute path/],
    ['an unknown probe', '{probe: {grpc: {port: 1}}}', /probe/],
    ['an invalid port', '{probe: {tcp: {port: 70000}}}', /from 1 to 65535/],
    ['an HTTP path without a slash', '{probe: {http: {port: 80, path: health}}}', /starts with a slash/],
    [
      'a service whose image has no registry',
      '{services: {database: {image: "postgres:15", ports: [5432]}}}',
      /fully spelled/,
    ],
    [
      'a service without a tag',
      '{services: {database: {image: "docker.io/library/postgres", ports: [5432]}}}',
      /fully spelled/,
    ],
    ['a service without ports', '{services: {database: {image: "docker.io/library/postgres:15", ports: []}}}', /ports/],
    [
      'a service whose name is not a host name',
      '{services: {Data_Base: {image: "docker.io/library/postgres:15", ports: [5432]}}}',
      /host name/,
    ],
    ['a profile outside the source', '{seccomp: ../seccomp.json}', /inside the source/],
    ['an age without a unit', '{reuse: 24}', /reuse/],
    ['an unlimited age', '{reuse: always}', /reuse/],
    ['no time at all', '{readySeconds: 0}', /from 1 to 600/],
    ['a warning limit above the denying one', '{peakMemory: {warn: 2 GB, deny: 1 GB}}', /not above deny/],
  ])('refuses %s', (_, section, message) => {
    expect(() => load(section)).toThrow(message)
  })
})
