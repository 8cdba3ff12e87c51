import { describe, expect, it } from 'vitest'
import { readChecksums, refuseDenied, requireAge } from '../../../src/tools/admissible.ts'
import { tools } from '../../../src/tools/images.ts'

const now = new Date('2026-11-28T12:00:00Z')

describe('a release that may be pinned', () => {
  it('is not on the deny list [fault 90]', () => {
    for (const version of ['0.69.4', '0.69.5', '0.69.6'])
      expect(() => refuseDenied('trivy', version)).toThrow(`trivy ${version} is on the deny list`)
    for (const version of ['0.69.3', '0.69.7', '0.72.0']) expect(() => refuseDenied('trivy', version)).not.toThrow()
    expect(() => refuseDenied('cosign', '0.69.5')).not.toThrow()
  })

  it('is what the table of tools has', () => {
    for (const { name, version } of Object.values(tools)) expect(() => refuseDenied(name, version)).not.toThrow()
  })

  it.each([
    ['young', new Date('2026-11-22T13:00:00Z'), 'to be at least 7 days old, found 5'],
    ['of tomorrow', new Date('2026-11-29T00:00:00Z'), 'days old, found 0'],
    ['of no day', undefined, 'found no creation date'],
    ['of 1970, as builders write no day', new Date(0), 'found no creation date'],
    ['of the year 1', new Date('0001-01-01T00:00:00Z'), 'found no creation date'],
  ])('is not %s [fault 90]', (_, created, message) => {
    expect(() => requireAge('dive', created, 7, now)).toThrow(message)
  })

  it('is old enough from the day on', () => {
    expect(() => requireAge('dive', new Date('2026-11-21T12:00:00Z'), 7, now)).not.toThrow()
  })
})

describe('the checksums of the Dagger CLI', () => {
  const list = `${'a'.repeat(64)}  dagger_v0.21.8_linux_amd64.tar.gz\n${'b'.repeat(64)} *dagger_v0.21.8_darwin_arm64.tar.gz\n`

  it('are read for the platforms that are wanted', () => {
    expect(readChecksums(list, '0.21.8', ['darwin/arm64', 'linux/amd64'])).toEqual({
      'darwin/arm64': `sha256:${'b'.repeat(64)}`,
      'linux/amd64': `sha256:${'a'.repeat(64)}`,
    })
  })

  it.each([list.replace('amd64', 'x86'), '', '<html></html>', list.replaceAll('a'.repeat(64), 'a'.repeat(63))])(
    'are refused where one is missing: %#',
    (text) => {
      expect(() => readChecksums(text, '0.21.8', ['linux/amd64'])).toThrow(
        'expected a checksum for dagger_v0.21.8_linux_amd64',
      )
    },
  )
})
