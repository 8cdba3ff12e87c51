import {
  evidenceKinds,
  type Evidence,
  type EvidenceKind,
  type NotApplicable,
  type Platform,
  type Undecided,
  type Violation,
} from '../model/index.ts'

/** A cell of the platform x kind matrix without evidence; `platform` is absent for evidence about the source. */
export interface MissingEvidence {
  kind: EvidenceKind
  platform: Platform | undefined
  reason: Omit<Undecided, 'status' | 'tool'>
}

/**
 * The cells of the given kinds without evidence. Having no platform at all counts as a missing cell of each kind, never
 * as "nothing to judge".
 */
export function missingEvidence(
  evidence: Evidence,
  kinds: readonly EvidenceKind[] = ['lint', ...evidenceKinds],
): MissingEvidence[] {
  return kinds.flatMap((kind): MissingEvidence[] => {
    if (kind === 'lint') return missingIn(evidence.lint, kind, undefined)
    if (evidence.platforms.length === 0) return [{ kind, platform: undefined, reason: neverCollected(kind) }]
    return evidence.platforms.flatMap(({ archive, evidence: cells }) => missingIn(cells[kind], kind, archive.platform))
  })
}

/** `cell` can be absent at run time, despite its type: then it was not collected. */
function missingIn(
  cell: { status: 'collected' } | NotApplicable | Undecided | undefined,
  kind: EvidenceKind,
  platform: Platform | undefined,
): MissingEvidence[] {
  if (cell?.status === 'collected' || cell?.status === 'not-applicable') return []
  const { wanted, found, remedy } = cell ?? neverCollected(kind)
  return [{ kind, platform, reason: { wanted, found, remedy } }]
}

/**
 * Those of the given kinds that cannot exist for this image, each with the reason. They are not missing, and nothing
 * that rests on them is judged.
 */
export function notApplicable(
  evidence: Evidence,
  kinds: readonly EvidenceKind[],
): Array<{ kind: EvidenceKind; reason: string }> {
  return kinds.flatMap((kind) => {
    const cells = kind === 'lint' ? [evidence.lint] : evidence.platforms.map(({ evidence: cell }) => cell[kind])
    const without = cells.find((cell): cell is NotApplicable => cell?.status === 'not-applicable')
    return without === undefined ? [] : [{ kind, reason: without.reason }]
  })
}

function neverCollected(kind: EvidenceKind): Omit<Undecided, 'status' | 'tool'> {
  return {
    wanted: `evidence of the kind ${kind}`,
    found: 'no image to collect it from, or it was not collected',
    remedy: 'Build every platform that the policy names and collect every kind of evidence from it.',
  }
}

/** A missing cell as a violation, whose severity is unknown. */
export function toViolation({ kind, platform, reason }: MissingEvidence): Violation {
  return {
    id: kind,
    subject: '',
    severity: 'unknown',
    ...(platform === undefined ? {} : { platform }),
    wanted: reason.wanted,
    found: reason.found,
    remedy: reason.remedy,
  }
}
