/** What a CI system says about the event that triggered it. */
export interface CiEvent {
  branch?: string
  pullRequest?: number
}

/**
 * Reads the branch and the number of the pull request from the environment of GitHub Actions, GitLab CI or any system
 * that sets LOADLINE_PULL_REQUEST and LOADLINE_BRANCH.
 */
export function eventOf(environment: Readonly<Record<string, string | undefined>>): CiEvent {
  const ref = environment['GITHUB_REF'] ?? ''
  const number = firstSet(
    environment['LOADLINE_PULL_REQUEST'],
    /^refs\/pull\/(\d+)\//.exec(ref)?.[1],
    environment['CI_MERGE_REQUEST_IID'],
  )
  const branch = firstSet(
    environment['LOADLINE_BRANCH'],
    environment['GITHUB_HEAD_REF'],
    /^refs\/heads\/(.+)$/.exec(ref)?.[1],
    environment['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'],
    environment['CI_COMMIT_BRANCH'],
  )
  return {
    ...(branch === undefined ? {} : { branch }),
    ...(number !== undefined && /^[1-9]\d{0,9}$/.test(number) ? { pullRequest: Number(number) } : {}),
  }
}

function firstSet(...values: Array<string | undefined>): string | undefined {
  return values.find((value) => value !== undefined && value !== '')
}
