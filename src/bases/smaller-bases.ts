import { fullReference, parseImageReference } from '../formats/image-reference.ts'

/** A base of a runtime, and the smaller ones that its publishers have of the same version. */
export interface SmallerBases {
  /** As its repository is called, e.g. `python`. */
  runtime: string
  tag: string
  /** The version in the tag; empty if it names none. */
  version: string
  /** True if its C library is musl, on which nothing runs that was linked with another one. */
  isMusl: boolean
  /** The smaller form of the same image, spelled as the given one. */
  slim?: string
  /** One without shell and package manager, on glibc as well. */
  distroless?: string
}

const distributions = 'bullseye|bookworm|trixie|jammy|noble'

/** How the smaller form of a tag is written: version and distribution are its named groups. */
const slimTags: Readonly<Record<string, { tag: RegExp; slim: (version: string, distribution: string) => string }>> = {
  ...Object.fromEntries(
    ['python', 'ruby', 'rust', 'perl'].map((name) => [
      name,
      { tag: tagOf(''), slim: (version: string, distribution: string) => `${version}-slim${distribution}` },
    ]),
  ),
  node: { tag: tagOf(''), slim: (version, distribution) => `${version}${distribution}-slim` },
  debian: { tag: /^(?<version>\d+|bullseye|bookworm|trixie)$/, slim: (version) => `${version}-slim` },
  'eclipse-temurin': { tag: tagOf('(?:-jdk)?'), slim: (version, distribution) => `${version}-jre${distribution}` },
}

/** Published ones by the version that they have. Debian 12 has Python 3.11 and Debian 13 has 3.13: https://packages.debian.org/python3. */
const distroless: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  python: {
    '3.11': 'gcr.io/distroless/python3-debian12:nonroot',
    '3.13': 'gcr.io/distroless/python3-debian13:nonroot',
  },
  node: Object.fromEntries(
    ['20', '22', '24'].map((version) => [version, `gcr.io/distroless/nodejs${version}-debian12:nonroot`]),
  ),
}

/** Debian's own Python, by the tag of the release, and the base without a shell that has the same. */
const debianPythons: ReadonlyArray<readonly [tag: RegExp, version: string]> = [
  [/^(12|bookworm)(-slim)?$/, '3.11'],
  [/^(13|trixie)(-slim)?$/, '3.13'],
]

/** The version of Debian's own Python on an image of Debian; undefined for another image, or a tag without a release. */
export function debianPython({ runtime, tag }: Pick<SmallerBases, 'runtime' | 'tag'>) {
  const [, version] = debianPythons.find(([form]) => runtime === 'debian' && form.test(tag)) ?? []
  const base = version === undefined ? undefined : distroless['python']?.[version]
  return version === undefined || base === undefined ? undefined : { version, base }
}

/**
 * Whether a distroless base has at least the C library that was built with: that of Debian, whose release is in its name. An
 * unknown distribution counts: the image is started on the new base.
 */
export function runsOn(base: string, os: { family: string; version: string } | undefined): boolean {
  const release = Number(/-debian(\d+)/.exec(base)?.[1])
  return os?.family !== 'debian' || Number.parseInt(os.version, 10) <= release
}

/** Bases without shell and package manager for a compiled program: one that needs no library, one linked with glibc, and one with what GCC and Rust link besides. */
export const programBases = {
  static: 'gcr.io/distroless/static-debian12:nonroot',
  glibc: 'gcr.io/distroless/base-debian12:nonroot',
  gcc: 'gcr.io/distroless/cc-debian12:nonroot',
} as const

/** The versions of Java that distroless has. */
const distrolessJava = ['17', '21']

/**
 * The bases that run what an image with a JDK has compiled, the one without shell and package manager first. None if its
 * tag does not name the version of Java.
 */
export function javaBases({ runtime, tag }: Pick<SmallerBases, 'runtime' | 'tag'>): string[] {
  const [, version] =
    (runtime === 'eclipse-temurin' ? /^(\d+)/ : /(?:temurin|jdk|openjdk|corretto)-?(\d+)/).exec(tag) ?? []
  if (version === undefined) return []
  const bare = distrolessJava.includes(version) ? [`gcr.io/distroless/java${version}-debian12:nonroot`] : []
  return [...bare, `eclipse-temurin:${version}-jre`]
}

/** Runtimes whose programs may need no C library at all. */
const compiled = /^(golang|rust|alpine)$/

/**
 * The smaller bases of the same version as an official image. Undefined for other images, for one by digest, and for
 * one on musl, whose compiled modules would not run on another C library, unless it is for programs that may need none.
 */
export function smallerBases(written: string): SmallerBases | undefined {
  const { registry, repository = '', tag = 'latest', digest } = parseImageReference(written) ?? {}
  const [, runtime = ''] = /^library\/([a-z-]+)$/.exec(repository) ?? []
  const isMusl = runtime === 'alpine' || tag.includes('alpine')
  if (registry !== 'docker.io' || runtime === '' || digest !== undefined || /windows|nanoserver/.test(tag))
    return undefined
  if (isMusl && !compiled.test(runtime)) return undefined
  const version = /^\d+(\.\d+)*/.exec(tag)?.[0] ?? ''
  const form = Object.hasOwn(slimTags, runtime) ? slimTags[runtime] : undefined
  const groups = form?.tag.exec(tag)?.groups
  const name = written.replace(/:[^:/]*$/, '')
  const slim = groups === undefined ? undefined : form?.slim(groups['version'] ?? '', groups['distribution'] ?? '')
  const bare = Object.entries(distroless[runtime] ?? {}).find(
    ([one]) => version === one || version.startsWith(`${one}.`),
  )
  return {
    runtime,
    tag,
    version,
    isMusl,
    ...(slim === undefined ? {} : { slim: `${name}:${slim}` }),
    ...(bare === undefined ? {} : { distroless: bare[1] }),
  }
}

/**
 * A distroless image tagged `latest` by the tag of the same content for another user than root. Undefined for others, and
 * for one whose name has no version. See https://github.com/GoogleContainerTools/distroless.
 */
export function nonrootForm(written: string): string | undefined {
  const { registry, repository = '', tag = 'latest', digest } = parseImageReference(written) ?? {}
  const isVersioned = registry === 'gcr.io' && /^distroless\/[a-z-]+\d*-debian\d+$/.test(repository)
  return isVersioned && tag === 'latest' && digest === undefined
    ? `${written.replace(/:latest$/, '')}:nonroot`
    : undefined
}

/** Bases as they are given, and by their full references all that may take their place or run what is compiled on them. */
export function withSmallerBases(references: readonly string[]): string[] {
  const found = references.flatMap((reference) => {
    const { runtime = '', tag = '', slim, distroless: bare } = smallerBases(reference) ?? {}
    const isCompiled = /^(golang|rust|debian|ubuntu|alpine)$/.test(runtime)
    return [
      slim,
      bare,
      nonrootForm(reference),
      ...javaBases({ runtime, tag }),
      debianPython({ runtime, tag })?.base,
      ...(isCompiled ? Object.values(programBases) : []),
    ]
  })
  const parsed = found.flatMap((reference) => (reference === undefined ? [] : (parseImageReference(reference) ?? [])))
  return [...new Set([...references, ...parsed.map(fullReference)])]
}

function tagOf(between: string): RegExp {
  return new RegExp(`^(?<version>\\d+(?:\\.\\d+)*)${between}(?<distribution>-(?:${distributions}))?$`)
}
