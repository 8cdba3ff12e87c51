import { createHash } from 'node:crypto'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { limits, readBelow } from '../files/read-file.ts'
import { findRepository } from './find-repository.ts'
import { GitFault, withOwnRepository, type Ask } from './own-repository.ts'

const deepest = 8

/**
 * Whether a directory's files differ from a commit's, or are not in it. Every file is compared by content. `directory`
 * is in the work tree, and neither has links in its path. Reports in `loadline-report` do not count. Throws `GitFault`.
 */
export async function hasChanges(ask: Ask, workTree: string, directory: string, depth = 0): Promise<boolean> {
  const path = relative(workTree, directory)
  const only = [`:(top,literal)${path}`, `:(top,exclude,literal)${join(path, 'loadline-report')}`]
  await ask(['read-tree', 'HEAD'])
  const status = await ask([
    'status',
    '--porcelain',
    '-z',
    '--untracked-files=normal',
    '--no-renames',
    '--ignore-submodules=all',
    '--',
    ...only,
  ])
  const entries = status.split('\0').filter((entry) => entry !== '')
  // The index is HEAD's, so only the second of the two letters, the work tree's, is informative.
  const modified = entries.filter((entry) => entry.startsWith(' M ')).map((entry) => entry.slice(3))
  if (modified.length < entries.length || !(await areStoredElsewhere(ask, workTree, modified))) return true
  const staged = await ask(['ls-files', '--stage', '-z', '--', ...only])
  for (const [, commit = '', module = ''] of staged.matchAll(/160000 ([0-9a-f]+) 0\t([^\0]+)\0/g))
    if (!(await isModuleAt(join(workTree, module), commit, depth))) return true
  return false
}

/**
 * Whether all of these are Git LFS files that are present in full: the commit has a pointer with the SHA-256 and the
 * size of the content. Git would run a program to find that out, and would trust it.
 */
async function areStoredElsewhere(ask: Ask, workTree: string, paths: readonly string[]): Promise<boolean> {
  if (paths.length === 0) return true
  if (paths.some((path) => path.includes('\n'))) return false
  const asked = paths.map((path) => `HEAD:${path}\n`).join('')
  const sizes = (await ask(['cat-file', '--batch-check=%(objecttype) %(objectsize)'], asked)).trimEnd().split('\n')
  if (!sizes.every((line) => /^blob \d+$/.test(line) && Number(line.slice(5)) <= 1024)) return false
  for (const path of paths) {
    const pointer = await ask(['cat-file', 'blob', `HEAD:${path}`])
    const [, digest, size] =
      /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n$/.exec(
        pointer,
      ) ?? []
    if (digest === undefined) return false
    const content = await readBelow(workTree, path, limits.report).catch(() => undefined)
    if (content?.length !== Number(size) || createHash('sha256').update(content).digest('hex') !== digest) return false
  }
  return true
}

/** Whether a submodule is not checked out (its directory is empty) or is at this commit without changes. */
async function isModuleAt(directory: string, commit: string, depth: number): Promise<boolean> {
  const about = await lstat(directory).catch(() => undefined)
  if (about?.isDirectory() !== true) return false
  if ((await readdir(directory)).length === 0) return true
  if (depth === deepest) throw new GitFault(`submodules are nested more than ${deepest} deep`)
  const repository = await findRepository(directory)
  if (repository === undefined || 'refused' in repository || repository.workTree !== directory) return false
  return withOwnRepository(repository, async ({ ask }) => {
    const head = (await ask(['rev-parse', '--verify', 'HEAD^{commit}'])).trim()
    return head === commit && !(await hasChanges(ask, directory, directory, depth + 1))
  })
}
