import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { SourceTree } from '../source-tree.ts'

/** Frameworks whose applications do not start as a class with its libraries and nothing else. */
const otherStarts: ReadonlyArray<{ name: string; described: RegExp; why: string; change: string }> = [
  {
    name: 'Quarkus',
    described: /\bquarkus-(?:core|bom|universe-bom|maven-plugin|arc)\b|\bid\s*(?:\(\s*)?['"]io\.quarkus['"]/,
    why: 'which its own build writes, and which no class of the source starts',
    change: 'Write its Dockerfile yourself, on target/quarkus-app: "loadline build-and-scan" judges any image.',
  },
  {
    name: 'Dropwizard',
    described: /\bdropwizard-core\b/,
    why: 'which starts with arguments that the source does not show ("server" and a file)',
    change:
      'Call run("server", FILE) in the main method, or write its Dockerfile yourself: "loadline build-and-scan" judges any image.',
  },
]

/** Refuses what a class alone does not start. Throws `SOURCE`. */
export function refuseOtherStart(tree: SourceTree, described: string): void {
  const given = [...tree.texts].some(([path, text]) => path.startsWith('src/main/') && /\.run\(\s*"server"/.test(text))
  const found = otherStarts.find((one) => one.described.test(described) && !(one.name === 'Dropwizard' && given))
  if (found !== undefined)
    throw new DeliveryError(
      'SOURCE',
      `expected an application that a main class starts, found one of ${found.name}, ${found.why}`,
      found.change,
    )
}

/** The main class: as given, as the build names it, or the only one with a main method. Throws `SOURCE` otherwise. */
export function mainClass(tree: SourceTree, { entry }: Answers, named: string | undefined): string {
  const classes = classesWithMain(tree)
  if (entry !== undefined && classes.includes(entry)) return entry
  if (entry === undefined && named !== undefined) return named
  const [only, ...others] = entry === undefined ? classes : []
  if (only !== undefined && others.length === 0) return only
  throw new DeliveryError(
    'SOURCE',
    `expected ${entry === undefined ? 'one class with a main method' : `a class ${entry} with a main method`} below src/main, found ${classes.length === 0 ? 'none' : classes.join(', ')}`,
    'Pass it with --entry, e.g. --entry com.example.Application.',
  )
}

/** Classes with a main method, and those that Kotlin makes of a file with a main function. */
function classesWithMain(tree: SourceTree): string[] {
  return [...tree.texts]
    .flatMap(([path, text]) => {
      const file = /^src\/main\/(?:java|kotlin)\/(.+)\.(java|kt)$/.exec(path)
      if (file === null) return []
      const [, stem = '', kind] = file
      if (kind === 'java') return hasMain.test(text) ? [stem.replaceAll('/', '.')] : []
      if (/@JvmStatic\s+fun\s+main\s*\(/.test(text)) return [stem.replaceAll('/', '.')]
      return /^fun\s+main\s*\(/m.test(text) ? [kotlinClass(stem, text)] : []
    })
    .sort()
}

const hasMain =
  /\b(?:public\s+static|static\s+public)\s+(?:final\s+)?void\s+main\s*\(\s*(?:final\s+)?(?:java\.lang\.)?String/

function kotlinClass(stem: string, text: string): string {
  const inPackage = /^package\s+([\w.]+)/m.exec(text)?.[1]
  const named = /@file:JvmName\(\s*"(\w+)"/.exec(text)?.[1] ?? `${stem.split('/').at(-1)}Kt`
  return inPackage === undefined ? named : `${inPackage}.${named}`
}
