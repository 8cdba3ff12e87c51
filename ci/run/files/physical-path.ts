import { lstat, readlink, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Why a file is not read or written; completes a sentence that starts with its path. */
export class FileFault extends Error {
  override name = 'FileFault'
  readonly reason: 'absent' | 'link' | 'special' | 'large' | 'unreadable'
  /** The path of the link below the directory, if one was found there. */
  readonly link: string | undefined

  constructor(reason: FileFault['reason'], message: string, options?: ErrorOptions & { link?: string }) {
    super(message, options)
    this.reason = reason
    this.link = options?.link
  }
}

/** A failed system call as a fault. */
export function faultOf(error: unknown): FileFault {
  if (error instanceof FileFault) return error
  const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message
  const reason = code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unreadable'
  return new FileFault(reason, `cannot be read (${code})`, { cause: error })
}

const mostLinks = 40

const applications = new Set<string>()

/** Declares a directory to be an application's, before a run reads any file: no link in it is followed from then on. */
export function noteApplication(directory: string): void {
  applications.add(resolve(directory))
}

/**
 * The path of a file or directory without links, for a path given by the user. A link is followed only if nobody can
 * have committed it: not in a git work tree, nor below the working directory or an application. Throws `FileFault`.
 */
export async function physicalPath(path: string): Promise<string> {
  const known = await committable()
  let current: string = sep
  let waiting = segmentsOf(resolve(path))
  for (let links = 0; ;) {
    const name = waiting.shift()
    if (name === undefined) return current
    const next = name === '..' ? dirname(current) : join(current, name)
    const about = await lstat(next).catch((error: unknown) => {
      throw faultOf(error)
    })
    if (!about.isSymbolicLink()) {
      current = next
      continue
    }
    const target = await readlink(next)
    if (await liesIn(known, current))
      throw new FileFault(
        'link',
        `${next === resolve(path) ? 'is' : `goes through ${next},`} a symbolic link to ${target}`,
      )
    if (++links > mostLinks) throw new FileFault('link', 'is part of a loop of links')
    waiting = [...segmentsOf(target), ...waiting]
    if (isAbsolute(target)) current = sep
  }
}

/** The path of something below a directory, with no link on the way. Throws `FileFault`, also if `path` leads out of it. */
export async function pathBelow(root: string, path: string): Promise<string> {
  const segments = segmentsOf(path)
  if (isAbsolute(path) || segments.includes('..')) throw new FileFault('unreadable', 'leads outside its directory')
  const start = await realpath(root).catch((error: unknown) => {
    throw faultOf(error)
  })
  let current = start
  for (const name of segments) {
    current = join(current, name)
    const about = await lstat(current).catch((error: unknown) => {
      throw faultOf(error)
    })
    if (!about.isSymbolicLink()) continue
    const link = relative(start, current)
    throw new FileFault(
      'link',
      `${link === join(...segments) ? 'is' : `goes through ${link},`} a symbolic link to ${await readlink(current)}`,
      { link },
    )
  }
  return current
}

/** Whether `path` is the directory or inside it; both without links. */
export function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

async function committable(): Promise<string[]> {
  const all = await Promise.all([process.cwd(), ...applications].map((tree) => realpath(tree).catch(() => tree)))
  return all.filter((tree) => !isPersonal(tree))
}

async function liesIn(trees: readonly string[], directory: string): Promise<boolean> {
  if (trees.some((tree) => isWithin(tree, directory))) return true
  for (let current = directory; ; current = dirname(current)) {
    if (!isPersonal(current) && (await lstat(join(current, '.git')).catch(() => undefined)) !== undefined) return true
    if (dirname(current) === current) return false
  }
}

/** Where links are the user's own, even if it is the working directory or kept in git. */
function isPersonal(directory: string): boolean {
  return directory === sep || directory === homedir()
}

function segmentsOf(path: string): string[] {
  return path.split(sep).filter((segment) => segment !== '' && segment !== '.')
}
