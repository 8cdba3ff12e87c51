import { X509Certificate } from 'node:crypto'
import { DeliveryError } from '../../model/errors.ts'

/** Checks the text of a certificate file. Throws `CREDENTIAL` if it has no certificate, or a private key. */
export function requireCertificates(text: string, name: string): string {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g)].map(([block, kind]) => ({
    block,
    kind,
  }))
  const hint = 'Give only the CA certificates, in PEM.'
  if (blocks.length === 0 || blocks.some(({ kind }) => kind !== 'CERTIFICATE')) {
    throw new DeliveryError(
      'CREDENTIAL',
      `expected certificates in PEM in ${name}, found ${blocks.map(({ kind }) => kind?.toLowerCase()).join(', ') || 'none'}`,
      hint,
    )
  }
  try {
    for (const { block } of blocks) void new X509Certificate(block).subject
  } catch (error) {
    throw new DeliveryError('CREDENTIAL', `${name} has a certificate that cannot be read`, hint, { cause: error })
  }
  return text
}
