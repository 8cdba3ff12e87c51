import type { Digest, Package, PackageRecords, Violation } from '../../model/index.ts'
import { contradictions } from '../distribution.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

type System = PackageRecords['systems'][number]

/** System directories in which each file is a separate program or library; anything deeper belongs to one tree. */
const sharedDirectory = /^(\/usr)?\/(s?bin|games|libexec|lib(32|64|x32)?(\/[a-z0-9_]+-linux-[a-z0-9]+)?)\/[^/]+$/

/** A scanner trusts the image's own records, so these are compared with those of the layers below and with each other. */
export const packageRecords: Rule = {
  id: 'package-records',
  title: 'The package records are complete and consistent',
  needs: ['configuration', 'licenses'],
  settings: ['inventory.unowned'],
  severities: ['high', 'unknown'],
  remedy:
    'Leave os-release and the package database as the package manager writes them: remove packages with it, and copy files together with the packages that own them.',
  source: 'Loadline: a package without a record is never scanned; NIST SP 800-190, 4.1.1',
  judge({ policy, evidence }) {
    const limit = policy.inventory.unowned
    const packages = new Map(collectedOf(evidence, 'licenses').map(({ platform, value }) => [platform, value.packages]))
    const scans = new Map(
      evidence.platforms.map(({ archive, evidence: { vulnerabilities } }) => [
        archive.platform,
        vulnerabilities?.status === 'collected' ? { os: vulnerabilities.value.os } : undefined,
      ]),
    )
    const judged = collectedOf(evidence, 'configuration').map(({ platform, value }) => {
      const owners = ownersOn(evidence, platform)
      const say: Say = (id, found, layer) => ({
        id,
        subject: '',
        severity: id === 'gone' || id === 'changed' || id === 'system' || id === 'contradiction' ? 'high' : 'unknown',
        platform,
        wanted: wanted[id] ?? 'reliable records',
        found,
        remedy: packageRecords.remedy,
        owner: owners.ofLayer(layer),
      })
      const { records } = value
      if (records === undefined)
        return { platform, violations: [say('records', 'they were not checked')], remarks: [], text: 'not checked' }
      const known = packages.get(platform) ?? []
      const scan = scans.get(platform)
      const places = unownedOf(records, known)
      const without = withoutPackage(places, records, say)
      const isOver = limit !== 'unlimited' && places.size > limit
      return {
        platform,
        violations: [
          ...lost(records, say),
          ...rewritten(records, say),
          ...moved(records.systems, say),
          ...records.unreadable.map((name) =>
            say('unreadable', `${name} cannot be read, so what it records is unknown`),
          ),
          ...contradictions(
            systemOf(records),
            records,
            scan === undefined ? undefined : { os: scan.os, packages: known },
          ).map((found) => say('contradiction', found)),
          ...(isOver ? without : []),
        ],
        remarks: isOver ? [] : without,
        text: `${describe(records)}, ${places.size} places without a package`,
      }
    })
    return {
      wanted: `records as the package manager writes them; at most ${limit} places of the system without a package`,
      found: onEveryPlatform(judged),
      violations: judged.flatMap(({ violations }) => violations),
      remarks: judged.flatMap(({ remarks }) => remarks),
    }
  },
}

const wanted: Readonly<Record<string, string>> = {
  gone: 'a record for every package whose files are present',
  changed: 'no record changed without its package',
  system: 'a distribution that changes only with its packages',
  contradiction: 'records, os-release and scanner that agree',
  unreadable: 'package databases that can be read',
  unowned: 'programs and libraries of the system that a package owns',
}

type Say = (id: string, found: string, layer?: Digest) => Violation

function lost({ gone, goneCount }: PackageRecords, say: Say): Violation[] {
  const [first] = gone
  if (first === undefined) return []
  const files = gone.reduce((sum, one) => sum + one.files, 0)
  const example = gone.find((one) => one.example !== '')?.example
  const there =
    example === undefined
      ? 'and so are the lists of their files'
      : `but ${files} of their files are still there, e.g. ${example}`
  return [
    say(
      'gone',
      `${goneCount} packages that a lower layer records are gone from the database (${some(
        gone.map(({ name, version }) => `${name} ${version}`),
        goneCount,
      )}), ${there}`,
      first.layer,
    ),
  ]
}

function rewritten({ changed, changedCount }: PackageRecords, say: Say): Violation[] {
  const [first] = changed
  if (first === undefined) return []
  const told = some(
    changed.map(({ name, from, to }) => `${name} from ${from} to ${to}`),
    changedCount,
  )
  return [
    say(
      'changed',
      `the records of ${changedCount} packages were rewritten, but none of their files: ${told}`,
      first.layer,
    ),
  ]
}

function moved(systems: readonly System[], say: Say): Violation[] {
  return systems.flatMap((system, index) => {
    const before = systems[index - 1]
    if (before === undefined || system.byPackage) return []
    const after = system.id === '' ? 'nothing' : `${system.id} ${system.versionId}`
    return [
      say(
        'system',
        `a layer changes os-release from ${before.id} ${before.versionId} to ${after}, but not the package that owns it`,
        system.layer,
      ),
    ]
  })
}

function systemOf({ systems }: PackageRecords): System | undefined {
  const last = systems.at(-1)
  return last === undefined || last.id === '' ? undefined : last
}

/** System files and trees that neither a package owns nor the scanner recognised. */
function unownedOf({ unowned }: PackageRecords, known: readonly Package[]): Set<string> {
  // A scanner may leave out the first slash.
  const catalogued = new Set(known.map(({ path }) => path))
  const isKnown = (path: string) => path.startsWith('/') && (catalogued.has(path) || catalogued.has(path.slice(1)))
  return new Set(
    unowned.flatMap(({ path }) => (isKnown(path) ? [] : [sharedDirectory.test(path) ? path : treeOf(path)])),
  )
}

function withoutPackage(places: ReadonlySet<string>, { unownedCount, unowned }: PackageRecords, say: Say): Violation[] {
  if (places.size === 0) return []
  const unlisted = unownedCount - unowned.length
  const listed = `system programs and libraries that no package owns and no scanner recognised, in ${places.size} places: ${some([...places], places.size)}`
  return [say('unowned', unlisted > 0 ? `${listed}; ${unlisted} more files were not listed` : listed)]
}

const tree = /^(?:\/usr)?\/(?:lib(?:32|64|x32)?(?:\/[a-z0-9_]+-linux-[a-z0-9]+)?|[^/]+)\/[^/]+/

/** The tree that a system file belongs to: `/usr/lib/jvm/17/bin/java` is in `/usr/lib/jvm`. */
function treeOf(path: string): string {
  return tree.exec(path)?.[0] ?? path
}

function describe({ databases, goneCount, changedCount }: PackageRecords): string {
  const kept = databases.map(({ name, packages }) => `${packages} packages in ${name}`).join(', ')
  return `${kept || 'no package database'}, ${goneCount} gone, ${changedCount} rewritten`
}

function some(names: readonly string[], count: number): string {
  const shown = names.slice(0, 3)
  return `${shown.join(', ')}${count > shown.length ? ` and ${count - shown.length} more` : ''}`
}
