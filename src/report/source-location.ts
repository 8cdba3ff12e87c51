import type { Location, Run } from '../model/index.ts'
import type { ReportedFinding } from './reported-finding.ts'

/** A place in the source that caused a finding, or is responsible for one in the image. */
export type SourceLocation = Pick<Location, 'path' | 'line' | 'column'>

/**
 * Where in the source to look for a finding: its own line, its owner's, or the policy, the structure-test file, or the
 * line with the final base.
 */
export function sourceLocation(run: Run, finding: ReportedFinding): SourceLocation {
  const { location, owner } = finding
  if (location?.within === 'source') return location
  if (owner !== undefined && 'line' in owner && owner.line !== undefined)
    return { path: dockerfileOf(run), line: owner.line }
  if (finding.kind === 'policy' && run.policy?.path === sourcePolicy) return { path: run.policy.path, line: 1 }
  for (const { evidence } of run.evidence?.platforms ?? []) {
    if (
      finding.kind === 'structure' &&
      evidence.structure.status === 'collected' &&
      evidence.structure.value.file !== ''
    )
      return { path: evidence.structure.value.file, line: 1 }
    if (evidence.base.status !== 'collected') continue
    const final = evidence.base.value.images.find((image) => image.final)
    if (final !== undefined) return final.location
  }
  return { path: dockerfileOf(run), line: 1 }
}

/** The Dockerfile; for an image without one, the policy file, because code-scanning services drop results without a location. */
export function dockerfileOf({ subject }: Run): string {
  return subject.dockerfile ?? sourcePolicy
}

/** The policy file in the source. One from elsewhere has the caller's path, which says nothing about the source. */
export const sourcePolicy = 'loadline.yaml'

/** The segments of a source path, from the root of its repository: no leading slash, no parent segments. */
export function repositorySegments(run: Run, path: string): string[] {
  return [...(run.subject.directory ?? '').split('/'), ...path.split('/')].filter(
    (segment) => segment !== '' && segment !== '.' && segment !== '..',
  )
}
