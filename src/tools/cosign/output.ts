import { z } from 'zod'
import { DeliveryError } from '../../errors.ts'
import type { Digest } from '../../model/index.ts'

const Signature = z.object({ critical: z.object({ image: z.object({ 'docker-manifest-digest': z.string() }) }) })

/** Reads what `cosign verify --output json` printed. Throws `VERIFY` unless at least one signature is about exactly this digest. */
export function parseVerification(stdout: string, digest: Digest): void {
  let document: unknown
  try {
    document = JSON.parse(stdout)
  } catch (error) {
    throw new DeliveryError('VERIFY', 'cosign verify succeeded but printed no JSON', 'Use the pinned version of cosign.', { cause: error })
  }
  const signatures = z.array(Signature).min(1).safeParse(document)
  const digests = signatures.success ? signatures.data.map((signature) => signature.critical.image['docker-manifest-digest']) : []
  if (!digests.includes(digest)) {
    throw new DeliveryError('VERIFY', `cosign verified a signature of ${digests.join(', ') || 'nothing'}; wanted one of ${digest}`, 'Do not use this image; sign the digest that was judged.')
  }
}

/** Why Cosign did not sign, as far as it decides what to do next: a service did not answer or could not, the token or the key was refused, or something else. */
export type SigningFailure = 'away' | 'token' | 'key' | 'other'

/** Reads Cosign's error text: it has one exit code for everything. `services` are the addresses of the services that take part; a registry that is away is another matter. */
export function readSigningFailure(stderr: string, services: readonly string[]): SigningFailure {
  const failed = stderr.split('\n').filter((line) => /^(Error|main\.go|error)/i.test(line)).join('\n') || stderr
  if (/error processing the identity token|parsing identity token|id_token|identity token.*expired|\b40[01]\b.*signingCert/i.test(failed)) return 'token'
  if (/decrypt|reading key|unsupported pem type|invalid pem block|loading key/i.test(failed)) return 'key'
  const unreachable = /connection refused|no such host|i\/o timeout|deadline exceeded|connection reset|\bEOF\b|TLS handshake|\b(429|50[0234])\b|Too Many Requests|Service Unavailable|Bad Gateway/i.test(failed)
  const byService = services.some((url) => failed.includes(new URL(url).hostname))
  return unreachable && byService ? 'away' : 'other'
}
