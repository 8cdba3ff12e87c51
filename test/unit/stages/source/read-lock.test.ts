import { describe, expect, it } from 'vitest'
import {
  connectedLock,
  parseBaseLock,
  parseGivenLock,
  parseSealedLock,
} from '../../../../src/stages/source/read-lock.ts'
import { pinnedTools, pinsOf } from '../../../../src/tools/pins.ts'

const digest = `sha256:${'a'.repeat(64)}`
const base = {
  reference: 'docker.io/library/python:3.11',
  digest,
  platforms: ['linux/amd64'],
  resolvedAt: '2026-11-01T00:00:00Z',
}
const tools = pinnedTools(pinsOf())
const evil = { hadolint: { reference: `evil.example/hadolint@${digest}`, digest, version: '2.15.1' } }
const text = (document: unknown) => JSON.stringify(document)

describe('the lock file of an application', () => {
  it('pins bases, and the tools are those of the release', () => {
    const own = parseBaseLock(text({ schemaVersion: 2, bases: [base] }), 'loadline.lock.json')
    expect(connectedLock(tools, own)).toEqual({ schemaVersion: 1, mode: 'connected', tools, bases: [base] })
  })

  it('need not be there', () => {
    expect(connectedLock(tools)).toMatchObject({ tools, bases: [] })
  })

  it.each([
    [{ schemaVersion: 2, bases: [], tools: evil }, 'expected only bases'],
    [{ schemaVersion: 1, mode: 'connected', bases: [], tools: {} }, 'expected only bases'],
    [{ schemaVersion: 1, mode: 'sealed', bases: [], tools: evil }, 'expected only bases'],
    [{ schemaVersion: 2, mode: 'sealed', bases: [] }, 'mode'],
    [{ schemaVersion: 2, bases: [{ ...base, substitute: '127.0.0.1:5000/evil:1' }] }, 'substitute'],
    [{ schemaVersion: 2, bases: [], exampleDatabase: { reference: 'evil.example/db', digest } }, 'exampleDatabase'],
    [{ schemaVersion: 2, bases: [{ ...base, digest: 'latest' }] }, 'bases.0.digest'],
    [{ schemaVersion: 3, bases: [] }, 'schemaVersion'],
    [[], 'the document'],
  ])('never says what judges it, nor what stands in for a base: %j', (document, message) => {
    expect(() => parseBaseLock(text(document), 'loadline.lock.json')).toThrow(message)
  })

  it('that is not JSON is refused by name', () => {
    expect(() => parseBaseLock('{', 'services/orders/loadline.lock.json')).toThrow(
      /^services\/orders\/loadline.lock.json is text that is not valid JSON/,
    )
  })
})

describe('a lock file that whoever calls names', () => {
  const sealed = {
    schemaVersion: 1,
    mode: 'sealed',
    tools: evil,
    bases: [{ ...base, substitute: '127.0.0.1:5000/a:1' }],
  }

  it('may be that of a sealed toolchain elsewhere', () => {
    expect(parseGivenLock(text(sealed), 'sealed.lock.json', tools)).toEqual(sealed)
    expect(parseGivenLock(text({ schemaVersion: 2, bases: [base] }), 'other.json', tools)).toMatchObject({ tools })
  })

  it('of a sealed toolchain is nothing else', () => {
    expect(() => parseSealedLock(text({ ...sealed, mode: 'connected' }), 'sealed.lock.json')).toThrow(
      'is not the lock file of a sealed toolchain',
    )
  })
})
