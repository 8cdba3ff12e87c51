import type { Configuration, Evidence, Severity, Violation } from '../model/index.ts'
import { ownerOfPath, ownersOn } from './owners.ts'
import { collectedOf, onEveryPlatform, type Answer } from './rule.ts'

/** A kind of programs that a shipped image should not have. */
interface UnwantedPrograms {
  pathsIn: (configuration: Configuration) => readonly string[]
  severity: Severity
  remedy: string
  /** Whether the policy allows them all. */
  allowed?: boolean
}

/** Judges programs that a shipped image should not have: each one is a violation, unless the policy allows them. */
export function programsInImage(
  evidence: Evidence,
  { pathsIn, severity, remedy, allowed = false }: UnwantedPrograms,
): Answer {
  const images = collectedOf(evidence, 'configuration').map(({ platform, value }) => ({
    platform,
    value,
    paths: pathsIn(value),
    owners: ownersOn(evidence, platform),
    text: pathsIn(value).toSorted().join(', ') || 'none',
  }))
  const violations = images.flatMap(({ platform, value, paths, owners }) =>
    allowed
      ? []
      : paths.map((path): Violation => ({
          id: path,
          subject: '',
          severity,
          platform,
          wanted: 'none in the shipped image',
          found: path,
          remedy,
          location: { path, within: 'image' },
          owner: ownerOfPath(owners, value, path),
        })),
  )
  return { wanted: allowed ? 'allowed by the policy' : 'none', found: onEveryPlatform(images), violations }
}
