import { describe, expect, it } from 'vitest'
import { config, probeReferrers, push, resolve, tag } from '../../../../src/tools/registry/command.ts'

const reference = `registry.localhost:5000/demo/app@sha256:${'a'.repeat(64)}`
const loopback = { program: '/registry', plainHttp: true, knownAs: '127.0.0.1:5000' }

describe('registry commands', () => {
  it('push a layout by digest', () => {
    expect(push(loopback, { layout: '/layout', reference })).toEqual([
      '/registry',
      'push',
      '--plain-http',
      '--known-as',
      '127.0.0.1:5000',
      '/layout',
      reference,
    ])
  })

  it('tag after all options, so that no tag is read as one', () => {
    expect(
      tag({ program: '/registry', plainHttp: false }, { reference, tags: ['1.8.2', '1.8'], immutable: false }),
    ).toEqual(['/registry', 'tag', reference, '1.8.2', '1.8'])
    expect(tag(loopback, { reference, tags: ['1.8.2'], immutable: true })).toEqual([
      '/registry',
      'tag',
      '--plain-http',
      '--known-as',
      '127.0.0.1:5000',
      '--immutable',
      reference,
      '1.8.2',
    ])
  })

  it('ask for what a reference points to, and for the configuration of an image', () => {
    const tagged = 'registry.localhost:5000/demo/app:1.8.2'
    expect(resolve(loopback, { reference: tagged })).toEqual([
      '/registry',
      'resolve',
      '--plain-http',
      '--known-as',
      '127.0.0.1:5000',
      tagged,
    ])
    expect(config({ program: '/registry', plainHttp: false }, { reference })).toEqual([
      '/registry',
      'config',
      reference,
    ])
  })

  it('ask how referrers are kept', () => {
    expect(probeReferrers({ program: '/registry', plainHttp: false }, { reference })).toEqual([
      '/registry',
      'referrers',
      'probe',
      reference,
    ])
  })
})
