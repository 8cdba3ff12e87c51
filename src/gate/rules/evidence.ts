import type { Platform, Violation } from '../../model/index.ts'
import { evidenceKinds } from '../../model/index.ts'
import { missingEvidence, notApplicable, toViolation } from '../missing-evidence.ts'
import type { Rule } from '../rule.ts'

/** Every kind of evidence for every platform that the policy names, each from its own image. No policy can disable this. */
export const evidence: Rule = {
  id: 'evidence',
  title: 'All evidence is present',
  needs: [],
  settings: ['build.platforms'],
  severities: ['unknown'],
  means: 'undecided',
  remedy: 'Fix what prevented each collector from working, as its line says, and run again.',
  source: 'Loadline: unknown is never safe (fail closed)',
  judge({ policy, evidence: given }) {
    const found = given.platforms.map(({ archive }) => archive.platform)
    const wanted = policy.build.platforms ?? []
    const missing = missingEvidence(given)
    const without = notApplicable(given, ['lint', ...evidenceKinds]).map(({ kind }) => kind)
    const notCollected =
      missing.length + without.reduce((count, kind) => count + (kind === 'lint' ? 1 : given.platforms.length), 0)
    const cells = 1 + Math.max(1, given.platforms.length) * evidenceKinds.length
    const violations = [
      ...missing.map(toViolation),
      ...absent(wanted, found),
      ...repeated(found, 'platform'),
      ...repeated(
        given.platforms.map(({ archive }) => archive.digest),
        'digest',
      ),
    ]
    return {
      wanted: `lint once and ${evidenceKinds.length} kinds of evidence on ${wanted.toSorted().join(', ') || "the engine's platform"}`,
      found: `${cells - notCollected} of ${cells} collected${found.length === 0 ? ', no image' : ` on ${found.join(', ')}`}${without.length === 0 ? '' : `; not applicable: ${without.join(', ')}`}`,
      violations,
    }
  },
}

function absent(wanted: readonly Platform[], found: readonly Platform[]): Violation[] {
  if (wanted.length + found.length === 0)
    return [
      {
        id: 'platform',
        subject: '',
        severity: 'unknown',
        wanted: "an image for the engine's platform and its evidence",
        found: 'no image was judged',
        remedy: 'Build it, or name the platforms in build.platforms.',
      },
    ]
  return wanted
    .filter((platform) => !found.includes(platform))
    .map((platform) => ({
      id: 'platform',
      subject: '',
      severity: 'unknown',
      platform,
      wanted: `an image for ${platform} and its evidence`,
      found: 'no image for this platform was judged',
      remedy: 'Build it, or remove the platform from build.platforms.',
    }))
}

/** The same platform or the same bytes twice: then one of the images was not checked. */
function repeated(values: readonly string[], what: 'platform' | 'digest'): Violation[] {
  const twice = new Set(values.filter((value, index) => values.indexOf(value) !== index))
  return [...twice].map((value) => ({
    id: `repeated-${what}`,
    subject: value,
    severity: 'unknown',
    wanted: 'one image for each platform',
    found: `${value} ${values.filter((other) => other === value).length} times`,
    remedy: "Collect the evidence of each platform from that platform's own image.",
  }))
}
