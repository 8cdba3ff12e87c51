import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import type { Digest } from '../../model/index.ts'
import { describeFault, parseJson } from '../../model/read-json.ts'

const Signature = z.object({ critical: z.object({ image: z.object({ 'docker-manifest-digest': z.string() }) }) })

/** Reads the output of `cosign verify --output json`. Throws `VERIFY` unless at least one signature is about exactly this digest. */
export function parseVerification(stdout: string, digest: Digest): void {
  const document = parseJson(
    stdout,
    (fault) =>
      new DeliveryError(
        'VERIFY',
        `cosign verify succeeded but printed ${describeFault(fault)}`,
        'Use the pinned version of cosign.',
      ),
  )
  const signatures = z.array(Signature).min(1).safeParse(document)
  const digests = signatures.success
    ? signatures.data.map((signature) => signature.critical.image['docker-manifest-digest'])
    : []
  if (!digests.includes(digest)) {
    throw new DeliveryError(
      'VERIFY',
      `expected cosign to verify a signature of ${digest}, found one of ${digests.join(', ') || 'nothing'}`,
      'Do not use this image; sign the digest that was judged.',
    )
  }
}

/**
 * Why Cosign did not sign, as far as it matters for what to do next: a service was unavailable, the token or the key
 * was refused, or something else.
 */
export type SigningFailure = 'away' | 'token' | 'key' | 'other'

/**
 * Classifies Cosign's error text, because it has one exit code for everything. Errors of signing services follow "error
 * signing bundle", or "from TUF" when it looks up the public instance's; an unavailable registry is a different matter.
 */
export function readSigningFailure(stderr: string): SigningFailure {
  if (/error processing the identity token|retrieving ID token/i.test(stderr)) return 'token'
  if (/reading key: |loading key/i.test(stderr)) return 'key'
  const inServices = /error signing bundle: (.+)|(?:signing config|trusted root) from TUF: (.+)/i.exec(stderr)
  const away =
    /connection refused|no such host|timeout|deadline exceeded|connection reset|server closed|broken pipe|\bEOF\b|TLS handshake|network is unreachable|\b(?:408|429|50[0234])\b|Service Unavailable|Bad Gateway/i
  return away.test(inServices?.[1] ?? inServices?.[2] ?? '') ? 'away' : 'other'
}

/** Cosign's last message, without the prefix of every error. */
export function lastWord(stderr: string): string {
  return (stderr.trimEnd().split('\n').at(-1) ?? '').replace(/^(?:error during command execution|Error): /, '')
}
