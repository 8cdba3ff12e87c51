import type { Directory } from '@dagger.io/dagger'
import { DeliveryError } from '../src/model/errors.ts'
import { limits } from '../src/model/limits.ts'
import type { Collected, NotApplicable, Run } from '../src/model/index.ts'
import { packageFiles } from '../src/engine/package-root.ts'
import { contentsOf } from '../src/engine/read-text.ts'
import { buildingFiles, checkerTemplates, placeDockerfile, wantedTexts, type Situation } from '../src/repair/index.ts'
import type { Source } from '../src/stages/source/source.ts'

/** What the given source's files say, by path, as far as it was asked for: files that no repair changes are read once. */
export type GivenTexts = Map<string, Promise<string | undefined>>

/** A source with some changed files, and the run that judged it. */
interface Judgement {
  files: Readonly<Record<string, string>>
  directory: Directory
  run: Run
  source: Source | undefined
}

/** The input of repairs. */
export async function situationOf({ files, directory, run, source }: Judgement, given: GivenTexts): Promise<Situation> {
  const dockerfile = source?.dockerfile
  const cells = run.evidence?.platforms[0]?.evidence
  if (source === undefined || dockerfile === undefined || cells === undefined)
    throw new TypeError('expected a source that was built and judged, found no Dockerfile or no evidence')
  const paths = await directory.filter({ exclude: ['**/.git', '**/node_modules'] }).glob('**/*')
  const { read, isWhole } = buildingFiles(paths)
  const texts = await Promise.all(
    [...new Set([...wantedTexts(paths, dockerfile.text), ...read])].map(
      async (path) => [path, files[path] ?? (await givenText(directory, path, given))] as const,
    ),
  )
  const templates = packageFiles('src/scaffold/templates')
  const configuration = valueOf(cells.configuration)
  const base = valueOf(cells.base)
  const runtime = valueOf(cells.runtime)
  const os = valueOf(cells.vulnerabilities)?.os
  return {
    file: placeDockerfile(dockerfile.path, dockerfile.text, dockerfile.reading),
    policy: source.policy,
    results: run.verdict?.results ?? [],
    image: {
      ...(configuration === undefined ? {} : { configuration }),
      ...(base === undefined ? {} : { base }),
      ...(runtime === undefined ? {} : { runtime }),
      ...(os === undefined ? {} : { os }),
      packages: valueOf(cells.licenses)?.packages ?? [],
    },
    checkers: new Map([...templates].filter(([name]) => checkerTemplates.includes(name))),
    source: {
      name: source.subject.name,
      paths: new Set(paths.filter((path) => !path.endsWith('/'))),
      texts: new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const]))),
      ...(isWhole ? {} : { hasUnread: true }),
    },
  }
}

function givenText(directory: Directory, path: string, given: GivenTexts): Promise<string | undefined> {
  const text = given.get(path) ?? contentsOf(directory.file(path), path, limits.written, 'SOURCE').catch(unreadable)
  given.set(path, text)
  return text
}

/** An unreadable file contributes nothing. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof DeliveryError)) throw error
}

export function valueOf<T>(cell: Collected<T> | NotApplicable): T | undefined {
  return cell.status === 'collected' ? cell.value : undefined
}
