import { lstat, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import type { Rendering } from '../../../src/audit/index.ts'
import { printable } from '../../../src/model/printable.ts'
import { ownPath, ownSurroundings } from '../../own-surroundings.mjs'
import { isWithin } from '../files/physical-path.ts'
import { makeDirectory, writePrivate } from '../files/write-files.ts'

/** Time that a rendering may take, and characters that may come of it: templates can loop for ever. */
const mostSeconds = 60
const mostText = 16 * 1_048_576

/** A program of the machine by its name; undefined where there is none. What lies in a tree that is audited is none, and neither is what lies relative to where somebody stands. */
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

/** What is rendered, and by what. */
export interface Renderable {
  program: string
  /** The arguments for a directory that holds the files. */
  argv: (directory: string) => readonly string[]
  /** By their path below that directory. */
  files: ReadonlyMap<string, string | Uint8Array>
  /** What people call the program. */
  by: string
  seconds?: number
}

/**
 * Renders a copy of the files with a program that finds no other one, no configuration, no plugin of somebody's home, no cluster and no way out by a proxy.
 * What it prints is what is deployed; where it fails the reason is its own.
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

/** Each file at its own name and no other: a name that a copy takes in between could be that of another file. */
async function copyTo(directory: string, files: Renderable['files']): Promise<void> {
  await makeDirectory(directory)
  for (const [name, content] of files)
    await writePrivate(join(await makeDirectory(join(directory, dirname(name))), basename(name)), content)
}

/** Everything that a program looks up is a directory where nothing is, and nothing listens on the port to which requests are sent. */
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

/** The first lines of what a program complains of, without the directory that only existed for it. */
function said(stderr: string, directory: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^E\d{4} [\d:.]+ +\d+ \S+\] ("command failed" err=)?/, ''))
    .filter((line) => line.trim() !== '' && !/^(WARNING|W\d{4}|#)/.test(line))
  return printable(lines.slice(0, 2).join(' ').replaceAll(`${directory}/`, ''), 300) || 'it said nothing'
}
