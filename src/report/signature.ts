import type { Signature, StoredSignature } from '../model/index.ts'

const places: Record<StoredSignature['where'], string> = {
  'referrers-api': 'through the referrers API',
  'referrers-tag': 'under the fallback tag, because the registry has no referrers API',
  'signature-tag': 'under the signature tag',
}
const readers: Record<Signature['transparencyLog'], string> = {
  none: 'in no transparency log',
  private: 'in a private transparency log',
  public: 'in the public transparency log',
}

/** Who signed, in which formats, where the signatures are, and who can see that, in one sentence. */
export function describeSignature({
  publicKeyDigest,
  certificate,
  transparencyLog,
  stored,
  verified,
}: Signature): string {
  const by =
    certificate === undefined ? `the key ${publicKeyDigest ?? ''}` : `${certificate.identity} (${certificate.issuer})`
  const kept = stored.map(({ format, where }) => `${format} ${places[where]}`).join(' and ')
  return `signed by ${by.trim()}, ${verified ? 'verified' : 'not verified'}; ${kept}; ${readers[transparencyLog]}`
}
