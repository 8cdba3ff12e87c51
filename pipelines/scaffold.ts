import type { Changeset, Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import {
  answersPath,
  canBeFilledIn,
  isFilledIn,
  mostPaths,
  notSource,
  parseAnswers,
  parseKeptAnswers,
  scaffold,
  worthReading,
  type Scaffold,
  type SourceTree,
  type Templates,
} from '../src/scaffold/index.ts'
import { limits } from '../src/model/limits.ts'
import { readText } from '../src/engine/read-text.ts'
import { packageFiles } from '../src/engine/package-root.ts'
import { lockName, parseBaseLock } from '../src/stages/source/read-lock.ts'

/** Makes a scaffold from the given answers and the source. Throws `USAGE`, `SOURCE` and `LOCK`, and then makes no file at all. */
export async function makeScaffold(given: unknown, tree: SourceTree): Promise<Scaffold> {
  const answers = parseAnswers(given)
  const lockPath = answers.path === '' ? lockName : `${answers.path}/${lockName}`
  const lock = tree.texts.get(lockPath)
  return scaffold({
    answers,
    tree,
    templates: readTemplates(),
    lock: lock === undefined ? undefined : parseBaseLock(lock, lockPath),
  })
}

/** The templates are kept beside the code that fills them, in their own formats: Dockerfiles, programs, Markdown. */
function readTemplates(): Templates {
  return packageFiles('src/scaffold/templates')
}

/** A scaffold as a change to its source. Omitted answers are absent from `given`. Throws as `makeScaffold` does. */
export async function scaffoldChanges(source: Directory, given: Readonly<Record<string, unknown>>): Promise<Changeset> {
  const answers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { files } = await makeScaffold(answers, await treeOfDirectory(source))
  const existing = await Promise.all(
    Object.keys(files).map(async (path) =>
      canBeFilledIn(path) ? await readText(source, path, limits.written) : undefined,
    ),
  )
  return Object.entries(files)
    .filter(([path, text], index) => !isFilledIn(path, existing[index] ?? '', text))
    .reduce((directory, [path, text]) => directory.withNewFile(path, text), source)
    .changes(source)
}

/**
 * A scaffold made again from the answers that an earlier one left in the source; no change if there are none. Throws as
 * `makeScaffold` does.
 */
export async function rescaffoldChanges(source: Directory): Promise<Changeset> {
  const kept = await readText(source, answersPath, limits.written)
  return kept === undefined ? source.changes(source) : scaffoldChanges(source, parseKeptAnswers(kept, answersPath))
}

/** Reads a source directory in the engine as `ci` reads one on this machine. Links are left out. */
async function treeOfDirectory(source: Directory): Promise<SourceTree> {
  const directory = source.filter({ exclude: [...notSource].map((name) => `**/${name}`) })
  const paths = (await directory.glob('**/*')).filter((path) => !path.endsWith('/')).sort()
  if (paths.length > mostPaths)
    throw new DeliveryError(
      'SOURCE',
      `expected the source of an application, found ${paths.length} files`,
      "Give the application's own directory.",
    )
  const texts = await Promise.all(
    paths.map(async (path) => {
      const limit = worthReading(path)
      if (limit === undefined) return []
      const file = directory.file(path)
      return (await file.size()) > limit ? [] : [[path, await file.contents()] as const]
    }),
  )
  return { name: (await source.name()).replace(/\/$/, ''), paths, texts: new Map(texts.flat()) }
}
