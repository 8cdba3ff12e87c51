import { posix } from 'node:path'
import { javaBases } from '../../bases/index.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { dataFiles } from './data-files.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

/** Files that go into the archive, or that only the build reads. */
const compiledByJava =
  /(^|\/)(src|gradle)\/|(^|\/)(pom\.xml|mvnw|gradlew|(mvnw|gradlew)\.(cmd|bat)|(build|settings)\.gradle(\.kts)?|gradle\.properties)$|\.(java|kt|class|jar)$/i

/** A Java application: the archive that the build makes goes to an image that has only what runs it. */
export function javaStages(situation: Situation, stage: SingleStage): Way[] {
  const { runs, started, directory, bases } = stage
  const [program = '', ...args] = started.words
  const at = args.indexOf('-jar')
  const jar = at === -1 ? undefined : absolute(directory, args[at + 1] ?? '')
  const builds = runs.some(({ script }) =>
    script.commands.some(({ words: [one = ''] }) => /^(mvn|mvnw|gradle|gradlew)$/.test(posix.basename(one))),
  )
  if (posix.basename(program) !== 'java' || jar?.endsWith('.jar') !== true || !builds) return []
  const data = dataFiles(situation, stage, { initial: '/', compiled: compiledByJava })
  const words = ['java', ...args.slice(0, at), '-jar', jar, ...args.slice(at + 2)]
  const copies = [jar, ...data].map((path) => [path, path] as const)
  return javaBases(bases).map((base) => ({
    base,
    words,
    copies,
    resetsEntrypoint: started.instruction.keyword === 'CMD',
  }))
}
