import { programBases } from '../../bases/index.ts'
import { compilers } from '../compilers.ts'
import type { DockerfileFile, PlacedInstruction } from '../dockerfile-file.ts'
import { absolute, directoryAt, withVariables } from '../placed-paths.ts'
import { violationsOf, type Repair } from '../repair.ts'
import { keptFor, runElsewhere } from '../run-elsewhere.ts'
import { scriptOf } from '../script.ts'
import { basesOf, builderOf, isAboutAccounts, rebased, shippedStage, type ShippedStage } from '../shipped-stage.ts'
import { ofBuilding } from './two-stages.ts'

/** Packages of which the new bases have the files, or whose absence the gate notices because the program is linked with them. */
const provided =
  /^((apt-get|apt)( -[\w-]+)* (update|clean|autoclean|autoremove|install)|apk( -[\w-]+)* (update|upgrade|add))( (-[\w-]+|ca-certificates|tzdata|netbase|libc6|libc6-compat|libgcc(-s1)?|libstdc\+\+6?|libssl3))*$|^rm -rf( \/var\/(lib\/apt\/lists|cache\/ap[tk])\S*)+$|^update-ca-certificates$/

/** A program that was compiled in another stage: the distribution around it is not needed. */
export const programBase: Repair = {
  id: 'program-base',
  turn: 'stages',
  title:
    'A Go or Rust program that is shipped on Alpine, Debian or Ubuntu starts from a base without shell and package manager',
  answers: ofBuilding,
  propose(situation) {
    const { file } = situation
    const stage = shippedStage(file)
    const base = stage === undefined ? undefined : programBaseOf(stage)
    if (stage === undefined || base === undefined) return {}
    const runs = stage.instructions.filter(({ keyword }) => keyword === 'RUN')
    const isAsked = ofBuilding.some((rule) => violationsOf(situation, rule).length > 0)
    if (!isAsked || !runs.every((one) => isAboutAccounts(file, one, provided))) return {}
    const { words } = stage.started
    const edits = rebased(stage, situation, { base, words, unused: runs, resetsEntrypoint: false })
    if (edits === undefined) return {}
    const elsewhere = runElsewhere(situation)
    if (elsewhere.length > 0) return keptFor(elsewhere)
    return { proposals: [{ repair: programBase.id, what: `run from ${base}`, equal: false, starts: true, edits }] }
  },
}

/** What the started program needs beside itself; undefined if another stage did not compile it. */
function programBaseOf({ file, instructions, bases, started }: ShippedStage): string | undefined {
  // The certificates that a company adds are in no other base.
  const isTrusted = instructions.some(
    ({ keyword, words }) => /^(COPY|ADD)$/.test(keyword) && /ca-certificates|\/etc\/(ssl|pki)\b/.test(words.join(' ')),
  )
  const isChecked = instructions.some(({ keyword, words }) => keyword === 'HEALTHCHECK' && words[0] !== 'NONE')
  if (!/^(alpine|debian|ubuntu)$/.test(bases.runtime) || isChecked || isTrusted || worksAtHome(file, instructions))
    return undefined
  const at = (one: PlacedInstruction, path: string) => absolute(directoryAt(file, one, '/'), path)
  const program = at({ ...started.instruction, start: file.text.length }, started.words[0] ?? '')
  const copy = instructions.find(
    (one) =>
      one.keyword === 'COPY' && targetsOfCopy(withVariables(file, one)).some((path) => at(one, path) === program),
  )
  const builder = copy === undefined ? undefined : builderOf(file, copy.flags)
  if (builder === undefined || program === undefined) return undefined
  const runtime = basesOf(file, builder)?.runtime
  if (!compilesIn(file, builder)) return undefined
  const isStatic = file.instructions.some(
    ({ stage, start, end }) => stage === builder && /\bCGO_ENABLED[= ]0\b/.test(file.text.slice(start, end)),
  )
  if (runtime !== 'rust' && runtime !== 'golang') return undefined
  // On musl, a program that needs a C library can only have been linked with that one, and does not start.
  if (bases.isMusl) return programBases.static
  if (runtime === 'rust') return programBases.gcc
  return isStatic ? programBases.static : programBases.glibc
}

/** Whether an account gets the directory as its home in which the application works: there it may write. */
function worksAtHome(file: DockerfileFile, instructions: readonly PlacedInstruction[]): boolean {
  const works = new Set(
    instructions.flatMap((one) => (one.keyword === 'WORKDIR' ? withVariables(file, one).words : [])),
  )
  return instructions
    .flatMap((one) => (one.keyword === 'RUN' ? (scriptOf(file, one)?.commands ?? []) : []))
    .some(
      ({ words }) =>
        /^(useradd|adduser)$/.test(words[0] ?? '') &&
        (words.some((word, index) => /^(-[dh]|--home(-dir)?)$/.test(words[index - 1] ?? '') && works.has(word)) ||
          words.some((word) => works.has(`/home/${word}`) || works.has(word.replace(/^--home(-dir)?=/, '')))),
    )
}

/** The paths that a COPY of files may make. */
function targetsOfCopy({ words }: PlacedInstruction): string[] {
  const target = words.at(-1) ?? ''
  return [target, ...words.slice(0, -1).map((path) => `${target}/${path.split('/').at(-1)}`)]
}

function compilesIn(file: DockerfileFile, builder: number): boolean {
  return file.instructions
    .filter(({ keyword, stage }) => keyword === 'RUN' && stage === builder)
    .flatMap((one) => scriptOf(file, one)?.commands ?? [])
    .some(({ words }) => compilers.some((compiler) => compiler.compiles(words, '/') !== undefined))
}
