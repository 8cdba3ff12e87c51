import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import { requireLocked } from '../locked-dependencies.ts'
import { isTest, topOf, type SourceTree } from '../source-tree.ts'
import type { Stack } from '../stack.ts'
import { codeAtTop, copyLines } from '../top-level.ts'

/** The compiler in the build's base; a module that requires a newer one is refused. */
const newestGo = [1, 26] as const

export const go: Stack = {
  name: 'go',
  title: 'Go',
  signs: ['go.mod'],
  lock: { wanted: 'go.sum beside a go.mod with requirements', make: 'go mod tidy' },
  locked: (tree) =>
    tree.texts.has('go.sum') || (tree.texts.has('go.mod') && !/^[ \t]*require\b/m.test(tree.texts.get('go.mod') ?? '')),
  read(tree, answers) {
    const { text, module } = readModule(tree)
    const sources = [...tree.texts].filter(([path]) => path.endsWith('.go') && !isTest(path))
    refuseC(sources)
    const modules = requiredModules(text)
    const sums = tree.texts.get('go.sum') ?? ''
    requireLocked(
      'go.mod',
      'go.sum',
      modules.filter(({ replaced }) => !replaced).map(({ path, version }) => `${path} ${version}`),
      (required) => sums.includes(`${required} h1:`),
      'go mod tidy',
    )
    const programs = foldersWithMain(tree)
    const program = packageToBuild(programs, answers)
    const shipped = shippedBy(tree, sources, program)
    const lockFiles = ['go.mod', 'go.sum'].filter((path) => tree.paths.includes(path))
    return {
      stack: 'go',
      language: 'go',
      name: module
        .replace(/\/v\d+$/, '')
        .split('/')
        .at(-1),
      description: undefined,
      repository: undefined,
      bases: { build: 'golang:1.26-bookworm', run: 'gcr.io/distroless/static-debian12:nonroot' },
      template: 'go.Dockerfile',
      values: {
        lockFiles: lockFiles.join(' '),
        copySources: copyLines(shipped),
        package: written(program),
      },
      sources: [...lockFiles, ...shipped.folders, ...shipped.files],
      inImage: [],
      entrypoint: ['/app'],
      environment: {},
      libraries: new Set(modules.map(({ path }) => path)),
      secret: answers.privateRegistry ? { id: 'netrc', target: '/root/.netrc' } : undefined,
      structure: { present: '/app', absent: ['/src', '/usr/local/go'] },
      otherPrograms: new Set(
        sources.flatMap(([path]) => (folderOf(path) !== program && programs.includes(folderOf(path)) ? [path] : [])),
      ),
      notes: [],
    }
  },
}

/** The module that go.mod names, and the text of go.mod. Throws `SOURCE` if it names none, or needs a newer compiler. */
function readModule(tree: SourceTree): { text: string; module: string } {
  const text = tree.texts.get('go.mod')
  const module = /^module\s+(\S+)/m.exec(text ?? '')?.[1]
  if (text === undefined || module === undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected a go.mod that names its module, found ${text === undefined ? 'go.sum alone' : 'one without a module line'}`,
      'Write it with "go mod init".',
    )
  checkVersion(text)
  return { text, module }
}

/** What go.mod requires itself; what it replaces is somewhere else, or is called something else. */
function requiredModules(text: string): Array<{ path: string; version: string; replaced: boolean }> {
  const replaced = new Set(
    [...text.matchAll(/^(?:replace[ \t]+|[ \t]+)(\S+)(?:[ \t]+v\S+)?[ \t]+=>/gm)].map(([, path]) => path),
  )
  return [...text.matchAll(/^(?:require[ \t]+|[ \t]+)([\w.~/-]+)[ \t]+(v\S+)(?!\S)(?!.*(?:\/\/ indirect|=>))/gm)].map(
    ([, path = '', version = '']) => ({ path, version, replaced: replaced.has(path) }),
  )
}

function refuseC(sources: ReadonlyArray<readonly [path: string, code: string]>): void {
  const needsC = sources.find(([, code]) => /^import "C"$/m.test(code))
  if (needsC !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected a program without C code, which runs on a base without a C library; found import "C" in ${needsC[0]}`,
      'Use a Go implementation, or write the Dockerfile on gcr.io/distroless/cc-debian12 yourself.',
    )
}

