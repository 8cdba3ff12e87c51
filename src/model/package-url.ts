import { PackageURL } from 'packageurl-js'
import type { Digest } from './digest.ts'

/** A parsed package URL (https://github.com/package-url/purl-spec). Omitted parts are absent. */
export interface PackageUrl {
  type: string
  namespace?: string
  name: string
  version?: string
  qualifiers: Readonly<Record<string, string>>
  subpath?: string
}

const qualifierKey = '[A-Za-z][A-Za-z0-9._-]*'
const qualifierValue = '[^&#]+'

/**
 * No part may be empty or invisible. The library is more lenient: it drops qualifiers without a value and control characters,
 * and an exception would then match more packages than its text says.
 */
const complete = new RegExp(
  `^pkg:[^?#]*[^?#@](\\?${qualifierKey}=${qualifierValue}(&${qualifierKey}=${qualifierValue})*)?(#.+)?$`,
  'u',
)

/** Leading or trailing white space, and invisible characters. The library drops some of them after decoding a part. */
const unseen = /^\s|\s$|[^\S ]|[\p{Cc}\p{Cf}]/u
const emptySegment = /^(\/+|\.\.?)$/

/** Whether a text survives the library unchanged, even after decoding. Throws if it cannot be decoded. */
function isKeptWhole(text: string): boolean {
  const [, path = '', query = '', subpath = ''] = /^([^?#]*)\??([^#]*)#?(.*)/su.exec(text) ?? []
  const decoded = (part: string, by: RegExp) => part.split(by).map((piece) => decodeURIComponent(piece))
  const segments = [...decoded(path, /[/@]/), ...decoded(subpath, /\//)]
  const keys = query.split('&').map((qualifier) => qualifier.replace(/=.*/u, '').toLowerCase())
  return (
    new Set(keys).size === keys.length &&
    !segments.some((segment) => emptySegment.test(segment)) &&
    ![...segments, ...decoded(query, /[&=]/)].some((part) => unseen.test(part))
  )
}

/** Parses a package URL; undefined if the text is not one. Names are normalised as the specification requires for their type. */
export function parsePackageUrl(text: string): PackageUrl | undefined {
  if (!complete.test(text) || /[\s\p{Cc}]/u.test(text)) return undefined
  try {
    if (!isKeptWhole(text)) return undefined
    // A plus is a plus, as the specification requires; the library decodes qualifiers as an HTML form, in which it is a space.
    const { type, namespace, name, version, qualifiers, subpath } = PackageURL.fromString(text.replaceAll('+', '%2B'))
    const written = (part: string) => (type === 'golang' ? part.toLowerCase() : part)
    return {
      type,
      ...(namespace === undefined ? {} : { namespace: written(namespace) }),
      name: written(name),
      ...(version === undefined ? {} : { version }),
      qualifiers: { ...qualifiers },
      ...(subpath === undefined ? {} : { subpath }),
    }
  } catch {
    return undefined
  }
}

/**
 * Whether a package URL matches a package, as in the specification: type, namespace and name must be equal,
 * and version, qualifiers and subpath if given. `pkg:deb/debian/libssl3` matches every version of libssl3.
 */
export function namesPackage(wanted: PackageUrl, found: PackageUrl): boolean {
  return (
    wanted.type === found.type &&
    wanted.namespace === found.namespace &&
    wanted.name === found.name &&
    (wanted.version === undefined || wanted.version === found.version) &&
    (wanted.subpath === undefined || wanted.subpath === found.subpath) &&
    Object.entries(wanted.qualifiers).every(([key, value]) => found.qualifiers[key] === value)
  )
}

/** The package URL of an image, of type `oci`: its name is the last part of the repository's. */
export function imagePackageUrl(image: { name: string; digest: Digest }): string {
  return `pkg:oci/${encodeURIComponent(imageShortName(image.name))}@${encodeURIComponent(image.digest)}`
}

/** The last part of a repository's name: all that a package URL of type `oci` contains of it. */
export function imageShortName(name: string): string {
  return name.split('/').at(-1) ?? name
}
