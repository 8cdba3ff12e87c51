import { DeliveryError } from '../model/errors.ts'
import {
  predicateTypes,
  undecided,
  type AttestedRule,
  type Base,
  type Collected,
  type Digest,
  type Evidence,
  type EvidenceKind,
  type Licenses,
  type Platform,
  type PlatformEvidence,
  type RuleResult,
  type Verdict,
  type Vulnerabilities,
  type Vulnerability,
  type VulnerabilityChange,
} from '../model/index.ts'
import type { Policy } from '../policy/schema.ts'
import { evaluate } from './evaluate.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'

/** What is known today about one platform's published image. */
export interface PublishedEvidence {
  platform: Platform
  digest: Digest
  /** Today, from the attested SBOM. */
  vulnerabilities: Collected<Vulnerabilities>
  licenses: Collected<Licenses>
  /** Whether it has no base image, by its provenance: then it needs no operating system. */
  onScratch: boolean
  /** At the verdict, as attested. */
  before: readonly Vulnerability[]
}

/** A judgement from an SBOM, and what it carried over. */
export interface Rejudgement {
  outcome: Verdict['outcome']
  databases: Verdict['binding']['databases']
  judged: RuleResult[]
  takenOver: AttestedRule[]
  changedRules: Array<{ rule: string; before: string; now: RuleResult['status'] }>
  appeared: VulnerabilityChange[]
  disappeared: VulnerabilityChange[]
}

/** The kinds of evidence that an SBOM provides. */
const told: readonly EvidenceKind[] = ['vulnerabilities', 'licenses']

/**
 * Rules that can be judged from an SBOM. Coverage concerns today's database: one that does not cover the image would
 * find nothing in it.
 */
function isJudgeable({ id, needs }: Rule): boolean {
  return (
    !restsOnList(id) &&
    (id === 'exceptions' ||
      id === 'database-coverage' ||
      (needs.length > 0 && needs.every((kind) => told.includes(kind))))
  )
}

/** Rules that rest on lists beside the source, which is not here: without them these rules would say that they are off. */
const onLists: readonly string[] = [
  'known-exploited',
  'known-exploited-list',
  'exploit-prediction',
  'exploit-prediction-list',
  'additional-findings',
]

function restsOnList(rule: string): boolean {
  return onLists.includes(rule)
}

/**
 * Judges a published image again by today's policy, as far as its SBOM allows, and carries over the attested results for the rest. Pure.
 * A rule that is not in the attested verdict and cannot be judged now is undecided: it has never passed.
 */
export function rejudge(
  policy: Policy,
  images: readonly PublishedEvidence[],
  earlier: readonly AttestedRule[],
  now: Date,
): Rejudgement {
  if (images.length === 0) throw new DeliveryError('VERIFY', 'there is no image to judge', 'Check the reference.')
  const { verdict } = evaluate(policy, evidenceOf(images), now)
  const judgeable = new Set<string>(rules.filter(isJudgeable).map(({ id }) => id))
  const judged = verdict.results.filter(
    ({ rule, status }) => judgeable.has(rule) || (status === 'off' && !restsOnList(rule)),
  )
  const before = new Map(earlier.map((result) => [result.rule, result]))
  const takenOver = verdict.results
    .filter((result) => !judged.includes(result))
    .map(
      ({ rule, title, kind, wanted, remedy }): AttestedRule =>
        before.get(rule) ?? {
          rule,
          title,
          kind,
          status: 'undecided',
          wanted,
          found: 'the attested verdict lacks this rule, and an SBOM cannot decide it',
          remedy,
        },
    )
  const statuses = [...judged, ...takenOver].map(({ status }) => status)
  return {
    outcome: statuses.includes('failed') ? 'rejected' : statuses.includes('undecided') ? 'undecided' : 'passed',
    databases: verdict.binding.databases,
    judged,
    takenOver,
    changedRules: judged.flatMap(({ rule, status }) => {
      const earlierStatus = before.get(rule)?.status ?? 'not judged'
      return earlierStatus === status ? [] : [{ rule, before: earlierStatus, now: status }]
    }),
    appeared: images.flatMap((image) => difference(image, findingsOf(image), image.before)),
    disappeared: images.flatMap((image) =>
      image.vulnerabilities.status === 'collected' ? difference(image, image.before, findingsOf(image)) : [],
    ),
  }
}

function evidenceOf(images: readonly PublishedEvidence[]): Evidence {
  const absent = undecided({
    wanted: 'evidence of this kind',
    found: 'an SBOM does not contain it',
    remedy: 'Judge the image itself.',
  })
  return {
    lint: absent,
    platforms: images.map(({ platform, digest, vulnerabilities, licenses, onScratch }) => {
      const scratch: Base['images'][number] = {
        stage: 'attested',
        location: { path: 'Dockerfile', within: 'source' },
        written: 'scratch',
        reference: 'scratch',
        pinnedBy: 'scratch',
        final: true,
      }
      const base: Collected<Base> = {
        status: 'collected',
        tool: { name: 'provenance', version: '1', reference: predicateTypes.provenance },
        value: { images: onScratch ? [scratch] : [] },
      }
      const evidence: PlatformEvidence = {
        vulnerabilities,
        secrets: absent,
        licenses,
        structure: absent,
        sbom: absent,
        size: absent,
        runtime: absent,
        configuration: absent,
        base,
      }
      return { archive: { platform, digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' }, evidence }
    }),
  }
}

function findingsOf({ vulnerabilities }: PublishedEvidence): readonly Vulnerability[] {
  return vulnerabilities.status === 'collected' ? vulnerabilities.value.findings : []
}

/** By ID, package and version: paths and identifiers differ between an SBOM and an image. */
function difference(
  { platform }: PublishedEvidence,
  these: readonly Vulnerability[],
  those: readonly Vulnerability[],
): VulnerabilityChange[] {
  const key = ({ id, package: { name, version } }: Vulnerability) => JSON.stringify([id, name, version])
  const known = new Set(those.map(key))
  const fresh = new Map(these.filter((finding) => !known.has(key(finding))).map((finding) => [key(finding), finding]))
  return [...fresh.values()].map(({ id, severity, fixedVersion, package: { name, version } }) => ({
    platform,
    id,
    severity,
    package: name,
    version,
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
  }))
}
