import { chownSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readGitFacts } from '../../../../../ci/run/git/read-git-facts.ts'
import { emptyRepository, gitIn, releasedRepository, scratch, write } from './repository.ts'

const facts = async (directory: string, environment: Record<string, string> = {}) => {
  const said: string[] = []
  const found = await readGitFacts(directory, environment, (line) => void said.push(line))
  expect(said).toEqual([])
  return found
}

describe('readGitFacts', { timeout: 60_000 }, () => {
  it('reads commit, branch, tags and remote, and looks for changes in the source directory only', async () => {
    const { root, git } = await releasedRepository()
    write(root, 'elsewhere.txt', 'no part of the image')
    write(root, 'service/loadline-report/verdict.json', '{}')
    expect(await facts(join(root, 'service'))).toEqual({
      repository: 'https://git.example.com/shop/orders',
      revision: await git('rev-parse', 'HEAD'),
      committedAt: '2026-11-20T09:30:00.000Z',
      branch: 'release',
      tags: ['v1.3.5'],
      allTags: ['v1.3.4', 'v1.3.5', 'v2.0.0'],
      dirty: false,
    })
    expect(await facts(root)).toMatchObject({ dirty: true })
    write(root, 'service/new file', '')
    expect(await facts(join(root, 'service'), { GITHUB_REF: 'refs/pull/3/merge' })).toMatchObject({
      dirty: true,
      pullRequest: 3,
    })
  })

  it('knows nothing of a directory without repository, or without a commit', async () => {
    expect(await facts(scratch())).toBeUndefined()
    expect(await facts((await emptyRepository()).root)).toBeUndefined()
    expect(await facts(join(scratch(), 'absent'))).toBeUndefined()
  })

  it.each([
    ['changed', 'Dockerfile', 'FROM scratch\nLABEL release=4\n'],
    ['of the same size and another content', 'Dockerfile', 'FROM scratch\nLABEL release=9\n'],
    ['new', 'new', ''],
  ])('calls a tree dirty in which a file is %s', async (_what, path, text) => {
    const { root } = await releasedRepository()
    expect(await facts(root)).toMatchObject({ dirty: false })
    write(join(root, 'service'), path, text)
    expect(await facts(root)).toMatchObject({ dirty: true })
  })

  it('calls a tree dirty in which a file is gone, and passes over what a committed .gitignore names', async () => {
    const { root, git } = await releasedRepository()
    write(root, '.gitignore', 'build/\n')
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'ignore')
    write(root, 'build/out', '')
    expect(await facts(root)).toMatchObject({ dirty: false })
    rmSync(join(root, 'service/Dockerfile'))
    expect(await facts(root)).toMatchObject({ dirty: true })
  })

  it('reads annotated tags, packed references, names that are not ASCII, and objects by SHA-256', async () => {
    const { root, git } = await emptyRepository('--object-format=sha256')
    write(root, 'größe mit leerzeichen/Dockerfile', 'FROM scratch\n')
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'one')
    await git('tag', '-a', '-m', 'release', 'v1.0.0')
    await git('tag', 'a/b')
    await git('pack-refs', '--all')
    await git('repack', '-a', '-d', '--quiet')
    await git('checkout', '--quiet', '--detach')
    expect(await facts(join(root, 'größe mit leerzeichen'), { GITHUB_REF: 'refs/heads/main' })).toEqual({
      revision: expect.stringMatching(/^[0-9a-f]{64}$/),
      committedAt: '2026-11-20T09:30:00.000Z',
      branch: 'main',
      tags: ['v1.0.0', 'a/b'],
      allTags: ['a/b', 'v1.0.0'],
      dirty: false,
    })
  })

  it('reads a repository of another user, as containers of CI systems have it', async () => {
    const { root } = await releasedRepository()
    const before = await facts(root)
    // Without being root there is no other user to give it to, and it stays what it was.
    if (process.getuid?.() === 0)
      for (const path of ['', '.git', '.git/HEAD']) chownSync(join(root, path), 12345, 12345)
    expect(await facts(root)).toEqual(before)
  })

  it('reads linked work trees and submodules, each as itself', async () => {
    const { root, git } = await releasedRepository()
    const linked = join(scratch(), 'linked')
    await git('worktree', 'add', '--quiet', linked, 'v2.0.0')
    expect(await facts(linked)).toMatchObject({ tags: ['v2.0.0'], dirty: false })

    const outer = await emptyRepository()
    await outer.git('submodule', '--quiet', 'add', root, 'module')
    await outer.git('commit', '--quiet', '-m', 'module')
    const module = join(outer.root, 'module')
    expect(await facts(module)).toMatchObject({ revision: await git('rev-parse', 'HEAD'), dirty: false })
    expect(await facts(outer.root)).toMatchObject({ dirty: false })
    write(module, 'service/Dockerfile', 'FROM scratch\n')
    expect(await facts(outer.root)).toMatchObject({ dirty: true })
    await gitIn(module)('checkout', '--quiet', '--force', 'v2.0.0')
    expect(await facts(outer.root)).toMatchObject({ dirty: true })
    rmSync(module, { recursive: true })
    expect(await facts(outer.root)).toMatchObject({ dirty: true })
  })

  it('compares files of Git LFS with the pointers that the commit has, and runs nothing for it', async () => {
    const { root, git } = await emptyRepository()
    const content = 'a large model\n'
    const digest = createHash('sha256').update(content).digest('hex')
    write(root, '.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize ${content.length}\n`
    write(root, 'model.bin', pointer)
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'model')
    expect(await facts(root)).toMatchObject({ dirty: false })
    write(root, 'model.bin', content)
    expect(await facts(root)).toMatchObject({ dirty: false })
    write(root, 'model.bin', content.replace('large', 'LARGE'))
    expect(await facts(root)).toMatchObject({ dirty: true })
  })

  it('takes line ends that committed attributes ask for as unchanged', async () => {
    const { root, git } = await emptyRepository()
    write(root, '.gitattributes', '*.bat text eol=crlf\n')
    write(root, 'a.bat', 'one\r\ntwo\r\n')
    await git('add', '.')
    await git('commit', '--quiet', '-m', 'one')
    expect(await facts(root)).toMatchObject({ dirty: false })
    write(root, 'a.bat', 'one\r\nthree\r\n')
    expect(await facts(root)).toMatchObject({ dirty: true })
  })
})

