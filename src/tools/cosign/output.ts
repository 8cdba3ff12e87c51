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
