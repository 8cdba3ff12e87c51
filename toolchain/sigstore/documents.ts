import { createHash, createPublicKey, X509Certificate } from 'node:crypto'

/** An instance as its two documents describe it. Certificates are PEM, leaf or lowest authority first. */
export interface InstanceFacts {
  issuer: string
  fulcio: { url: string; chain: readonly string[] }
  /** The host name in the address is the origin of the log's checkpoints. The key is Ed25519, SPKI, PEM. */
  rekor: { url: string; publicKey: string }
  /** Address without the path of its interface. */
  timestamps: { url: string; chain: readonly string[] }
  /** When its keys become valid. */
  since: Date
}

const operator = 'loadline sigstore up'

/** The signing configuration of an instance: which services sign. */
export function signingConfig({ issuer, fulcio, rekor, timestamps, since }: InstanceFacts): string {
  const service = (url: string, majorApiVersion: number) => [
    { url, majorApiVersion, validFor: { start: since.toISOString() }, operator },
  ]
  return text({
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: service(fulcio.url, 1),
    oidcUrls: service(issuer, 1),
    rekorTlogUrls: service(rekor.url, 2),
    tsaUrls: service(`${timestamps.url}/api/v1/timestamp`, 1),
    rekorTlogConfig: { selector: 'ANY' },
    tsaConfig: { selector: 'ANY' },
  })
}

/** The trusted root of an instance: the keys that are trusted. */
export function trustedRoot({ fulcio, rekor, timestamps, since }: InstanceFacts): string {
  const validFor = { start: since.toISOString() }
  const authority = (uri: string, chain: readonly string[]) => {
    const certificates = chain.map((pem) => new X509Certificate(pem))
    const named = (field: 'O' | 'CN') =>
      new RegExp(`^${field}=(.*)$`, 'm').exec(certificates.at(-1)?.subject ?? '')?.[1] ?? operator
    return [
      {
        subject: { organization: named('O'), commonName: named('CN') },
        uri,
        certChain: { certificates: certificates.map(({ raw }) => ({ rawBytes: raw.toString('base64') })) },
        validFor,
      },
    ]
  }
  const key = createPublicKey(rekor.publicKey).export({ type: 'spki', format: 'der' })
  return text({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: rekor.url,
        hashAlgorithm: 'SHA2_256',
        publicKey: { rawBytes: key.toString('base64'), keyDetails: 'PKIX_ED25519', validFor },
        logId: { keyId: checkpointKeyId(new URL(rekor.url).hostname, key).toString('base64') },
      },
    ],
    certificateAuthorities: authority(fulcio.url, fulcio.chain),
    timestampAuthorities: authority(timestamps.url, timestamps.chain),
  })
}

/** The certificates of a PEM file, in its order. */
export function splitCertificates(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

/**
 * The key id of an Ed25519 key in a signed note (C2SP signed-note, "signature types"): SHA-256 over name, newline, 0x01
 * and the 32 bytes of the key, with which an SPKI ends.
 */
function checkpointKeyId(origin: string, spki: Buffer): Buffer {
  return createHash('sha256')
    .update(`${origin}\n`)
    .update(Buffer.from([1]))
    .update(spki.subarray(-32))
    .digest()
}

function text(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`
}
