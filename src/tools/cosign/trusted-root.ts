import { z } from 'zod'
import { readSigstoreDocument } from './services.ts'

const bytes = z.looseObject({ rawBytes: z.base64().min(1), keyDetails: z.string().optional() })

const Authority = z.looseObject({
  uri: z.string().default(''),
  subject: z.looseObject({ organization: z.string().default(''), commonName: z.string().default('') }).prefault({}),
  certChain: z.looseObject({ certificates: z.array(bytes).min(1) }),
})

const Log = z.looseObject({ baseUrl: z.string(), hashAlgorithm: z.string(), publicKey: bytes })

const Authorities = z.looseObject({
  certificateAuthorities: z.array(Authority).default([]),
  timestampAuthorities: z.array(Authority).default([]),
  tlogs: z.array(Log).default([]),
  ctlogs: z.array(Log).default([]),
})

interface CertificateAuthority {
  uri: string
  organization: string
  commonName: string
  /** PEM, the lowest certificate first. */
  chain: string
}

interface TransparencyLog {
  url: string
  /** `sha256`, `sha384` or `sha512`. */
  hashAlgorithm: string
  /** PEM. */
  publicKey: string
}

/** The keys and certificates that a trusted root trusts. */
export interface Authorities {
  certificates: CertificateAuthority[]
  timestamps: CertificateAuthority[]
  logs: TransparencyLog[]
  certificateLogs: TransparencyLog[]
}

/**
 * Reads the keys and certificates of a trusted root (media type
 * `application/vnd.dev.sigstore.trustedroot+json;version=0.1`). Throws `VERIFY`.
 */
export function readAuthorities(trustedRoot: string): Authorities {
  const { certificateAuthorities, timestampAuthorities, tlogs, ctlogs } = readSigstoreDocument(
    'trusted root',
    trustedRoot,
    Authorities,
    'VERIFY',
  )
  const authority = ({ uri, subject, certChain }: z.infer<typeof Authority>) => ({
    uri,
    organization: subject.organization,
    commonName: subject.commonName,
    chain: certChain.certificates.map(({ rawBytes }) => pem('CERTIFICATE', rawBytes)).join(''),
  })
  const log = ({ baseUrl, hashAlgorithm, publicKey }: z.infer<typeof Log>) => ({
    url: baseUrl,
    hashAlgorithm: hashAlgorithm.toLowerCase().replace(/^sha2_/, 'sha'),
    publicKey: pem('PUBLIC KEY', publicKey.rawBytes),
  })
  return {
    certificates: certificateAuthorities.map(authority),
    timestamps: timestampAuthorities.map(authority),
    logs: tlogs.map(log),
    certificateLogs: ctlogs.map(log),
  }
}

/**
 * Whether every log in a trusted root has version 2, judging by the kind of key, which only these have. Throws `VERIFY`.
 */
export function onlySecondVersion(trustedRoot: string): boolean {
  const { tlogs } = readSigstoreDocument('trusted root', trustedRoot, Authorities, 'VERIFY')
  return tlogs.length > 0 && tlogs.every(({ publicKey }) => publicKey.keyDetails === 'PKIX_ED25519')
}

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`
}
