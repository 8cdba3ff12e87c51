import { lstat, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FileFault, isWithin } from '../files/physical-path.ts'
import { limits, readBelow } from '../files/read-file.ts'

/** A repository with a work tree; paths without links. */
export interface Repository {
  workTree: string
  /** Has HEAD. */
  gitDirectory: string
  /** Has objects, tags and configuration; a different one in a linked work tree. */
  commonDirectory: string
}

/** A directory that looks like a repository's, and why it is not trusted. */
export interface Refused {
  refused: string
}

/**
 * The repository whose work tree contains a directory: the nearest directory above with `.git`. A directory with a bare
 * repository's files does not count, because anybody can commit those. A `.git` file is followed only to a directory
 * that belongs to it: one that refers back to it, or one among the modules of the enclosing repository.
 */
export async function findRepository(directory: string): Promise<Repository | Refused | undefined> {
  const start = await realpath(directory).catch(() => undefined)
  for (let current = start; current !== undefined; current = parentOf(current)) {
    const path = join(current, '.git')
    const about = await lstat(path).catch(() => undefined)
    if (about === undefined) continue
    if (about.isDirectory()) {
      if (await isGitDirectory(path)) return { workTree: current, gitDirectory: path, commonDirectory: path }
      if ((await lstat(join(path, 'HEAD')).catch(() => undefined)) !== undefined)
        return { refused: `${path} lacks the files and directories of a repository` }
    } else if (about.isFile()) return throughFile(current)
    else return { refused: `${path} is neither a directory nor a regular file` }
  }
  return undefined
}

function parentOf(directory: string): string | undefined {
  return dirname(directory) === directory ? undefined : dirname(directory)
}

/** As git decides it, except for links. */
async function isGitDirectory(path: string): Promise<boolean> {
  const kind = async (name: string) => lstat(join(path, name)).catch(() => undefined)
  const [head, objects, refs] = await Promise.all(['HEAD', 'objects', 'refs'].map(kind))
  return head?.isFile() === true && objects?.isDirectory() === true && refs?.isDirectory() === true
}

async function throughFile(workTree: string): Promise<Repository | Refused> {
  const path = join(workTree, '.git')
  try {
    const [, named] = /^gitdir: (.+)/s.exec((await textBelow(workTree, '.git')).replace(/(?<!\n)\n+$/, '')) ?? []
    if (named === undefined) return { refused: `${path} is not a "gitdir:" file` }
    const gitDirectory = await realpath(resolve(workTree, named))
    const linked = await linkedWorkTree(workTree, gitDirectory)
    if (linked !== undefined) return linked
    const around = await findRepository(dirname(workTree))
    const modules =
      around === undefined || 'refused' in around
        ? []
        : [around.gitDirectory, around.commonDirectory].map((one) => join(one, 'modules'))
    if (modules.some((one) => isWithin(one, gitDirectory)) && (await isGitDirectory(gitDirectory)))
      return { workTree, gitDirectory, commonDirectory: gitDirectory }
    return { refused: `${path} names ${gitDirectory}, which does not belong to it` }
  } catch (error) {
    return {
      refused: `${path} cannot be followed (${error instanceof FileFault ? error.message : (error as Error).message})`,
    }
  }
}

/** Made by `git worktree add`: its directory is among those of the common one, and refers back to the work tree. */
async function linkedWorkTree(workTree: string, gitDirectory: string): Promise<Repository | undefined> {
  const common = await textBelow(gitDirectory, 'commondir').catch(() => undefined)
  if (common === undefined) return undefined
  const commonDirectory = await realpath(resolve(gitDirectory, common.trim()))
  const back = await realpath(resolve(gitDirectory, (await textBelow(gitDirectory, 'gitdir')).trim()))
  return back === join(workTree, '.git') &&
    dirname(gitDirectory) === join(commonDirectory, 'worktrees') &&
    (await isGitDirectory(commonDirectory))
    ? { workTree, gitDirectory, commonDirectory }
    : undefined
}

async function textBelow(directory: string, name: string): Promise<string> {
  return (await readBelow(directory, name, limits.written)).toString('utf8')
}
