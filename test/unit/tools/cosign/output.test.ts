import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lastWord, parseVerification, readSigningFailure } from '../../../../src/tools/cosign/output.ts'

const recorded = (name: string) =>
  readFileSync(new URL(`../../../fixtures/cosign/${name}-3.1.3.txt`, import.meta.url), 'utf8')
const digest = `sha256:${'a'.repeat(64)}`
const signature = (of: string) => ({ critical: { image: { 'docker-manifest-digest': of } } })

describe('readSigningFailure', () => {
  it.each([
    ['fulcio-away', 'away'],
    ['rekor-away', 'away'],
    ['timestamps-away', 'away'],
    ['token-expired', 'token'],
    ['no-key', 'key'],
    ['wrong-password', 'key'],
    ['registry-away', 'other'],
  ])('reads %s as %s', (name, failure) => {
    expect(readSigningFailure(recorded(name))).toBe(failure)
  })

  it.each([
    'Fulcio returned 503: upstream',
    'adding rekor v2 entry: unexpected response: 429 Too Many Requests',
    'Post "https://log.example.com": context deadline exceeded',
    'Post "https://log.example.com": EOF',
  ])('waits where a service says %j', (said) => {
    expect(readSigningFailure(`Error: signing bundle: error signing bundle: ${said}`)).toBe('away')
  })

  it('does not wait where a service refuses', () => {
    expect(readSigningFailure('Error: signing bundle: error signing bundle: Fulcio returned 403: denied')).toBe('other')
    expect(readSigningFailure('')).toBe('other')
  })
})

describe('lastWord', () => {
  it('leaves out what stands before every error', () => {
    expect(lastWord(recorded('no-key'))).toMatch(/^signing \[127.*reading key: invalid pem block$/)
    expect(lastWord('')).toBe('')
  })
})

describe('parseVerification', () => {
  it('accepts a signature of exactly this digest', () => {
    expect(() => parseVerification(JSON.stringify([signature(digest)]), digest)).not.toThrow()
  })

  it.each([
    '',
    '[]',
    '{}',
    'null',
    '[{}]',
    JSON.stringify([signature(`sha256:${'b'.repeat(64)}`)]),
    `[${JSON.stringify(signature(digest))}`,
  ])('refuses %j [fault 55]', (stdout) => {
    expect(() => parseVerification(stdout, digest)).toThrow(expect.objectContaining({ code: 'VERIFY' }))
  })
})
