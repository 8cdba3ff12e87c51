import { posix } from 'node:path'
import { manifestOf, record } from '../manifest.ts'
import type { Situation } from '../repair.ts'
import { scriptWords } from '../rules/started-script.ts'
import { sourceFileAt } from '../source-file.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

/**
 * A Node.js application: its files and packages, without those that only build it, go to an image of the same version
 * without shell and package manager, or else to the slim form of its base.
 */
export function nodeStages(situation: Situation, { bases, runs, started, places, directory }: SingleStage): Way[] {
  const [program = '', ...args] = scriptWords(started.words, situation) ?? started.words
  const scripts = runs.map(({ script }) => script.text).join('\n')
  if (posix.basename(program) !== 'node' || /\b(npm|yarn|pnpm)\b[^\n]*( -g\b|\bglobal\b)/.test(scripts)) return []
  const copies = places.map((path) => [path, path] as const)
  const bare =
    bases.distroless === undefined
      ? []
      : [
          {
            base: bases.distroless,
            words: ['/nodejs/bin/node', ...args],
            copies,
            resetsEntrypoint: started.instruction.keyword === 'CMD',
          },
        ]
  const slim = bases.slim === undefined ? [] : [{ base: bases.slim, words: started.words, copies }]
  const ways: Way[] = [...bare, ...slim]
  if (!prunes(situation, scripts, directory)) return ways
  // Before what is copied last, if it is the same package.
  const last = runs.at(-1)?.directory === directory ? runs.at(-1) : undefined
  const finish = { finish: ['npm prune --omit=dev'], ...(last === undefined ? {} : { finishBehind: last.instruction }) }
  // Packages for development are not removed if the application turns out to need one.
  return ways.flatMap((way) => [{ ...way, ...finish }, way])
}

/** Whether npm installed packages that only development needs. */
function prunes(situation: Situation, scripts: string, directory: string): boolean {
  const { file, source } = situation
  const end = { stage: 0, start: file.text.length }
  const [manifest, lock] = ['package.json', 'package-lock.json'].map((name) =>
    sourceFileAt(situation, end, posix.join(directory, name)),
  )
  return (
    Object.keys(record(manifestOf(source.texts, manifest ?? '')['devDependencies'])).length > 0 &&
    lock !== undefined &&
    /\bnpm (ci|i|install)\b/.test(scripts) &&
    !/--(omit|only|production)\b/.test(scripts)
  )
}
