import { posix } from 'node:path'
import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { javaBases } from '../../bases/index.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'
import { withoutCode } from './without-code.ts'

/** Files that only the build reads. */
const compiledByJava = [
  '*.java',
  '*.kt',
  'pom.xml',
  'mvnw',
  'gradlew',
  ...['build', 'settings'].flatMap((name) => [`${name}.gradle`, `${name}.gradle.kts`]),
]

/** A Java application: its directory, with the archives that the build makes, goes to an image that has only what runs it. */
export function javaStages({ source }: Pick<Situation, 'source'>, stage: SingleStage): Way[] {
  const { runs, started, directory, bases, places } = stage
  const [program = '', ...args] = started.words
  const at = args.indexOf('-jar')
  const jar = at === -1 ? undefined : absolute(directory, args[at + 1] ?? '')
  const builds = runs.some(({ script }) =>
    script.commands.some(({ words: [one = ''] }) => /^(mvn|mvnw|gradle|gradlew)$/.test(posix.basename(one))),
  )
  if (posix.basename(program) !== 'java' || jar?.endsWith('.jar') !== true || !builds) return []
  const taken = withoutCode({ places, sources: source.paths, code: compiledByJava })
  // Its class path may name what is beside it.
  if (taken === undefined || !isAtOrBelow(jar, places)) return []
  const words = ['java', ...args.slice(0, at), '-jar', jar, ...args.slice(at + 2)]
  return javaBases(bases).map((base) => ({
    base,
    words,
    ...taken,
    resetsEntrypoint: started.instruction.keyword === 'CMD',
  }))
}
