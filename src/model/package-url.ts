import type { Digest } from './digest.ts'

/** A package URL, read (https://github.com/package-url/purl-spec). Parts that the text leaves out are absent. */
export interface PackageUrl {
  type: string
  namespace?: string
  name: string
  version?: string
  qualifiers: Readonly<Record<string, string>>
  subpath?: string
}

/** Types whose namespace and name the specification writes in lower case. */
const lowerCased = new Set(['bitbucket', 'composer', 'deb', 'github', 'golang', 'oci', 'pypi'])

/** Reads a package URL; undefined where the text is none. Names come back in the form that the specification gives their type. */
export function parsePackageUrl(text: string): PackageUrl | undefined {
  const [, schemeless] = /^pkg:\/*(.+)$/.exec(text) ?? []
  if (schemeless === undefined) return undefined
  const [beforeSubpath, subpath] = cutLast(schemeless, '#')
  const [beforeQualifiers, query] = cutLast(beforeSubpath, '?')
  const [type, ...rest] = beforeQualifiers.split('/').filter((segment) => segment !== '')
  const [last, version] = cutLast(rest.at(-1) ?? '', '@')
  try {
    const qualifiers = Object.fromEntries(
      (query ?? '')
        .split('&')
        .filter((pair) => pair !== '')
        .map(readQualifier),
    )
    const name = nameOf(type ?? '', decodeURIComponent(last))
    const namespace = nameOf(type ?? '', rest.slice(0, -1).map(decodeURIComponent).join('/'))
    if (
      type === undefined ||
      !/^[A-Za-z][A-Za-z0-9.+-]*$/.test(type) ||
      name === '' ||
      version === '' ||
      subpath === ''
    )
      return undefined
    return {
      type: type.toLowerCase(),
      ...(namespace === '' ? {} : { namespace }),
      name,
      ...(version === undefined ? {} : { version: decodeURIComponent(version) }),
      qualifiers,
      ...(subpath === undefined ? {} : { subpath: decodeURIComponent(subpath) }),
    }
  } catch {
    // A broken percent encoding, or a qualifier that is none.
    return undefined
  }
}

/**
 * Whether a package URL names a package, as the specification's own matching does: type, namespace and name must be equal,
 * and of version, qualifiers and subpath those that it says. `pkg:deb/debian/libssl3` names every version of libssl3.
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

/** The last part of a repository's name: all that a package URL of type `oci` says of it. */
export function imageShortName(name: string): string {
  return name.split('/').at(-1) ?? name
}

function cutLast(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.lastIndexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function readQualifier(pair: string): [string, string] {
  const [, key, value] = /^([A-Za-z][A-Za-z0-9._-]*)=(.+)$/.exec(pair) ?? []
  if (key === undefined || value === undefined) throw new RangeError(`not a qualifier: ${pair}`)
  return [key.toLowerCase(), decodeURIComponent(value)]
}

function nameOf(type: string, text: string): string {
  const written = lowerCased.has(type.toLowerCase()) ? text.toLowerCase() : text
  return type.toLowerCase() === 'pypi' ? written.replaceAll('_', '-') : written
}
