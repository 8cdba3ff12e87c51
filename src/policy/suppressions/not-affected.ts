import { imageShortName, namesPackage, parsePackageUrl, Digest, type PackageUrl } from '../../model/index.ts'
import { suppressionError } from './suppression-document.ts'
import type { Suppression } from '../schema.ts'
import { mostEntries, suppressionEntry, type ReadSuppressions } from './entry.ts'
import type { OpenVex, Product, Subcomponent, VexStatement } from '../../formats/openvex.ts'

/** A document that the policy names. */
export interface NamedDocument {
  suppression: Suppression
  document: OpenVex
}

/** A document being read, with its results so far. */
interface Reading extends NamedDocument, ReadSuppressions {}

/** What a statement says about one vulnerability and one product, in comparable form. */
interface Claim {
  source: Reading
  statement: VexStatement
  place: string
  id: string
  scope: Scope
  /** When it was made, and its order among statements with the same time. */
  at: number
  order: number
}

interface NamedPackage {
  text: string
  url: PackageUrl
}

/** Which image and which of its packages; absent means every one. */
interface Scope {
  digest?: Digest
  package?: NamedPackage
}

/**
 * The exceptions that result from documents' statements, for one image. Only `not_affected` makes an exception.
 * Statements are a sequence, in which later ones override: a later statement with a different status about the same
 * vulnerability and any of the same products revokes the exception. The result is in the order of the documents. Throws
 * `POLICY` if there are too many statements.
 */
export function exceptNotAffected(documents: readonly NamedDocument[], imageName: string): ReadSuppressions[] {
  const readings = documents.map((named): Reading => ({ ...named, entries: [], left: [] }))
  const claims = readings
    .flatMap((source) => claimsOf(source, imageName))
    .map((claim, order): Claim => ({ ...claim, order }))
  if (claims.length > mostEntries)
    throw suppressionError(
      documents.map(({ suppression }) => suppression.file).join(', '),
      undefined,
      `expected at most ${mostEntries} statements about one vulnerability and one package, found ${claims.length}`,
    )

  for (const claim of claims) {
    const { source, statement, place, id, scope } = claim
    const { status, justification, impact_statement: impact, status_notes: notes, vulnerability } = statement
    if (status !== 'not_affected' || justification === undefined) continue
    const later = claims.find(
      (other) =>
        other.id === id &&
        other.statement.status !== 'not_affected' &&
        isLater(other, claim) &&
        overlap(other.scope, scope),
    )
    if (later !== undefined) {
      const line = `${place}, ${vulnerability.name}: overridden by ${later.source === source ? '' : `${later.source.suppression.file}, `}${later.place}, which says ${later.statement.status}`
      if (!source.left.includes(line)) source.left.push(line)
      continue
    }
    source.entries.push(
      suppressionEntry(
        source.suppression,
        {
          rule: 'vulnerabilities',
          id,
          ...(scope.digest === undefined ? {} : { digest: scope.digest }),
          ...(scope.package === undefined ? {} : { package: scope.package.text }),
          vex: { status, justification },
          says: [impact, notes].filter(Boolean).join('; '),
        },
        { kind: 'openvex', path: source.suppression.file, place },
      ),
    )
  }
  return readings.map(({ entries, left }) => ({ entries, left }))
}

function claimsOf(source: Reading, imageName: string): Array<Omit<Claim, 'order'>> {
  const { document, left } = source
  const claims: Array<Omit<Claim, 'order'>> = []
  for (const [position, statement] of document.statements.entries()) {
    const place = `statement ${position + 1}`
    const { name, aliases = [] } = statement.vulnerability
    const { scopes, unknown } = scopesOf(statement.products, imageName)
    if (statement.status !== 'not_affected') left.push(`${place}, ${name}: ${statement.status} makes no exception`)
    left.push(...unknown.map((reason) => `${place}, ${name}: ${reason}`))
    const at = Date.parse(statement.timestamp ?? document.timestamp)
    const ids = [...new Set([name, ...aliases])]
    // Names times products: two long lists would exceed any machine's memory.
    for (const id of ids) {
      for (const scope of scopes) claims.push({ source, statement, place, id, scope, at })
      if (claims.length > mostEntries) return claims
    }
  }
  return claims
}

function isLater(left: Claim, right: Claim): boolean {
  return left.at > right.at || (left.at === right.at && left.order > right.order)
}

/** Whether two scopes overlap. */
function overlap(left: Scope, right: Scope): boolean {
  const sameImage = left.digest === undefined || right.digest === undefined || left.digest === right.digest
  const [one, other] = [left.package?.url, right.package?.url]
  return sameImage && (one === undefined || other === undefined || namesPackage(one, other) || namesPackage(other, one))
}

/** Which of a statement's products concern an image, and why the others do not. */
function scopesOf(products: readonly Product[], imageName: string): { scopes: Scope[]; unknown: string[] } {
  const scopes: Scope[] = []
  const unknown: string[] = []
  for (const product of products) {
    const image = imageScope(product, imageName)
    if (typeof image === 'string') {
      unknown.push(image)
      continue
    }
    const parts = product.subcomponents ?? []
    if (parts.length === 0) scopes.push(image)
    for (const part of parts) {
      const named = packageOf(part)
      if (named === undefined) unknown.push(`the subcomponent ${part['@id'] ?? 'without an id'} has no package URL`)
      else scopes.push({ ...image, package: named })
    }
  }
  return { scopes, unknown }
}

/** The scope of a product that is this image or one of its packages; otherwise why it is neither. */
function imageScope(product: Product, imageName: string): Scope | string {
  const found = packageOf(product)
  const named = product['@id'] ?? 'a product without an id'
  const hash = Digest.safeParse(`sha256:${product.hashes?.['sha-256'] ?? ''}`)
  if (found === undefined)
    return hash.success ? { digest: hash.data } : `${named} is not a package URL, so its meaning is unknown`
  const { text: purl, url } = found
  if (url.type !== 'oci') {
    if ((product.subcomponents ?? []).length > 0)
      return `${purl} is not an image: it is unknown which packages of this one belong to it`
    return { package: found }
  }
  if (url.name !== imageShortName(imageName).toLowerCase()) return `${purl} is a different image from ${imageName}`
  const digest = Digest.safeParse(url.version ?? '')
  if (digest.success) return { digest: digest.data }
  if (hash.success) return { digest: hash.data }
  if (url.version !== undefined || Object.keys(url.qualifiers).length > 0)
    return `${purl} has a version, tag, registry or architecture: use the digest, or only the image's name`
  return {}
}

function packageOf({ '@id': id, identifiers }: Subcomponent): NamedPackage | undefined {
  const text = identifiers?.purl ?? id ?? ''
  const url = parsePackageUrl(text)
  return url && { text, url }
}
