import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readDocument } from '../../model/read-json.ts'
import type { SigningServices } from './command.ts'

/** The public Sigstore instance and its staging counterpart: everybody can read their logs. */
const publicDomains = ['sigstore.dev', 'sigstage.dev']

const Service = z.looseObject({ url: z.url({ protocol: /^https?$/ }), majorApiVersion: z.int().min(1) })

/** The used parts of Sigstore's signing configuration (media type `application/vnd.dev.sigstore.signingconfig.v0.2+json`). */
const SigningConfig = z.looseObject({
  mediaType: z.literal('application/vnd.dev.sigstore.signingconfig.v0.2+json'),
  caUrls: z.array(Service).default([]),
  rekorTlogUrls: z.array(Service).default([]),
  tsaUrls: z.array(Service).default([]),
})

const Authority = z.looseObject({})

/**
 * The used parts of Sigstore's trusted root (media type `application/vnd.dev.sigstore.trustedroot+json;version=0.1`, or
 * a later minor version).
 */
const TrustedRoot = z.looseObject({
  mediaType: z.string().regex(/^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=|\.v)0\.\d+/),
  tlogs: z.array(Authority).default([]),
  certificateAuthorities: z.array(Authority).default([]),
  ctlogs: z.array(Authority).default([]),
  timestampAuthorities: z.array(Authority).default([]),
})

/** Sigstore's two documents: which services sign, and which of their keys are trusted. Neither is secret. */
export interface ServiceDocuments {
  /** Signing configuration, JSON. */
  signingConfig: string
  /** Trusted root, JSON. */
  trustedRoot: string
}

/** What signing will reveal to whom. */
export interface ServiceFacts {
  /** Addresses of the transparency logs that may be written to. */
  logs: string[]
  /** Who can read it: nobody, because there is no log; those with access to a private log; or everybody. */
  transparencyLog: 'none' | 'private' | 'public'
  /** Addresses of all participating services, in no particular order. */
  urls: string[]
  /** Whether a certificate is available, which keyless signing needs. */
  certificates: boolean
  timestamps: boolean
  /** Whether every log has version 2 of the interface, which does not support the older signature format. */
  onlySecondVersion: boolean
}

/** The documents for signing offline: no service takes part, and only the signature itself leaves the machine. */
export const offline: ServiceDocuments = {
  signingConfig: '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json"}\n',
  trustedRoot: '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}\n',
}

/** The known properties of the public instance; its documents come over the network, and Cosign verifies them. */
export const publicInstance: ServiceFacts = {
  logs: ['https://rekor.sigstore.dev'],
  transparencyLog: 'public',
  urls: ['https://fulcio.sigstore.dev', 'https://rekor.sigstore.dev'],
  certificates: true,
  timestamps: true,
  onlySecondVersion: false,
}

/** The individual addresses of the public instance, for the older format. */
export const publicUrls: SigningServices['urls'] = {
  fulcio: 'https://fulcio.sigstore.dev',
  rekor: 'https://rekor.sigstore.dev',
}

/**
 * Reads a signing configuration. A certificate authority of the public instance counts as a public log, because it logs
 * every certificate, including the identity. Throws `SIGN`.
 */
export function readSigningConfig(text: string): ServiceFacts {
  const config = readSigstoreDocument('signing configuration', text, SigningConfig)
  const [logs, authorities] = [config.rekorTlogUrls.map(({ url }) => url), config.caUrls.map(({ url }) => url)]
  return {
    logs,
    transparencyLog: [...logs, ...authorities].some(isPublic) ? 'public' : logs.length > 0 ? 'private' : 'none',
    urls: [...authorities, ...logs, ...config.tsaUrls.map(({ url }) => url)],
    certificates: authorities.length > 0,
    timestamps: config.tsaUrls.length > 0,
    onlySecondVersion: logs.length > 0 && config.rekorTlogUrls.every(({ majorApiVersion }) => majorApiVersion >= 2),
  }
}

/** What a consumer can require with a trusted root. Throws `VERIFY`. */
export function readTrustedRoot(text: string): {
  log: boolean
  certificateLog: boolean
  timestamps: boolean
  certificates: boolean
} {
  const root = readSigstoreDocument('trusted root', text, TrustedRoot, 'VERIFY')
  return {
    log: root.tlogs.length > 0,
    certificateLog: root.ctlogs.length > 0,
    timestamps: root.timestampAuthorities.length > 0,
    certificates: root.certificateAuthorities.length > 0,
  }
}

/** The individual addresses in a signing configuration, for the older format: the first of each kind, only version 1 logs. */
export function serviceUrls(text: string): SigningServices['urls'] {
  const config = readSigstoreDocument('signing configuration', text, SigningConfig)
  const [fulcio, rekor, timestamps] = [
    config.caUrls[0],
    config.rekorTlogUrls.find(({ majorApiVersion }) => majorApiVersion === 1),
    config.tsaUrls[0],
  ]
  return {
    ...(fulcio === undefined ? {} : { fulcio: fulcio.url }),
    ...(rekor === undefined ? {} : { rekor: rekor.url }),
    ...(timestamps === undefined ? {} : { timestamps: timestamps.url }),
  }
}

/**
 * A signing configuration with a different host name for services on this machine's loopback, as containers need; the ports stay.
 */
export function reachedBy(text: string, host: string, isLoopback: (host: string) => boolean): string {
  const moved = (service: z.infer<typeof Service>) => {
    const url = new URL(service.url)
    if (!isLoopback(url.host)) return service
    url.hostname = host
    return { ...service, url: url.href.replace(/\/$/, '') }
  }
  const config = readSigstoreDocument('signing configuration', text, SigningConfig)
  return JSON.stringify({
    ...config,
    caUrls: config.caUrls.map(moved),
    rekorTlogUrls: config.rekorTlogUrls.map(moved),
    tsaUrls: config.tsaUrls.map(moved),
  })
}

function isPublic(url: string): boolean {
  const { hostname } = new URL(url)
  return publicDomains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
}

/** Reads one of Sigstore's two documents. Throws the given code if it has a different form. */
export function readSigstoreDocument<T extends z.ZodType>(
  what: string,
  text: string,
  schema: T,
  code: 'SIGN' | 'VERIFY' = 'SIGN',
): z.infer<T> {
  const hint = `Use Sigstore's own document, e.g. as "cosign ${what === 'trusted root' ? 'trusted-root' : 'signing-config'} create" writes it.`
  return readDocument(
    text,
    schema,
    (found, { kind, detail }) =>
      new DeliveryError(
        code,
        kind === 'form'
          ? `the ${what} has an unexpected form: ${detail}`
          : `expected the ${what} to be JSON, found ${found}`,
        hint,
      ),
  )
}
