import { isAtOrBelow } from '../model/is-at-or-below.ts'
import type { Step } from '../formats/dockerfile/dockerfile.ts'
import { expandWord } from '../formats/dockerfile/expand.ts'
import { parseDockerfile } from '../formats/dockerfile/parse-dockerfile.ts'
import { DeliveryError } from '../model/errors.ts'
import type { StackReading } from './application.ts'
import { commandsOf } from './own-commands.ts'
import type { OwnDockerfile } from './replaced.ts'
import { describes, placesIn, plainStart, type SourceTree } from './source-tree.ts'

/** Reads the Dockerfile of the project: that at its top, unless the scaffold has written it, or the only one below. */
export function ownDockerfile(
  tree: SourceTree,
  reading: Pick<StackReading, 'language' | 'inImage'>,
  isWritten: boolean,
): OwnDockerfile | undefined {
  const others = tree.paths.filter(
    (path) => path.endsWith('/Dockerfile') && !/(?:^|\/)(?:\.[^/]+|tests?|deploy|examples?|docs?)\//.test(path),
  )
  const top = tree.texts.has('Dockerfile') && !isWritten ? 'Dockerfile' : undefined
  const path = top ?? (others.length === 1 ? others[0] : undefined)
  const text = tree.texts.get(path ?? '')
  if (path === undefined || text === undefined) return undefined
  try {
    return { path, ...readSteps(path, parseDockerfile(text, { buildArgs: {} }).steps, tree, reading) }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    return {
      path,
      steps: [`everything, because it cannot be read (${error.message})`],
      starts: [],
      ports: [],
      copies: [],
    }
  }
}

function readSteps(
  path: string,
  steps: readonly Step[],
  tree: SourceTree,
  { language, inImage }: Pick<StackReading, 'language' | 'inImage'>,
): Omit<OwnDockerfile, 'path'> {
  const shipped = steps.filter(({ shipped: isShipped, onBuild }) => isShipped && !onBuild)
  const started = (keyword: string) => {
    const step = shipped.findLast((one) => one.keyword === keyword)
    return step === undefined ? [] : step.script === undefined ? step.words : step.script.trim().split(/\s+/)
  }
  const copied = copiesIn(shipped, tree, inImage)
  const ports = shipped
    .filter(({ keyword }) => keyword === 'EXPOSE')
    .flatMap(({ words }) => words.map((word) => Number(word.replace(/\/tcp$/, ''))))
  return {
    steps: [
      ...steps
        .filter(({ keyword, onBuild }) => keyword === 'RUN' && !onBuild)
        .flatMap((step) => commandsOf(step, language)),
      ...settingsOf(shipped),
      ...copied.flatMap(({ elsewhere }) => elsewhere),
    ],
    starts: [...started('ENTRYPOINT'), ...started('CMD')],
    ports: [...new Set(ports.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536))],
    copies: copied.flatMap(({ same }) => same.map((one) => ({ path: one.path, by: `${path}:${one.line}` }))),
  }
}

/** Variables that tools of the build and every image of their kind set. */
const usual =
  /^(?:PATH|LANG|LC_\w+|TZ|HOME|PORT|NODE_ENV|VIRTUAL_ENV|DEBIAN_FRONTEND|PYTHON\w+|(?:PIP|POETRY|UV|PDM|NPM|PNPM|YARN|CARGO|RUST|GO|MAVEN|GRADLE)_?\w*|CGO_ENABLED|APP_HOME|USER|[UG]ID)$/

function settingsOf(shipped: readonly Step[]): string[] {
  return shipped.flatMap(({ keyword, line, properties, words, text }) => {
    if (keyword === 'VOLUME') return [`VOLUME ${words.join(' ')} (line ${line})`]
    if (keyword === 'STOPSIGNAL') return [`STOPSIGNAL ${text} (line ${line})`]
    const names = keyword === 'ENV' ? properties.map(({ name }) => name).filter((name) => !usual.test(name)) : []
    return names.length === 0 ? [] : [`ENV ${names.join(', ')} (line ${line})`]
  })
}

interface Copied {
  /** What comes to the place that it has in the source. */
  same: Array<{ path: string; line: number }>
  /** What comes to another. */
  elsewhere: string[]
}

