import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { ownSurroundings } from '../../own-surroundings.mjs'
import { FileFault } from '../files/physical-path.ts'
import { limits, readBelow } from '../files/read-file.ts'
import type { Repository } from './find-repository.ts'

/** Why git gave no answer; completes a sentence. */
export class GitFault extends Error {
  override name = 'GitFault'
}

/** A repository's configuration, as text that is read but never applied. */
export type Configuration = ReadonlyMap<string, readonly string[]>

/** Runs git and returns its standard output. Throws `GitFault`. */
export type Ask = (argv: readonly string[], input?: string) => Promise<string>

export interface OwnRepository {
  ask: Ask
  configuration: Configuration
  /** This clone lacks part of the history. */
  shallow: boolean
}

const patience = 120_000
const mostReferences = 200_000

/**
 * Does work in our own git directory, which has the references of another repository and reads its objects. Git finds
 * nothing else of that repository: no configuration, hooks, filters, attributes, excludes,
 * replacements, grafts, index or promised objects, and nothing of the user or the system. Git's answers depend only on
 * the objects, the references and the files of the work tree. Throws `GitFault`.
 */
export async function withOwnRepository<T>(from: Repository, work: (own: OwnRepository) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(tmpdir(), 'loadline-git-'))
  try {
    const surroundings = {
      GIT_DIR: own,
      GIT_WORK_TREE: from.workTree,
      GIT_OBJECT_DIRECTORY: join(from.commonDirectory, 'objects'),
      GIT_INDEX_FILE: join(own, 'index'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      // A single object from an untrusted archive may claim any size.
      GIT_ALLOC_LIMIT: '1g',
      HOME: own,
      XDG_CONFIG_HOME: own,
      LC_ALL: 'C',
    }
    const ask: Ask = async (argv, input = '') => {
      const { exitCode, stdout, stderr, timedOut } = await execa('git', argv, {
        ...ownSurroundings(surroundings),
        reject: false,
        input,
        timeout: patience,
        killSignal: 'SIGKILL',
        stripFinalNewline: false,
        maxBuffer: limits.report,
      })
      if (timedOut) throw new GitFault(`git ${argv[0]} took longer than ${patience / 1000} s`)
      if (exitCode === undefined) throw new GitFault('git is not installed or failed to start')
      if (exitCode !== 0) throw new GitFault(`git ${argv[0]}: ${stderr.split('\n')[0] || `exit code ${exitCode}`}`)
      return stdout
    }
    await takeReferences(from, own)
    const shallow = await takeFile(from.commonDirectory, 'shallow', own)
    await writeFile(join(own, 'config'), '[core]\n\tbare = false\n')
    const configuration = await readConfiguration(from, ask)
    await writeFile(join(own, 'config'), ownConfiguration(configuration))
    return await work({ ask, configuration, shallow })
  } catch (error) {
    if (error instanceof FileFault) throw new GitFault(`a file of it ${error.message}`, { cause: error })
    throw error
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

/** HEAD, the branches and the tags. Replacements are references too, and are left out. */
async function takeReferences({ gitDirectory, commonDirectory }: Repository, own: string): Promise<void> {
  for (const name of ['refs/heads', 'refs/tags', 'objects']) await mkdir(join(own, name), { recursive: true })
  await takeFile(gitDirectory, 'HEAD', own)
  await takeFile(commonDirectory, 'packed-refs', own)
  let taken = 0
  const take = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(commonDirectory, folder)) {
      const path = `${folder}/${entry.name}`
      if (++taken > mostReferences) throw new GitFault(`it has over ${mostReferences} references, the limit`)
      if (entry.isDirectory()) await take(path)
      else await takeFile(commonDirectory, path, own)
    }
  }
  await take('refs/heads')
  await take('refs/tags')
}

async function entriesOf(directory: string, folder: string) {
  return readdir(join(directory, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new GitFault(`${folder} of it cannot be read (${error.code})`, { cause: error })
  })
}

/** Copies a file if it exists, and returns whether it exists and is not empty. */
async function takeFile(directory: string, path: string, own: string): Promise<boolean> {
  let content: Buffer
  try {
    content = await readBelow(directory, path, path.includes('/') ? limits.written : limits.listed)
  } catch (error) {
    if (error instanceof FileFault && error.reason === 'absent') return false
    throw error instanceof FileFault ? new GitFault(`${path} of it ${error.message}`, { cause: error }) : error
  }
  await mkdir(dirname(join(own, path)), { recursive: true })
  await writeFile(join(own, path), content)
  return content.length > 0
}

/** Git parses its own format, without includes. */
async function readConfiguration({ commonDirectory }: Repository, ask: Ask): Promise<Configuration> {
  const text = await readBelow(commonDirectory, 'config', limits.written).catch((error: unknown) => {
    if (error instanceof FileFault && error.reason === 'absent') return ''
    throw error
  })
  const listed = await ask(['config', '--file', '-', '--no-includes', '--null', '--list'], text.toString())
  const found = new Map<string, string[]>()
  for (const entry of listed.split('\0').filter((one) => one !== '')) {
    const at = entry.indexOf('\n')
    const name = at < 0 ? entry : entry.slice(0, at)
    found.set(name, [...(found.get(name) ?? []), at < 0 ? 'true' : entry.slice(at + 1)])
  }
  return found
}

/** Extensions that do not change how objects and references are to be read. */
const harmless = new Set(['noop', 'preciousobjects', 'partialclone', 'worktreeconfig', 'relativeworktrees'])

function ownConfiguration(configuration: Configuration): string {
  const format = configuration.get('extensions.objectformat')?.at(-1) ?? 'sha1'
  if (!/^sha(1|256)$/.test(format)) throw new GitFault(`its objects are of the unknown format "${format}"`)
  for (const [name, values] of configuration) {
    const extension = /^extensions\.(.+)$/.exec(name)?.[1]
    if (extension === undefined || extension === 'objectformat' || harmless.has(extension)) continue
    if (extension !== 'refstorage' || values.at(-1) !== 'files')
      throw new GitFault(`it uses the unknown extension ${extension} = ${values.at(-1)}`)
  }
  return `[core]\n\trepositoryformatversion = 1\n\tbare = false\n\thooksPath = /dev/null\n\tfsmonitor = false\n[extensions]\n\tobjectFormat = ${format}\n`
}
