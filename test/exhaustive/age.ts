import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import type { LastRun } from './page.ts'

/** How many commits may touch what a part is about before it has to be run again. */
export const mostCommits = 30

/** For how many days a run counts where the history is too short to count commits. */
const mostDays = 30

/** What is against a run: nothing where it is young enough. */
export function faultOfAge(run: LastRun, about: readonly string[], repository: string): string | undefined {
  const git = (...argv: string[]) =>
    execFileSync('git', ['-C', repository, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  const commits = commitsSince(run, about, git)
  if (commits !== undefined)
    return commits > mostCommits
      ? `${commits} commits have touched what it is about since it was run, and ${mostCommits} may`
      : undefined
  const days =
    (Date.parse(git('log', '-1', '--format=%cI')) - Date.parse(`${run.finished.replace(' ', 'T')}Z`)) / 86_400_000
  return days > mostDays
    ? `this clone has too little history to count commits, and the run is ${Math.floor(days)} days older than the newest commit: ${mostDays} may pass`
    : undefined
}

type Git = (...argv: string[]) => string

/**
 * Commits that have touched these paths since the run. Its commit may be gone after a rebase: then the same content is looked for in the history, and after that
 * the commits are counted by their time. Undefined where a shallow clone has neither and ends after the run's time.
 */
function commitsSince(run: LastRun, about: readonly string[], git: Git): number | undefined {
  if (contentOf('HEAD', about, git) === run.content) return 0
  if (isAncestor(run.commit, git)) return Number(git('rev-list', '--count', `${run.commit}..HEAD`, '--', ...about))
  const touching = git('rev-list', `--max-count=${mostCommits + 1}`, 'HEAD', '--', ...about)
    .split('\n')
    .filter(Boolean)
  const same = touching.findIndex((commit) => contentOf(commit, about, git) === run.content)
  if (same >= 0) return same
  const time = `${run.finished.replace(' ', 'T')}:00Z`
  const later = Number(git('rev-list', '--count', `--since=${time}`, 'HEAD', '--', ...about))
  if (later > mostCommits || git('rev-parse', '--is-shallow-repository') === 'false') return later
  const earlier = git('rev-list', '--max-count=1', `--until=${time}`, 'HEAD')
  return earlier === '' ? undefined : later
}

/** A digest of what git has at these paths at a commit. */
export function contentOf(commit: string, about: readonly string[], git: Git): string {
  // One line for each path that is there, with its kind, digest and name.
  return createHash('sha256')
    .update(git('ls-tree', commit, '--', ...about))
    .digest('hex')
    .slice(0, 16)
}

function isAncestor(commit: string, git: Git): boolean {
  try {
    git('merge-base', '--is-ancestor', commit, 'HEAD')
    return true
  } catch {
    return false
  }
}
