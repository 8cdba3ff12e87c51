import { programBases } from '../../bases/index.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import { dataFiles } from './data-files.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'

/** Files that the compiler reads. */
const compiledByRust = /(^|\/)(src|benches)\/.*\.rs$|\.rs$|(^|\/)(Cargo\.(toml|lock)|rust-toolchain(\.toml)?)$/i

/** A Rust application: the program, and the files that it may read, go to an image without a compiler. */
export function rustStages(situation: Situation, stage: SingleStage): Way[] {
  const { runs, started, directory, bases } = stage
  const [written = '', ...args] = started.words
  const builds = runs.some(({ script }) => script.commands.some(({ words: [one = ''] }) => one === 'cargo'))
  const program = written.includes('/') ? absolute(directory, written) : undefined
  if (program === undefined || !builds || !/\/target\/([\w-]+\/)?release\/[\w.-]+$/.test(program)) return []
  const data = dataFiles(situation, stage, { initial: '/', compiled: compiledByRust })
  const copies = [program, ...data].map((path) => [path, path] as const)
  // On musl, Rust links statically.
  return [{ base: bases.isMusl ? programBases.static : programBases.gcc, words: [program, ...args], copies }]
}