/** What the build needs from the source: code, and what top-level code embeds. */
function shippedBy(
  tree: SourceTree,
  sources: ReadonlyArray<readonly [path: string, code: string]>,
  program: string,
): { folders: string[]; files: string[] } {
  const code = codeAtTop(tree, /\.go$/, [program.replace(/^\.\//, '')])
  const patterns = sources.flatMap(([path, source]) =>
    path.includes('/')
      ? []
      : [...source.matchAll(/^\/\/go:embed (.+)$/gm)].flatMap(([, list = '']) =>
          list.split(/\s+/).map((pattern) => topOf(pattern.replace(/^all:/, ''))),
        ),
  )
  const paths = new Set(tree.paths)
  const tops = [...new Set(tree.paths.map(topOf))]
  const embedded = [...new Set(patterns)].flatMap((pattern) => tops.filter((name) => isLike(name, pattern)))
  return {
    folders: [...new Set([...code.folders, ...embedded.filter((name) => !paths.has(name))])].sort(),
    files: [...new Set([...code.files, ...embedded.filter((name) => paths.has(name))])].sort(),
  }
}

/** Whether a name is a pattern, or one like `*.html`. Of a star alone, the code is enough for the compiler. */
function isLike(name: string, pattern: string): boolean {
  const [start = '', end, ...more] = pattern.split('*')
  if (end === undefined) return name === pattern
  const isLong = pattern.length > 1 && name.length >= start.length + end.length
  return isLong && more.length === 0 && name.startsWith(start) && name.endsWith(end)
}

function checkVersion(text: string): void {
  const version = /^go\s+(\d+)\.(\d+)/m.exec(text)
  const [major, minor] = [Number(version?.[1] ?? 1), Number(version?.[2] ?? 0)]
  if (major > newestGo[0] || (major === newestGo[0] && minor > newestGo[1])) {
    throw new DeliveryError(
      'SOURCE',
      `expected a module for Go ${newestGo.join('.')} or older, found "${version?.[0]}" in go.mod`,
      'Lower the go line of go.mod, or use a newer Loadline.',
    )
  }
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
}

/** A folder as the go command wants it. */
function written(folder: string): string {
  return folder === '.' ? '.' : `./${folder}`
}

/** Every folder with a program. */
function foldersWithMain(tree: SourceTree): string[] {
  const files = [...tree.texts].filter(
    ([path, text]) =>
      path.endsWith('.go') &&
      !isTest(path) &&
      !path.startsWith('deploy/') &&
      // The go command passes over these.
      !/(^|\/)[_.]/.test(path) &&
      /^package main\b/m.test(text) &&
      /^func main\(\)/m.test(text),
  )
  return [...new Set(files.map(([path]) => folderOf(path)))].sort()
}

/** The folder of the only program, or of the one that is asked for. Throws `SOURCE` if there is none, or several. */
function packageToBuild(folders: readonly string[], { entry }: Answers): string {
  if (entry !== undefined) {
    const folder = entry.replace(/^\.\//, '').replace(/\/$/, '') || '.'
    if (folders.includes(folder)) return folder
  }
  const [only, ...others] = entry === undefined ? folders : []
  if (only !== undefined && others.length === 0) return only
  throw new DeliveryError(
    'SOURCE',
    `expected one package main${entry === undefined ? '' : ` in ${entry}`}, found ${folders.length === 0 ? 'none' : folders.map(written).join(', ')}`,
    "Pass the program's directory with --entry, e.g. --entry cmd/server.",
  )
}