/** What every COPY and ADD brings. */
function copiesIn(shipped: readonly Step[], tree: SourceTree, inImage: readonly string[]): Copied[] {
  const [places, files] = [placesIn(tree), new Set(tree.paths)]
  let home = '/'
  return shipped.flatMap((step) => {
    if (step.keyword === 'WORKDIR') home = workingDirectory(step, home)
    return step.keyword === 'COPY' || step.keyword === 'ADD' ? [copiesOf(step, home, { places, files, inImage })] : []
  })
}

function copiesOf(
  { words, flags, line, keyword }: Step,
  home: string,
  { places, files, inImage }: { places: ReadonlySet<string>; files: ReadonlySet<string>; inImage: readonly string[] },
): Copied {
  const from = flags.find(({ name }) => name === 'from')
  const target = words.at(-1) ?? ''
  const copied: Copied = { same: [], elsewhere: [] }
  for (const word of words.slice(0, -1)) {
    if (/^https?:/.test(word)) copied.elsewhere.push(`${keyword} ${word} (line ${line})`)
    const path = inSource(word, from !== undefined, places)
    if (path === undefined) continue
    const place = placeOf(target, home, path, files.has(path))
    if (place === path) copied.same.push({ path, line })
    else if (!/\.(?:sh|md)$/.test(path) && !describes(path) && from === undefined && !isAtOrBelow(path, inImage))
      copied.elsewhere.push(`${keyword} ${word} ${target} (line ${line})`)
  }
  return copied
}

/** Where the lines behind a WORKDIR work, with variables; `before` is where those before it do. */
function workingDirectory({ text, environment }: Step, before: string): string {
  let folder = text
  try {
    folder = expandWord(text, environment)
  } catch {
    // As written, then.
  }
  return folder.startsWith('/') ? folder : `${before}/${folder}`
}

/** No path of a source has more parts. */
const mostParts = 50

/** The path of the source that a word of COPY names: in another stage, by its last parts. */
function inSource(word: string, fromStage: boolean, places: ReadonlySet<string>): string | undefined {
  const parts = plainStart(word, /[*?[$]/)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const last = parts.slice(-mostParts)
  const tries = fromStage ? last.map((_, index) => last.slice(index).join('/')) : [parts.join('/')]
  return tries.find((path) => places.has(path))
}

/** Where something comes to lie below the working directory; undefined if it lies outside. */
function placeOf(target: string, home: string, path: string, isFile: boolean): string | undefined {
  const bare = (place: string) => place.replace(/^(?:\.\/)+|^\.$|^\/+|(?<!\/)\/+$/g, '').replace(/(?<!\/)\/+$/, '')
  const [base, whole] = [bare(home), bare(target)]
  const isInside = !target.startsWith('/') || base === '' || whole === base || whole.startsWith(`${base}/`)
  if (!isInside) return undefined
  const plain = target.startsWith('/') ? bare(whole.slice(base.length)) : whole
  const isFolder = plain === '' || target.endsWith('/')
  return isFile && isFolder ? [plain, path.slice(path.lastIndexOf('/') + 1)].filter(Boolean).join('/') : plain
}

/** What a person should know of it. `written` are the words that start the scaffold's image. */
export function ownDockerfileNotes(own: OwnDockerfile | undefined, written: readonly string[], port: number): string[] {
  if (own === undefined) return []
  const others = own.ports.filter((one) => one !== port)
  const starts = own.starts.filter(
    (word) =>
      !/^(?:exec|sh|bash|-c|python3?|node|java|-m|-jar|dumb-init|\d+|0\.0\.0\.0|--?(?:host|port|bind|p|b|H))$/.test(
        word.replace(/^.*\//, ''),
      ) && !written.some((one) => one.includes(word.replace(/^(?:\.?\/)?(?:app\/)?/, ''))),
  )
  const program = own.starts[0] ?? ''
  const isOther = starts.some((word) => word !== program || /\.sh$|entrypoint|tini|run\b/.test(word))
  const lost = [
    ...own.steps,
    ...(isOther ? [`its start, ${own.starts.join(' ').slice(0, 160)}`] : []),
    ...(others.length === 0 ? [] : [`EXPOSE ${others.join(', ')}`]),
  ]
  return lost.length === 0
    ? []
    : [
        `The project's ${own.path} does what the scaffold's Dockerfile does not: ${lost.slice(0, 25).join('; ')}${lost.length > 25 ? `; and ${lost.length - 25} more` : ''}. Decide for each whether the image needs it.`,
      ]
}
