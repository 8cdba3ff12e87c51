import type { Signature, StoredSignature } from '../model/index.ts'

const places: Record<StoredSignature['where'], string> = {
  'referrers-api': 'by the referrers API',
  'referrers-tag': 'under the fallback tag, because the registry has no referrers API',
  'signature-tag': 'under the signature tag',
}
const readers: Record<Signature['transparencyLog'], string> = {
  none: 'in no transparency log',
  private: "in a transparency log of one's own",
  public: 'in the public transparency log',
}

/** Who signed, in which formats and where they are, and who can read that, in one sentence. */
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
