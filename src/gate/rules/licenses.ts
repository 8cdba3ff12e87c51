import type { Owner, Package, Platform, Violation } from '../../model/index.ts'
import { currentLicenseId, parseLicenseExpression, type LicenseExpression } from '../../policy/license-expression.ts'
import { groupBy } from '../../model/group-by.ts'
import { ownersOn } from '../owners.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** How a licence expression counts under the policy. */
type Freedom = 'allowed' | 'denied' | 'unknown'

interface Where {
  platform: Platform
  owner: Owner
}

/**
 * Licences by SPDX expression. All licences that a package declares apply; within an expression an OR is a choice,
 * so it is denied only if every alternative is. An exception (WITH) does not make a denied licence allowed.
 */
export const licenses: Rule = {
  id: 'licenses',
  title: 'No denied licences',
  needs: ['licenses'],
  settings: ['licenses.deny', 'licenses.unknown'],
  severities: ['high', 'unknown'],
  remedy:
    'Replace the package with one under a different licence, buy a licence and add an exception with the contract as its reason, or change licenses.deny.',
  source: 'SPDX 2.3, annex D (licence expressions); SPDX licence list',
  judge({ policy, evidence }) {
    const freedomOf = freedomsUnder(new Set(policy.licenses.deny.map((id) => currentLicenseId(id))))
    const images = collectedOf(evidence, 'licenses').map(({ platform, value: { packages } }) => {
      const owners = ownersOn(evidence, platform)
      const notable = packages.flatMap((entry) => {
        const { denied, isUnknown } = judgePackage(entry, freedomOf)
        // Of a hundred thousand packages, few are.
        return denied.length > 0 || isUnknown
          ? [{ platform, owner: owners.ofLayer(entry.layer), entry, denied, isUnknown }]
          : []
      })
      return { platform, count: packages.length, notable }
    })
    const judged = images.flatMap(({ notable }) => notable)
    const violations = judged.flatMap(({ platform, owner, entry, denied: expressions }) =>
      expressions.map((expression) =>
        toViolation(
          entry,
          { platform, owner },
          expression,
          'high',
          'no licence of licenses.deny',
          `${name(entry)} is under ${expression}`,
        ),
      ),
    )
    const unknown = judged.filter(({ isUnknown }) => isUnknown)
    const denies = policy.licenses.unknown === 'deny'
    const found = images.map(({ platform, count, notable }) => ({
      platform,
      text: `${count} packages, ${notable.filter((entry) => entry.denied.length > 0).length} denied, ${notable.filter(({ isUnknown }) => isUnknown).length} unknown`,
    }))
    return {
      wanted: `none of ${policy.licenses.deny.join(', ') || 'no licence'}${denies ? ', none unknown' : ''}`,
      found: onEveryPlatform(found),
      violations: denies
        ? [...violations, ...unknown.map(({ platform, owner, entry }) => unknownLicense({ platform, owner }, entry))]
        : violations,
      remarks: denies ? [] : summarize(unknown),
    }
  },
}

function unknownLicense(where: Where, entry: Package): Violation {
  const declared = entry.licenses
    .filter((text) => text.trim() !== '')
    .toSorted()
    .join(', ')
  return toViolation(
    entry,
    where,
    'unknown',
    'unknown',
    'a licence of the SPDX list',
    declared === ''
      ? `${name(entry)} declares no licence`
      : `${name(entry)} declares ${declared}, of which not all is on the SPDX list`,
  )
}

/** One remark per platform: a distribution's copyright files would produce hundreds and bury the others. */
function summarize(unknown: ReadonlyArray<{ platform: Platform; entry: Package }>): Violation[] {
  return [...groupBy(unknown, ({ platform }) => platform)].map(([platform, packages]): Violation => {
    const names = [...new Set(packages.map(({ entry }) => entry.name))].toSorted()
    return {
      id: 'unknown',
      subject: '',
      severity: 'unknown',
      platform,
      wanted: 'a licence of the SPDX list for each package; without one a package is reported',
      found: `${packages.length} packages without: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more names` : ''}`,
      remedy: 'Look their licences up; set licenses.unknown to deny once they are known.',
    }
  })
}

function judgePackage(
  { licenses: texts }: Package,
  freedomOf: (text: string) => Freedom,
): { denied: string[]; isUnknown: boolean } {
  const freedoms = texts.map(freedomOf)
  return {
    denied: freedoms.includes('denied') ? [...new Set(texts.filter((_, at) => freedoms[at] === 'denied'))] : [],
    isUnknown: freedoms.length === 0 || freedoms.includes('unknown'),
  }
}

/** Judges each text once: a hundred thousand packages declare some tens of different ones, and parsing is what takes time. */
function freedomsUnder(denied: ReadonlySet<string>): (text: string) => Freedom {
  const known = new Map<string, Freedom>()
  return (text) => {
    const freedom = known.get(text) ?? judgeText(text, denied)
    known.set(text, freedom)
    return freedom
  }
}

function judgeText(text: string, denied: ReadonlySet<string>): Freedom {
  const expression = parseLicenseExpression(text)
  if (expression) return weigh(expression, denied)
  // Prose, or an ID in the wrong case. Naming a denied licence is enough: the rest of the text cannot be interpreted.
  const words = text
    .split(/[^A-Za-z0-9.+-]+/)
    .map((word) => currentLicenseId(word.replace(/^[.-]+|(?<![.-])[.-]+$/g, '').toUpperCase()).toUpperCase())
  return [...denied].some((id) => words.includes(id.toUpperCase())) ? 'denied' : 'unknown'
}

function weigh(expression: LicenseExpression, denied: ReadonlySet<string>): Freedom {
  if (expression.kind === 'license') {
    if (denied.has(expression.id)) return 'denied'
    // Its text is the package's own, and unreviewed.
    return /^(LicenseRef-|DocumentRef-)/.test(expression.id) ? 'unknown' : 'allowed'
  }
  const parts = [weigh(expression.left, denied), weigh(expression.right, denied)]
  // The worst part of an AND counts, and the best of an OR.
  const order: readonly Freedom[] =
    expression.kind === 'and' ? ['denied', 'unknown', 'allowed'] : ['allowed', 'unknown', 'denied']
  return order.find((freedom) => parts.includes(freedom)) ?? 'unknown'
}

function toViolation(
  entry: Package,
  { platform, owner }: Where,
  subject: string,
  severity: 'high' | 'unknown',
  wanted: string,
  found: string,
): Violation {
  return {
    id: entry.name,
    subject,
    severity,
    platform,
    wanted,
    found,
    remedy: licenses.remedy,
    owner,
    ...(entry.purl === undefined ? {} : { package: entry.purl }),
    ...(entry.path === undefined ? {} : { location: { path: entry.path, within: 'image' } }),
  }
}

function name({ name: text, version }: Package): string {
  return version === '' ? text : `${text} ${version}`
}
