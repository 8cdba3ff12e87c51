import type { Base, Platform, Violation, Vulnerabilities } from '../../model/index.ts'
import type { Policy } from '../../policy/schema.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** A package that the database does not cover scans as clean. So does an image whose operating system the scanner did not recognise. */
export const databaseCoverage: Rule = {
  id: 'database-coverage',
  title: 'The vulnerability database covers the image',
  needs: ['vulnerabilities'],
  settings: ['database.accept', 'inventory.allowEmpty'],
  severities: ['unknown'],
  means: 'undecided',
  remedy:
    'Scan with a database that covers every ecosystem of the image, of a kind that the policy accepts (database.accept).',
  source: 'Loadline: a package that no advisory can match was not judged',
  judge({ policy, evidence }) {
    // If the base is unknown, the image is assumed to be built on a system.
    const bases = new Map(
      evidence.platforms.map(({ archive, evidence: { base } }) => [
        archive.platform,
        base?.status === 'collected' ? base.value : undefined,
      ]),
    )
    const images = collectedOf(evidence, 'vulnerabilities')
    const violations = images.flatMap(({ platform, value }) => notCovered(platform, value, bases.get(platform), policy))
    const found = images.map(({ platform, value }) => ({
      platform,
      text: `${value.database.name} (${value.database.coverage}); ${value.uncovered.length === 0 ? 'everything covered' : `not covered: ${value.uncovered.toSorted().join(', ')}`}`,
    }))
    return {
      wanted: `a database of the kind ${policy.database.accept.join(' or ')} that covers every ecosystem`,
      found: onEveryPlatform(found),
      violations,
    }
  },
}

/** The parts of an image that a database does not cover. */
function notCovered(platform: Platform, value: Vulnerabilities, base: Base | undefined, policy: Policy): Violation[] {
  const violation = (id: string, wanted: string, found: string, remedy: string): Violation => ({
    id,
    subject: value.database.name,
    severity: 'unknown',
    platform,
    wanted,
    found,
    remedy,
  })
  const { coverage, name, ecosystems } = value.database
  return [
    ...(policy.database.accept.includes(coverage)
      ? []
      : [
          violation(
            'database',
            `a database of the kind ${policy.database.accept.join(' or ')}`,
            `${name}, of the kind ${coverage}`,
            'Use a different database, or add the kind to database.accept if it is sufficient for this image.',
          ),
        ]),
    ...(Object.values(ecosystems).some((advisories) => advisories > 0)
      ? []
      : [
          violation(
            'empty-database',
            'a database with advisories',
            `${name} has none`,
            'Fetch the database again: an empty one finds nothing in any image.',
          ),
        ]),
    ...[...new Set(value.uncovered)].map((ecosystem) =>
      violation(
        ecosystem,
        `advisories for ${ecosystem}`,
        `${name} has none: packages of ${ecosystem} were not judged`,
        `Scan with a database that covers ${ecosystem}, or remove these packages from the image.`,
      ),
    ),
    ...(hasKnownSystem(value, base) || policy.inventory.allowEmpty
      ? []
      : [
          violation(
            'operating-system',
            'a recognised operating system, because the image is built on one',
            value.os === undefined
              ? 'none recognised: system packages were not judged'
              : `${value.os.family} ${value.os.version}`,
            'Keep /etc/os-release and the package database in the image. If the image has neither, declare that in inventory.allowEmpty with a reason.',
          ),
        ]),
  ]
}

/** An image on scratch needs no operating system; every other has one, and if it was not recognised it was not scanned. */
function hasKnownSystem(value: Vulnerabilities, base: Base | undefined): boolean {
  if (value.os !== undefined) return !/^(none|unknown|)$/i.test(value.os.family)
  const final = base?.images.filter((image) => image.final) ?? []
  return final.length > 0 && final.every(({ pinnedBy }) => pinnedBy === 'scratch')
}
