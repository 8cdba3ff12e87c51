import { X509Certificate } from 'node:crypto'
import { parseAllDocuments } from 'yaml'
import { isMapping, type AskedChange } from './asked/change.ts'
import { askedOfCloudRun, askedOfObjects } from './asked/objects.ts'
import { askedPermissions } from './asked/permissions.ts'
import { askedScaling } from './asked/scaling.ts'
import { askedSizes } from './asked/sizes.ts'
import { askedOfNetwork, isFilledInPeers } from './filled-in-peers.ts'
import { fitsText } from './filled-in-text.ts'

/** Every change that a text of the scaffold asks people to make by hand. */
const asked: readonly AskedChange[] = [
  ...askedSizes,
  ...askedScaling,
  ...askedPermissions,
  ...askedOfNetwork,
  ...askedOfObjects,
  ...askedOfCloudRun,
]

/** In characters: what was filled in, and an administrator's comments; the authorities of all regions of a cloud are 170,000. A longer file is not read. */
const mostFilledIn = 300_000

/** Files that have such places. */
export function canBeFilledIn(path: string): boolean {
  return /(^|\/)(deploy\/((kubernetes|ecs|cloud-run)\/.+\.(yaml|json)|(.+\/)?database-authority\.pem|questions\.md)|compose\.yaml|loadline\.yaml)$/.test(
    path,
  )
}

/**
 * Whether a file is the generated one in which nothing was changed but what its texts leave to people. Values are compared and not their spelling, because "kustomize edit" writes the whole file again. Without `sizes`, what was measured is not left to them: it is proposed.
 */
export function isFilledIn(path: string, existing: string, generated: string, { sizes } = { sizes: true }): boolean {
  if (!canBeFilledIn(path) || existing.length > generated.length + mostFilledIn) return false
  if (path.endsWith('.pem')) return holdsCertificates(existing)
  if (path.endsWith('.md')) return answersQuestions(existing, generated)
  const [were, are] = [valuesOf(generated), valuesOf(existing)]
  const changes = asked.filter((change) => change.file.test(path) && (sizes || !askedSizes.includes(change)))
  return were !== undefined && are !== undefined && fits(changes, '', were, are)
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

/** The documents of a YAML or JSON file; undefined for one that cannot be parsed, or that says how it wants to be read, which other programs do not heed. */
function valuesOf(text: string): unknown[] | undefined {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: true })
    const isPlain = documents.every(
      ({ errors, warnings, directives }) =>
        errors.length === 0 && warnings.length === 0 && directives?.yaml.explicit !== true,
    )
    return isPlain ? documents.map((document): unknown => document.toJS({ maxAliasCount: 0 })) : undefined
  } catch {
    return undefined
  }
}

function fits(changes: readonly AskedChange[], at: string, generated: unknown, changed: unknown): boolean {
  const existing = changes
    .filter((change) => change.at.test(at))
    .reduce((value, change) => change.undo(generated, value), changed)
  if (typeof generated === 'string' && typeof existing === 'string') return fitsText(generated, existing)
  if (Array.isArray(generated))
    return (
      Array.isArray(existing) &&
      ((generated.length === existing.length &&
        generated.every((value, index) => fits(changes, `${at}/${index}`, value, existing[index]))) ||
        isFilledInPeers(generated, existing))
    )
  if (!isMapping(generated) || !isMapping(existing)) return generated === existing
  return (
    Object.keys(existing).length === Object.keys(generated).length &&
    Object.entries(generated).every(([key, value]) => {
      // The condition of a policy names the issuer of the cluster's tokens in its key.
      const there =
        Object.hasOwn(existing, key) || !key.includes('ISSUER-ID')
          ? key
          : Object.keys(existing).find((name) => fitsText(key, name))
      return (
        there !== undefined && Object.hasOwn(existing, there) && fits(changes, `${at}/${key}`, value, existing[there])
      )
    })
  )
}

/** Whether every question is still there, answered or not: a tick, and what somebody wrote after it or below it. */
function answersQuestions(existing: string, generated: string): boolean {
  const lines = existing.split('\n')
  const unticked = (line: string) => line.replace(/^- \[x\]/i, '- [ ]')
  const asks = (line: string) => line.startsWith('- [ ]')
  let from = 0
  return generated.split('\n').every((line) => {
    const found = lines.findIndex(
      (own, index) => index >= from && (asks(line) ? unticked(own).startsWith(line) : own === line),
    )
    from = found + 1
    return found !== -1
  })
}
