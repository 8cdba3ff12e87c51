import { posix } from 'node:path'
import { programBases } from '../../bases/index.ts'
import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import { absolute } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import type { SingleStage } from './single-stage.ts'
import type { Way } from './way.ts'
import { withoutCode } from './without-code.ts'

/** Files that only the compiler reads. Cargo.lock stays: without it no scanner knows what the program is made of. */
const compiledByRust = ['*.rs', 'Cargo.toml', 'rust-toolchain', 'rust-toolchain.toml']

/** What Cargo keeps beside the programs that it makes. */
const intermediates = ['.fingerprint', 'build', 'deps', 'examples', 'incremental']

/** Packages of Cargo whose programs only build. */
const buildTools = /^(cargo-[\w-]+|wasm-pack|wasm-bindgen-cli|trunk)(@.*)?$/

/** A Rust application: its directory, with the programs that Cargo makes, goes to an image without a compiler. */
export function rustStages({ file, source }: Pick<Situation, 'file' | 'source'>, stage: SingleStage): Way[] {
  const { runs, started, directory, bases, places } = stage
  const [written = '', ...args] = started.words
  const cargo = runs.flatMap(({ script }) => script.commands.filter(({ words: [one = ''] }) => one === 'cargo'))
  const program = written.includes('/') ? absolute(directory, written) : undefined
  if (program === undefined || cargo.length === 0 || !/\/target\/([\w-]+\/)?release\/[\w.-]+$/.test(program)) return []
  // Other programs are installed beside the compiler, and libraries may be found among what is removed.
  const isElsewhere = cargo.some(
    ({ words: [, command, ...rest] }) =>
      command === 'run' ||
      (command === 'install' && !rest.every((word) => word.startsWith('-') || buildTools.test(word))),
  )
  if (isElsewhere || /\b(LD_LIBRARY_PATH|OUT_DIR)\b/.test(file.text) || !isAtOrBelow(program, places)) return []
  const made = posix.dirname(program)
  const libraries = source.paths.has('src/lib.rs') ? [`lib${posix.basename(program).replaceAll('-', '_')}.rlib`] : []
  const taken = withoutCode({
    places,
    sources: source.paths,
    code: compiledByRust,
    intermediates: [...intermediates, ...libraries].map((name) => posix.join(made, name)),
  })
  if (taken === undefined) return []
  // On musl, Rust links statically.
  const base = bases.isMusl ? programBases.static : programBases.gcc
  return [{ base, words: [program, ...args], ...taken }]
}
