import type { PackageRecords, Package } from '../model/index.ts'

/**
 * What is known about a distribution, by the ID in its os-release: its package database, its name in scanners, and the
 * package whose version carries its release.
 */
interface Distribution {
  database: PackageRecords['databases'][number]['name']
  family: string
  release?: readonly string[]
}

const distributions: Readonly<Record<string, Distribution>> = {
  debian: { database: 'dpkg', family: 'debian', release: ['base-files'] },
  ubuntu: { database: 'dpkg', family: 'ubuntu' },
  alpine: { database: 'apk', family: 'alpine', release: ['alpine-release'] },
  wolfi: { database: 'apk', family: 'wolfi' },
  chainguard: { database: 'apk', family: 'chainguard' },
  rhel: { database: 'rpm', family: 'redhat', release: ['redhat-release'] },
  centos: { database: 'rpm', family: 'centos', release: ['centos-release', 'centos-stream-release'] },
  rocky: { database: 'rpm', family: 'rocky', release: ['rocky-release'] },
  almalinux: { database: 'rpm', family: 'alma', release: ['almalinux-release'] },
  fedora: { database: 'rpm', family: 'fedora', release: ['fedora-release-common'] },
  ol: { database: 'rpm', family: 'oracle', release: ['oraclelinux-release'] },
  amzn: { database: 'rpm', family: 'amazon', release: ['system-release'] },
  photon: { database: 'rpm', family: 'photon', release: ['photon-release'] },
  azurelinux: { database: 'rpm', family: 'azurelinux', release: ['azurelinux-release'] },
  sles: { database: 'rpm', family: 'suse linux enterprise server', release: ['sles-release'] },
}

/** A system, as os-release names it. */
export interface NamedSystem {
  id: string
  versionId: string
}

/** What a scanner detected. */
export interface Scanned {
  os: { family: string; version: string } | undefined
  packages: readonly Pick<Package, 'type'>[]
}

/** A sentence for each contradiction between an image and its claimed distribution. `scanned` is absent if nothing was scanned. */
export function contradictions(
  system: NamedSystem | undefined,
  { databases, releases }: PackageRecords,
  scanned: Scanned | undefined,
): string[] {
  const recorded = databases.filter(({ packages }) => packages > 0)
  const known = system === undefined || !Object.hasOwn(distributions, system.id) ? undefined : distributions[system.id]
  return [
    ...(scanned === undefined ? [] : notSeen(recorded, scanned)),
    ...(system === undefined || known === undefined
      ? []
      : ofDistribution(system, known, { recorded, releases, os: scanned?.os })),
  ]
}

function notSeen(recorded: PackageRecords['databases'], { os, packages }: Scanned): string[] {
  const count = recorded.reduce((sum, one) => sum + one.packages, 0)
  const seen = packages.filter(({ type }) => type === os?.family).length
  return seen < count
    ? [
        `its package databases record ${count} packages, but the scanner saw ${seen} of ${os?.family ?? 'no distribution'}`,
      ]
    : []
}

function ofDistribution(
  system: NamedSystem,
  { database, family, release = [] }: Distribution,
  met: {
    recorded: PackageRecords['databases']
    releases: PackageRecords['releases']
    os: { family: string; version: string } | undefined
  },
): string[] {
  const said = `os-release says ${system.id} ${system.versionId}`.trim()
  const carrier = met.releases.find(({ name }) => release.includes(name))
  return [
    ...(met.recorded.length > 0 && met.recorded.every(({ name }) => name !== database)
      ? [
          `${said}, which records packages with ${database}, but they are recorded with ${met.recorded.map(({ name }) => name).join(', ')}`,
        ]
      : []),
    ...(carrier !== undefined && !sameRelease(system.versionId, carrier.version)
      ? [`${said}, but its package ${carrier.name} is ${carrier.version}`]
      : []),
    ...(met.os !== undefined && (met.os.family !== family || !sameRelease(system.versionId, met.os.version))
      ? [`${said}, but the scanner judged it as ${met.os.family} ${met.os.version}`]
      : []),
  ]
}

/**
 * Whether two spellings name the same release: they agree as far as both go, and in the first number at least. `12` and
 * `12.4+deb12u5` do, `3.19.1` and `3.19.1-r0` do.
 */
function sameRelease(left: string, right: string): boolean {
  const [ours, theirs] = [left, right].map((text) => /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(text)?.[1]?.split('.') ?? [])
  if (ours === undefined || theirs === undefined || ours.length === 0 || theirs.length === 0)
    return left === '' || right === ''
  const both = Math.min(ours.length, theirs.length, 2)
  return ours.slice(0, both).join('.') === theirs.slice(0, both).join('.')
}
