import { createHash, X509Certificate } from 'node:crypto'
import { LAYER_TIME } from '../bases/assembly/run-debian-tool.ts'

/** The well-known password of Java's own trust store: it protects nothing. */
const PASSWORD = 'changeit'

/**
 * A trust store as Java reads it (JKS, version 2), with the authorities of a PEM bundle. Java's keytool would write the
 * current time into it. The layout is that of `sun.security.provider.JavaKeyStore` in OpenJDK.
 */
export function javaTrustStore(bundle: string): Buffer {
  const certificates = [...bundle.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([pem]) => new X509Certificate(pem),
  )
  const entries = new Map(
    certificates.map((certificate) => [
      `debian:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`,
      certificate.raw,
    ]),
  )
  const parts = [number(0xfeedfeed), number(2), number(entries.size)]
  for (const [alias, der] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const trustedCertificate = number(2)
    const added = Buffer.alloc(8)
    added.writeBigInt64BE(BigInt(LAYER_TIME) * 1000n)
    parts.push(trustedCertificate, text(alias), added, text('X.509'), number(der.length), der)
  }
  const body = Buffer.concat(parts)
  const salted = Buffer.from(PASSWORD, 'utf16le').swap16()
  return Buffer.concat([body, createHash('sha1').update(salted).update('Mighty Aphrodite').update(body).digest()])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** ASCII only, for which Java's modified UTF-8 equals UTF-8. */
function text(value: string): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value.length)
  return Buffer.concat([bytes, Buffer.from(value, 'ascii')])
}
