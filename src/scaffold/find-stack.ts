import { DeliveryError } from '../model/errors.ts'
import type { Answers } from './answers.ts'
import type { SourceTree } from './source-tree.ts'
import type { Stack } from './stack.ts'
import { stacks } from './stacks.ts'

/** Languages that no stack is for, by the files that describe an application in them. */
const otherLanguages: ReadonlyArray<{ name: string; sign: RegExp }> = [
  { name: '.NET', sign: /(?:^|\/)[^/]+\.(?:csproj|fsproj|vbproj|sln|slnx)$/ },
  { name: 'Ruby', sign: /^(?:Gemfile|gems\.rb|config\.ru)$/ },
  { name: 'PHP', sign: /^composer\.json$/ },
  { name: 'Elixir', sign: /^mix\.exs$/ },
  { name: 'Scala with sbt', sign: /^build\.sbt$/ },
  { name: 'Clojure', sign: /^(?:project\.clj|deps\.edn)$/ },
  { name: 'Swift', sign: /^Package\.swift$/ },
  { name: 'Dart', sign: /^pubspec\.yaml$/ },
  { name: 'Haskell', sign: /^(?:stack\.yaml|[^/]+\.cabal)$/ },
]

/** Files that such an application often has for its pages or its tools. */
const beside = new Set(['package.json', 'requirements.txt'])

/** Says that a language has no stack, rather than that a lock file of another one is missing. Throws `SOURCE`. */
function refuseOtherLanguage(tree: SourceTree, locked: readonly Stack[]): void {
  const own = stacks.flatMap(({ signs }) => signs.filter((sign) => tree.paths.includes(sign)))
  const isNode = locked.every(({ name }) => name.startsWith('node-'))
  const starts = locked.length > 0 && /"(?:start|main)"\s*:/.test(tree.texts.get('package.json') ?? '')
  if (!isNode || starts || own.some((sign) => !beside.has(sign))) return
  for (const { name, sign } of otherLanguages) {
    const file = tree.paths.find((path) => sign.test(path))
    if (file !== undefined)
      throw new DeliveryError(
        'SOURCE',
        `expected an application of Python, Node, Go, Java or Rust, found one of ${name} (${file}), which the scaffold has no stack for`,
        `Write its Dockerfile yourself${locked.length === 0 ? '' : `, or pass --stack ${locked.map((stack) => stack.name).join(' or --stack ')} if the image is of Node`}: "loadline build-and-scan" judges any image.`,
      )
  }
}

/** The tree's only stack. Throws `SOURCE` if there is none, several, or one without a lock file. */
export function findStack(tree: SourceTree, source: SourceTree, answers: Answers): Stack {
  const where = answers.path === '' ? 'the source' : answers.path
  const locked = stacks.filter((stack) => stack.locked(tree))
  if (answers.stack !== undefined) {
    const chosen = stacks.find(({ name }) => name === answers.stack) as Stack
    if (locked.includes(chosen)) return chosen
    throw new DeliveryError(
      'SOURCE',
      `expected ${chosen.lock.wanted} in ${where}, because --stack says ${chosen.name}, found none`,
      `Make it: ${chosen.lock.make}`,
    )
  }
  refuseOtherLanguage(tree, locked)
  const [only, ...others] = locked
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected one stack in ${where}, found ${locked.map(({ title, name }) => `${title} (${name})`).join(' and ')}`,
      `Choose the one for the image: --stack ${locked.map(({ name }) => name).join(' or --stack ')}. Remove unused lock files.`,
    )
  const signs = stacks.flatMap((stack) =>
    stack.signs.filter((sign) => tree.paths.includes(sign)).map((sign) => ({ stack, sign })),
  )
  const [sign] = signs
  const loose = sign?.stack.loose?.(tree)
  if (sign !== undefined && loose?.remedy !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected ${sign.stack.lock.wanted} in ${where}, found the line ${JSON.stringify(loose.line)} in ${sign.sign}: ${loose.remedy.why}`,
      loose.remedy.change,
    )
  if (sign !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected ${sign.stack.lock.wanted} in ${where}, found ${signs.map(({ sign: file }) => file).join(', ')} without it${loose === undefined ? '' : `, because of the line ${JSON.stringify(loose.line)}`}: each build could be different`,
      `Make it and commit it: ${sign.stack.lock.make}${lockAbove(source, answers)}`,
    )
  const folders = foldersWithStack(source)
  throw new DeliveryError(
    'SOURCE',
    `expected a lock file of ${stacks.map(({ title }) => title).join(', ')} in ${where}, found ${tree.paths.slice(0, 5).join(', ')}${tree.paths.length > 5 ? ` and ${tree.paths.length - 5} more files` : ''}`,
    folders.length === 0
      ? 'Give the directory of an application with one of these stacks.'
      : `There are applications below: ${folders.map((folder) => `--path ${folder}`).join(', ')}.`,
  )
}

function lockAbove(source: SourceTree, { path }: Answers): string {
  const above = path === '' ? [] : stacks.filter((stack) => stack.locked(source))
  return above.length === 0
    ? ''
    : `. The lock file at the top (${above.map(({ title }) => title).join(', ')}) belongs to a workspace: an image is built from the application's directory alone, so it needs its own lock file`
}

/** Directories with an application, nearest to the top first. */
function foldersWithStack(tree: SourceTree): string[] {
  const signs = new Set(stacks.flatMap((stack) => stack.signs))
  const folders = tree.paths
    .filter((path) => path.includes('/') && signs.has(path.slice(path.lastIndexOf('/') + 1)))
    .map((path) => path.slice(0, path.lastIndexOf('/')))
  return [...new Set(folders)].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1)).slice(0, 5)
}
