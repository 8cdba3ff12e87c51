import type { Lock, StoredSignature } from '../../model/index.ts'
import type { SignatureFormat } from '../../tools/cosign/command.ts'
import { begun } from '../../engine/begun.ts'
import { probeReferrers, type Published } from '../publish/publish.ts'

/** Where a registry stores a new signature in each format, asked while something else is done. */
export function beginStorage(
  published: Published,
  formats: readonly SignatureFormat[],
  lock: Lock,
): Promise<StoredSignature[]> {
  return begun(Promise.all(formats.map((format) => signatureStorage(published, format, lock))))
}

/**
 * Whether signatures and attestations of one image can be written at the same time. Not under a shared tag: each writer
 * reads its list and writes it back, so that one of two would be lost.
 */
export function canWriteTogether(stored: readonly Pick<StoredSignature, 'where'>[]): boolean {
  return stored.every(({ where }) => where !== 'referrers-tag')
}

/**
 * Where a registry stores a new signature. A registry without the OCI 1.1 referrers API gets bundles under a tag named
 * after the image's digest (the specification's fallback). The older format always has a tag of its own.
 */
async function signatureStorage(published: Published, format: SignatureFormat, lock: Lock): Promise<StoredSignature> {
  const tag = published.digest.replace(':', '-')
  if (format === 'legacy')
    return { format, where: 'signature-tag', reference: `${published.access.repository}:${tag}.sig` }
  return (await probeReferrers(published, lock)) === 'api'
    ? { format, where: 'referrers-api', reference: `${published.access.repository}@${published.digest}` }
    : { format, where: 'referrers-tag', reference: `${published.access.repository}:${tag}` }
}
