import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readGitFacts } from '../../../../ci/run/git-facts.ts'

async function repository(): Promise<{ root: string; git: (...argv: string[]) => Promise<string> }> {
  const root = mkdtempSync(join(tmpdir(), 'loadline-git-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const identity = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
    GIT_COMMITTER_DATE: '2026-11-20T10:30:00+01:00',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  }
  const git = async (...argv: string[]) => (await execa('git', ['-C', root, ...argv], { env: identity })).stdout.trim()
  await git('init', '--quiet', '--initial-branch', 'main')
  return { root, git }
}

const silent = () => undefined

describe('readGitFacts', () => {
  it('reads commit, branch, tags and remote, and looks for changes in the source directory only', async () => {
    const { root, git } = await repository()
    mkdirSync(join(root, 'service'))
    writeFileSync(join(root, 'service/Dockerfile'), 'FROM scratch\n')
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'one')
    await git('tag', 'v1.0.0')
    await git('remote', 'add', 'origin', 'https://user:secret@git.example.com/shop/orders.git')
    writeFileSync(join(root, 'elsewhere.txt'), 'no part of the image')
    mkdirSync(join(root, 'service/loadline-report'))
    writeFileSync(join(root, 'service/loadline-report/verdict.json'), '{}')

    const clean = await readGitFacts(join(root, 'service'), {}, silent)
    expect(clean).toEqual({
      repository: 'https://git.example.com/shop/orders',
      revision: await git('rev-parse', 'HEAD'),
      committedAt: '2026-11-20T09:30:00.000Z',
      branch: 'main',
      tags: ['v1.0.0'],
      allTags: ['v1.0.0'],
      dirty: false,
    })
    writeFileSync(join(root, 'service/new file'), '')
    expect(await readGitFacts(join(root, 'service'), { GITHUB_REF: 'refs/pull/3/merge' }, silent)).toMatchObject({
      dirty: true,
      pullRequest: 3,
    })
  })

  it('knows nothing of a directory without repository, or without a commit', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'loadline-no-git-'))
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }))
    expect(await readGitFacts(outside, {}, silent)).toBeUndefined()
    expect(await readGitFacts((await repository()).root, {}, silent)).toBeUndefined()
  })
})
