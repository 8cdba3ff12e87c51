import { lstat, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Rendering } from '../../../src/audit/index.ts'
import { printable } from '../../../src/model/printable.ts'
import { ownPath, ownSurroundings } from '../../own-surroundings.mjs'
import { isWithin } from '../files/physical-path.ts'
import { makeDirectory, writePrivate } from '../files/write-files.ts'

/** Limits: how long a rendering may take, and how many characters it may print, because templates can loop forever. */
const mostSeconds = 60
const mostText = 16 * 1_048_576

/**
 * A program of this machine by its name; undefined if there is none. Programs in an audited tree, or in relative
 * directories of PATH, do not count.
 */
export async function findProgram(name: string, roots: readonly string[]): Promise<string | undefined> {
  for (const directory of ownPath(process.env['PATH'] ?? '')) {
    const program = join(directory, name)
    const real = await realpath(program).catch(() => undefined)
    if (real === undefined || [program, real].some((path) => roots.some((root) => isWithin(root, path)))) continue
    const about = await lstat(real)
    if (about.isFile() && (about.mode & 0o111) !== 0) return program
  }
  return undefined
}

/** What to render, and with which program. */
export interface Renderable {
  program: string
  /** The arguments for a directory that contains the files. */
  argv: (directory: string) => readonly string[]
  /** By path below that directory. */
  files: ReadonlyMap<string, string | Uint8Array>
  /** The program's name in messages. */
  by: string
  seconds?: number
}

/**
 * Renders a copy of the files with a program that finds no other program, configuration, plugins or cluster, and no
 * proxy. Its output is what would be deployed; if it fails, its own message is the reason.
 */
export async function render({ program, argv, files, by, seconds = mostSeconds }: Renderable): Promise<Rendering> {
  const work = await mkdtemp(join(tmpdir(), 'loadline-render-'))
  try {
    const directory = join(work, 'files')
    await copyTo(directory, files)
    const ended = await execa(program, [...argv(directory)], {
      ...ownSurroundings(surroundings(work), {}),
      reject: false,
      stdin: 'ignore',
      timeout: seconds * 1_000,
      killSignal: 'SIGKILL',
      maxBuffer: mostText,
    })
    if (ended.timedOut) return { why: `${by} took more than ${seconds} seconds` }
    if (ended.isMaxBuffer) return { why: `${by} printed more than ${mostText} characters` }
    if (ended.exitCode !== 0) return { why: `${by} failed: ${said(ended.stderr, directory)}` }
    return { by, text: ended.stdout }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Each file keeps its name: a temporary name could be another file's. */
async function copyTo(directory: string, files: Renderable['files']): Promise<void> {
  await makeDirectory(directory)
  for (const [name, content] of files)
    await writePrivate(join(await makeDirectory(join(directory, dirname(name))), basename(name)), content)
}

/**
 * Every directory in which a program looks for something is empty, and nothing listens on the port that requests go to.
 */
function surroundings(work: string): Record<string, string> {
  const nothing = join(work, 'nothing')
  const each = (names: string, value: string) => Object.fromEntries(names.split(' ').map((name) => [name, value]))
  return {
    ...each('HOME PATH KUBECONFIG HELM_PLUGINS KUSTOMIZE_PLUGIN_HOME', nothing),
    ...each('XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME', nothing),
    ...each('HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy', 'http://127.0.0.1:9'),
    TMPDIR: work,
  }
}

/** The first lines of a program's error output, without the path of the temporary directory. */
function said(stderr: string, directory: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^E\d{4} [\d:.]+ +\d+ \S+\] ("command failed" err=)?/, ''))
    .filter((line) => line.trim() !== '' && !/^(WARNING|W\d{4}|#)/.test(line))
  return printable(lines.slice(0, 2).join(' ').replaceAll(`${directory}/`, ''), 300) || 'it printed nothing'
}
