import { lstat, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

/**
 * The path of a source directory below the root of its repository, with slashes; undefined if it is the root, is not in
 * a repository, or does not exist. The root is where `.git` is, a directory or a worktree's file; without one, the
 * workspace that a CI service names.
 */
export async function pathInRepository(source: string, workspace: string | undefined): Promise<string | undefined> {
  const directory = await realpath(source).catch(() => undefined)
  if (directory === undefined) return undefined
  const root =
    (await gitRoot(directory)) ??
    (workspace === undefined || workspace === '' ? undefined : await realpath(workspace).catch(() => undefined))
  const path = root === undefined ? '' : relative(root, directory)
  return path === '' || path.split(sep)[0] === '..' ? undefined : path.split(sep).join('/')
}

async function gitRoot(directory: string): Promise<string | undefined> {
  for (let current = directory; ; current = dirname(current)) {
    if ((await lstat(join(current, '.git')).catch(() => undefined)) !== undefined) return current
    if (dirname(current) === current) return undefined
  }
}
