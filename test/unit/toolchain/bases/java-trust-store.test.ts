import { createHash, X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { javaTrustStore } from '../../../../toolchain/bases-on-demand/java-trust-store.ts'

const bundle = rootCertificates.slice(0, 3).join('\n')

describe("Java's trust store", () => {
  it('holds every authority of the bundle, and nothing else', () => {
    expect(read(javaTrustStore(bundle)).toSorted()).toEqual(
      rootCertificates
        .slice(0, 3)
        .map((pem) => new X509Certificate(pem).fingerprint256)
        .toSorted(),
    )
  })

  it('is the same for the same authorities, whatever their order', () => {
    const [first = '', second = '', third = ''] = rootCertificates
    expect(javaTrustStore([third, first, second, first].join('\n')).equals(javaTrustStore(bundle))).toBe(true)
  })
})

/** Reads a store as Java does: fingerprints of what it trusts. Throws where its form or its sum is wrong. */
function read(store: Buffer): string[] {
  const body = store.subarray(0, -20)
  const salted = Buffer.from('changeit', 'utf16le').swap16()
  expect(createHash('sha1').update(salted).update('Mighty Aphrodite').update(body).digest('hex')).toBe(
    store.subarray(-20).toString('hex'),
  )
  let at = 0
  const take = (length: number) => body.subarray(at, (at += length))
  const number = () => take(4).readUInt32BE()
  const text = () => take(take(2).readUInt16BE()).toString('ascii')
  expect([number(), number()]).toEqual([0xfeedfeed, 2])
  const fingerprints = Array.from({ length: number() }, () => {
    expect(number()).toBe(2)
    expect(text()).toMatch(/^debian:[0-9a-f]{64}$/)
    expect(take(8).readBigInt64BE()).toBe(315_619_200_000n)
    expect(text()).toBe('X.509')
    return new X509Certificate(take(number())).fingerprint256
  })
  expect(at).toBe(body.length)
  return fingerprints
}
