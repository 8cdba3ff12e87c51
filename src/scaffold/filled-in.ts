import { X509Certificate } from 'node:crypto'
import { parseAllDocuments } from 'yaml'
import { isFilledInPeers } from './filled-in-peers.ts'

/** What generated files leave to a release or to an administrator, and what may stand there instead. */
const placeholders: ReadonlyArray<readonly [placeholder: RegExp, instead: string]> = [
  [/sha256:0{64}/, 'sha256:[0-9a-f]{64}'],
  [/\b0{12}\b/, '\\d{12}'],
  [/\bREGION\b/, '[a-z]{2}(?:-[a-z]+)+-\\d'],
  [/\bsubnet-PRIVATE-[A-C]\b/, 'subnet-[0-9a-f]{8,17}'],
  [/^sg-[a-z0-9-]+$/, 'sg-[0-9a-f]{8,17}'],
  [/\bTARGET-GROUP\b/, '[0-9a-f]{16}'],
  [/\bPROJECT\b/, '[a-z][a-z0-9-]{4,28}[a-z0-9]'],
  [/\bCLUSTER\b/, '[A-Za-z0-9][A-Za-z0-9_-]{0,99}'],
  [/\bBUCKET\b/, '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'],
  [/\bACCESS-LOGS\b/, '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'],
  [/\bKEY-ID\b/, '(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'],
  [/\bCERTIFICATE-ID\b/, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'],
  [/\bISSUER-ID\b/, '[0-9A-F]{32}'],
  [/\b(?:DATABASE|REDIS)-HOST\b/, '[a-z0-9-]+(?:\\.[a-z0-9-]+)+'],
  // The network of Cloud Run, and the namespaces that an application in a cluster works with.
  [/"default"/, '"[a-z][a-z0-9-]{0,61}"'],
  [/^(?:ingress|monitoring|observability|data|secret-store|gateway)$/, '[a-z0-9]+(?:-[a-z0-9]+)*'],
  [/\.(?:observability|data)\.svc\b/, '\\.[a-z0-9]+(?:-[a-z0-9]+)*\\.svc'],
]

/** Files that have such places. */
export function canBeFilledIn(path: string): boolean {
  return /(^|\/)deploy\/((kubernetes|ecs|cloud-run)\/.+\.(yaml|json)|(.+\/)?database-authority\.pem)$/.test(path)
}

/**
 * Whether a file is the generated one in which nothing but those places was filled in. Values are compared and not their spelling, because "kustomize edit" writes the whole file again.
 */
export function isFilledIn(path: string, existing: string, generated: string): boolean {
  if (!canBeFilledIn(path)) return false
  if (path.endsWith('.pem')) return holdsCertificates(existing)
  const [were, are] = [valuesOf(generated), valuesOf(existing)]
  return were !== undefined && are !== undefined && fits(were, are)
}

/** Whether a file holds certificates of authorities, and no key. */
function holdsCertificates(text: string): boolean {
  const blocks = text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  if (blocks.length === 0 || /PRIVATE KEY/.test(text)) return false
  try {
    return blocks.every((block) => new X509Certificate(block).ca)
  } catch {
    return false
  }
}

/** The documents of a YAML or JSON file; undefined for one that cannot be parsed. */
function valuesOf(text: string): unknown[] | undefined {
  const documents = parseAllDocuments(text, { uniqueKeys: true })
  if (documents.some(({ errors }) => errors.length > 0)) return undefined
  try {
    return documents.map((document): unknown => document.toJS({ maxAliasCount: 0 }))
  } catch {
    return undefined
  }
}

function fits(generated: unknown, existing: unknown): boolean {
  if (typeof generated === 'string' && typeof existing === 'string') return fitsText(generated, existing)
  if (Array.isArray(generated))
    return (
      Array.isArray(existing) &&
      ((generated.length === existing.length && generated.every((value, index) => fits(value, existing[index]))) ||
        isFilledInPeers(generated, existing))
    )
  if (!isMapping(generated) || !isMapping(existing)) return generated === existing
  // "kustomize edit set image NAME=NAME@DIGEST" also writes the name that the image keeps.
  const { newName, ...others } = existing
  const own =
    newName !== undefined && newName === generated['name'] && generated['newName'] === undefined ? others : existing
  return (
    Object.keys(own).length === Object.keys(generated).length &&
    Object.entries(generated).every(([key, value]) => {
      // The condition of a policy names the issuer of the cluster's tokens in its key.
      const there =
        key in own || !key.includes('ISSUER-ID') ? key : Object.keys(own).find((name) => fitsText(key, name))
      return there !== undefined && there in own && fits(value, own[there])
    })
  )
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a text is the generated one with every placeholder kept, or replaced by what may stand there. */
function fitsText(generated: string, existing: string): boolean {
  if (generated === existing) return true
  const form = placeholders.reduce(
    (parts, [placeholder, instead]) =>
      parts.flatMap((part) =>
        typeof part !== 'string'
          ? [part]
          : part
              .split(new RegExp(`(${placeholder.source})`))
              .map((piece, index) => (index % 2 === 0 ? piece : { pattern: `(?:${escaped(piece)}|${instead})` })),
      ),
    [generated] as Array<string | { pattern: string }>,
  )
  return new RegExp(`^${form.map((part) => (typeof part === 'string' ? escaped(part) : part.pattern)).join('')}$`).test(
    existing,
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
