import { z } from 'zod'

/** Which commit the source directory was at. */
export const SourceRevision = z.strictObject({
  /** Address of the repository, without credentials; absent if the repository has no remote that others can reach. */
  repository: z.string().optional(),
  /** The commit: 40 or 64 hexadecimal digits. */
  revision: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a commit as 40 or 64 lower-case hexadecimal digits'),
  /** When it was committed, UTC, ISO 8601. */
  committedAt: z.iso.datetime(),
  branch: z.string().min(1).optional(),
  /** Tags that point to the commit. */
  tags: z.array(z.string().min(1)),
  pullRequest: z.int().min(1).optional(),
  /** Whether the source directory's files differ from the commit, or are uncommitted. */
  dirty: z.boolean(),
})
export type SourceRevision = z.infer<typeof SourceRevision>

/** What version control provides for naming an image: the commit, and the tags that its version is compared with. */
export const GitFacts = SourceRevision.extend({
  /** Every tag of the repository: only the newest stable version may be tagged latest. Absent if some may be missing. */
  allTags: z.array(z.string().min(1)).optional(),
  /** Why some may be missing, e.g. `the clone is shallow`. */
  tagsMissing: z.string().min(1).optional(),
})
export type GitFacts = z.infer<typeof GitFacts>
