import type { GitFacts } from '../model/index.ts'
import { sourceVersion } from './source-version.ts'

/** Marks an image built from uncommitted files. There is no predefined key for it. */
const dirtyLabel = 'dev.loadline.source.dirty'

/**
 * An image's origin, for its labels and annotations: https://github.com/opencontainers/image-spec/blob/main/annotations.md.
 * `created` is the time of the commit, so that the same commit gives the same image. Unknown values are omitted.
 */
export function imageLabels(name: string, git: GitFacts | undefined, givenVersion?: string): Record<string, string> {
  const version = sourceVersion(git, givenVersion)
  const prefix = 'org.opencontainers.image'
  return {
    [`${prefix}.title`]: name,
    ...(version === undefined ? {} : { [`${prefix}.version`]: version }),
    ...(git === undefined ? {} : { [`${prefix}.created`]: git.committedAt, [`${prefix}.revision`]: git.revision }),
    ...(git?.repository === undefined
      ? {}
      : { [`${prefix}.source`]: git.repository, [`${prefix}.url`]: git.repository }),
    ...(git?.dirty === true ? { [dirtyLabel]: 'true' } : {}),
  }
}
