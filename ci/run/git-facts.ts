import { execa } from 'execa'
import { DeliveryError } from '../../src/model/errors.ts'
import { GitFacts } from '../../src/model/index.ts'
import { eventOf, publicRemoteUrl } from '../../src/image-metadata/index.ts'

/**
 * What git knows about a source directory; nothing where the directory is in no repository, has no commit yet, or git is not there.
 * `say` tells why, where git refuses to answer.
 */
export async function readGitFacts(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<GitFacts | undefined> {
  // A repository's own configuration may name a program for git to run; a question about facts runs none.
  const git = (...argv: string[]) =>
    execa('git', ['-C', directory, '-c', 'core.fsmonitor=false', ...argv], {
      reject: false,
      stdin: 'ignore',
      env: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    })
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
  if (head.exitCode !== 0) {
    if (head.exitCode === 128 && !head.stderr.includes('not a git repository'))
      say(
        `git does not answer for ${directory} (${head.stderr.split('\n')[0]}): labels, tags and provenance will name no commit`,
      )
    return undefined
  }
  const answer = async (...argv: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await git(...argv)
    if (exitCode !== 0)
      throw new DeliveryError(
        'SOURCE',
        `git ${argv[0]} failed for ${directory}: ${stderr.split('\n')[0]}`,
        'Repair the repository: an image must not name a commit that nobody could read.',
      )
    return stdout
  }
  const [committed, branch, tags, allTags, status, remote] = await Promise.all([
    answer('show', '--no-patch', '--format=%ct', 'HEAD'),
    git('symbolic-ref', '--short', '--quiet', 'HEAD'),
    answer('tag', '--points-at', 'HEAD', '--sort=-version:refname'),
    answer('tag', '--list'),
    // Only the source directory counts: a change elsewhere in the repository is no part of the image.
    answer('status', '--porcelain', '--untracked-files=normal', '--', '.', ':(exclude)loadline-report'),
    git('remote', 'get-url', 'origin'),
  ])
  const event = eventOf(environment)
  const repository = remote.exitCode === 0 ? publicRemoteUrl(remote.stdout) : undefined
  const onBranch = branch.stdout.trim() || event.branch
  return GitFacts.parse({
    revision: head.stdout.trim(),
    committedAt: new Date(Number(committed) * 1000).toISOString(),
    tags: lines(tags),
    allTags: lines(allTags),
    dirty: status.trim() !== '',
    ...(repository === undefined ? {} : { repository }),
    ...(onBranch === undefined ? {} : { branch: onBranch }),
    ...(event.pullRequest === undefined ? {} : { pullRequest: event.pullRequest }),
  })
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
