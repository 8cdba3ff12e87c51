import type { GitFacts } from '../model/index.ts'
import { sourceVersion } from './source-version.ts'

/** Says that the image was built from files that no commit holds. There is no predefined key for it. */
const dirtyLabel = 'dev.loadline.source.dirty'

/**
 * What an image says about where it comes from, for its labels and annotations: https://github.com/opencontainers/image-spec/blob/main/annotations.md.
 * `created` is the time of the commit, so that the same commit gives the same image. What is not known is left out.
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
