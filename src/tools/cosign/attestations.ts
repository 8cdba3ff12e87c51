import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { Statement, type Digest } from '../../model/index.ts'
import { describeFault, parseJson, readDocument } from '../../model/read-json.ts'

const payloadType = 'application/vnd.in-toto+json'

const Envelope = z.looseObject({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.looseObject({ sig: z.string() })).min(1),
})

/** A Sigstore bundle around an envelope, as `cosign download attestation` prints it; the older format is the bare envelope. */
const Bundle = z.looseObject({ mediaType: z.string(), dsseEnvelope: Envelope })

/** A statement from an attestation, with the digest of exactly the bytes that were signed. */
export interface AttestedStatement {
  statement: Statement
  digest: Digest
}

/**
 * Reads the output of `cosign verify-attestation` or `cosign download attestation`: one envelope or bundle per line.
 * Throws `VERIFY` for anything else, or if a payload is not an in-toto statement: verified bytes that cannot be read prove nothing.
 */
export function parseAttestations(stdout: string): AttestedStatement[] {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '')
  return lines.flatMap((line) => {
    const document = readLine(line)
    // A plain signature in a bundle: about the image, but not a statement.
    if (document.payloadType !== payloadType) return []
    const bytes = Buffer.from(document.payload, 'base64')
    const statement = readDocument(bytes.toString('utf8'), Statement, (found, { kind, detail }) =>
      unreadable(kind === 'form' ? `its payload is not an in-toto statement (${detail})` : `it is ${found}`),
    )
    return [{ statement, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const }]
  })
}

/** The digests that a statement is about. */
export function subjectsOf({ subject }: Statement): string[] {
  return subject.flatMap(({ digest }) => (digest['sha256'] === undefined ? [] : [`sha256:${digest['sha256']}`]))
}

function readLine(line: string): z.infer<typeof Envelope> {
  const document = parseJson(line, (fault) => unreadable(`it is ${describeFault(fault)}`))
  const envelope = Envelope.safeParse(document)
  if (envelope.success) return envelope.data
  const bundle = Bundle.safeParse(document)
  if (bundle.success) return bundle.data.dsseEnvelope
  if (
    z.looseObject({ mediaType: z.string(), messageSignature: z.unknown() }).safeParse(document).data
      ?.messageSignature !== undefined
  )
    return { payloadType: '', payload: '', signatures: [] }
  throw unreadable('it is neither an envelope nor a bundle')
}

function unreadable(why: string): DeliveryError {
  return new DeliveryError(
    'VERIFY',
    `failed to read an attestation: ${why}`,
    'Do not rely on it. Attest the image again, with a Cosign of version 3.1.',
  )
}