describe('the tags of a clone', { timeout: 60_000 }, () => {
  const cloned = async (...options: string[]) => {
    const { root } = await releasedRepository()
    const directory = join(scratch(), 'clone')
    await gitIn(scratch())('clone', '--quiet', ...options, `file://${root}`, directory)
    return facts(directory)
  }

  it.each([
    ['the clone is shallow', ['--depth', '1', '--branch', 'v1.3.5']],
    ['the clone is shallow', ['--depth', '1', '--no-single-branch']],
    ['the clone has a single branch', ['--single-branch', '--branch', 'release']],
    ['the clone has no tags', ['--no-tags']],
  ])('are not known where %s (%j)', async (why, options) => {
    const found = await cloned(...options)
    expect(found).toMatchObject({ tagsMissing: why })
    expect(found).not.toHaveProperty('allTags')
  })

  it('are not known where it was made without tags and has one since', async () => {
    const { root } = await releasedRepository()
    const directory = join(scratch(), 'clone')
    await gitIn(scratch())('clone', '--quiet', '--no-tags', `file://${root}`, directory)
    await gitIn(directory)('fetch', '--quiet', 'origin', '+refs/tags/v1.3.5:refs/tags/v1.3.5')
    expect(await facts(directory)).toMatchObject({ tagsMissing: 'the clone was made without tags' })
  })

  it.each([[['--branch', 'v1.3.5']], [['--filter=blob:none']]])('are known of a whole clone (%j)', async (options) => {
    expect((await cloned(...options))?.allTags).toEqual(['v1.3.4', 'v1.3.5', 'v2.0.0'])
  })
})
