import { DeliveryError } from '../model/errors.ts'
import { fullReference, parseImageReference } from '../formats/image-reference.ts'

/**
 * The kinds of base: a full distribution, a slim one, one on musl, one without shell and package manager, one that its
 * publisher rebuilds for every fix.
 */
export const baseForms = ['full', 'slim', 'alpine', 'distroless', 'hardened'] as const
export type BaseForm = (typeof baseForms)[number]

/** A base to try: `current` is the Dockerfile's, `named` one that the caller asked for. */
export interface Candidate {
  form: BaseForm | 'current' | 'named'
  /** Fully spelled. */
  reference: string
}

/** An image that a Dockerfile names: `final` if the shipped stages start from it. */
export interface NamedBase {
  reference: string
  final: boolean
}

/** The bases of one runtime, in the version that the Dockerfile uses if versions matter. */
interface Family {
  name: string
  /** Repositories that identify the family, without registry. */
  repositories: RegExp
  /** The default if the Dockerfile names none. */
  version: string
  bases: Readonly<Record<BaseForm, (version: string) => string>>
}

const families: readonly Family[] = [
  {
    name: 'python',
    repositories: /(^|\/)python(3(-debian\d+)?)?$/,
    version: '3.11',
    bases: {
      full: (version) => `docker.io/library/python:${version}-bookworm`,
      slim: (version) => `docker.io/library/python:${version}-slim-bookworm`,
      alpine: (version) => `docker.io/library/python:${version}-alpine`,
      distroless: () => 'gcr.io/distroless/python3-debian12:nonroot',
      hardened: () => 'cgr.dev/chainguard/python:latest',
    },
  },
  {
    name: 'node',
    repositories: /(^|\/)node(js\d+-debian\d+)?$/,
    version: '24',
    bases: {
      full: (version) => `docker.io/library/node:${version}-bookworm`,
      slim: (version) => `docker.io/library/node:${version}-bookworm-slim`,
      alpine: (version) => `docker.io/library/node:${version}-alpine`,
      distroless: (version) => `gcr.io/distroless/nodejs${version.split('.')[0]}-debian12:nonroot`,
      hardened: () => 'cgr.dev/chainguard/node:latest',
    },
  },
  {
    name: 'java',
    repositories: /(^|\/)(eclipse-temurin|openjdk|java(\d+|-base)-debian\d+|jre)$/,
    version: '21',
    bases: {
      full: (version) => `docker.io/library/eclipse-temurin:${version}-jdk`,
      slim: (version) => `docker.io/library/eclipse-temurin:${version}-jre`,
      alpine: (version) => `docker.io/library/eclipse-temurin:${version}-jre-alpine`,
      distroless: (version) => `gcr.io/distroless/java${version.split('.')[0]}-debian12:nonroot`,
      hardened: () => 'cgr.dev/chainguard/jre:latest',
    },
  },
  {
    name: 'linked with glibc',
    repositories: /(^|\/)((cc|base)(-debian\d+)?|glibc-dynamic)$/,
    version: '',
    bases: {
      full: () => 'docker.io/library/debian:12',
      slim: () => 'docker.io/library/debian:12-slim',
      alpine: () => 'docker.io/library/alpine:3.23',
      distroless: () => 'gcr.io/distroless/cc-debian12:nonroot',
      hardened: () => 'cgr.dev/chainguard/glibc-dynamic:latest',
    },
  },
  {
    name: 'static',
    repositories: /(^|\/)(static(-debian\d+)?|debian|alpine|ubuntu|busybox|scratch)$/,
    version: '',
    bases: {
      full: () => 'docker.io/library/debian:12',
      slim: () => 'docker.io/library/debian:12-slim',
      alpine: () => 'docker.io/library/alpine:3.23',
      distroless: () => 'gcr.io/distroless/static-debian12:nonroot',
      hardened: () => 'cgr.dev/chainguard/static:latest',
    },
  },
]

/** The base of the shipped stage. Throws `SOURCE` if the Dockerfile has none. */
export function currentBase<T extends NamedBase>(images: readonly T[]): T {
  const final = images.find((image) => image.final)
  if (final === undefined)
    throw new DeliveryError(
      'SOURCE',
      'the shipped stage starts from no external image, so there is no base to replace',
      'Use a Dockerfile whose last stage starts FROM an image.',
    )
  return final
}

/**
 * The bases to try, the Dockerfile's first: those that were asked for, otherwise one of each kind for the current base's runtime.
 * Throws `USAGE` for a name that is not a reference, and if the runtime is unknown and no base was asked for.
 */
export function candidateBases(images: readonly NamedBase[], asked: readonly string[]): Candidate[] {
  const current = currentBase(images)
  const others = asked.length > 0 ? asked.map(namedBase) : familyBases(current, images)
  const form = others.find(({ reference }) => reference === current.reference)?.form ?? 'current'
  return [{ form, reference: current.reference }, ...others.filter(({ reference }) => reference !== current.reference)]
}

function namedBase(text: string): Candidate {
  if (text === 'scratch') return { form: 'named', reference: text }
  const parsed = parseImageReference(text)
  if (parsed === undefined)
    throw new DeliveryError(
      'USAGE',
      `"${text}" is not an image reference`,
      'Write --candidate registry/repository:tag, e.g. docker.io/library/debian:12-slim.',
    )
  return {
    form: 'named',
    reference: `${fullReference(parsed)}${parsed.digest === undefined ? '' : `@${parsed.digest}`}`,
  }
}

function familyBases(current: NamedBase, images: readonly NamedBase[]): Candidate[] {
  const family = families.find(({ repositories }) => repositories.test(pathOf(current.reference)))
  if (family === undefined)
    throw new DeliveryError(
      'USAGE',
      `Loadline knows no alternative bases for ${current.reference}`,
      'Name the bases to try: --candidate registry/repository:tag.',
    )
  const version = versionIn(family, images)
  return baseForms.map((form) => ({ form, reference: family.bases[form](version) }))
}

/**
 * The version in a tag of the family, such as 3.11 in python:3.11-slim, or in a name, such as 24 in nodejs24-debian12:
 * what builds the application comes before what ships it.
 */
function versionIn({ repositories, version }: Family, images: readonly NamedBase[]): string {
  const same = images
    .filter(({ reference }) => repositories.test(pathOf(reference)))
    .toSorted((left, right) => Number(left.final) - Number(right.final))
  const versions = same.flatMap(
    ({ reference }) =>
      /^\d+(?:\.\d+)?/.exec(parseImageReference(reference)?.tag ?? '')?.[0] ??
      /(?:nodejs|java)(\d+)-debian\d+$/.exec(pathOf(reference))?.[1] ??
      [],
  )
  return versions[0] ?? version
}

/** An image's repository within its registry, as Docker spells it out: library/debian. */
function pathOf(reference: string): string {
  return reference === 'scratch' ? reference : (parseImageReference(reference)?.repository ?? reference)
}
