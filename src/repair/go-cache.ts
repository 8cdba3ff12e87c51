import { goCompiler } from './compilers.ts'
import type { DockerfileFile, Edit, PlacedInstruction } from './dockerfile-file.ts'
import { scriptOf } from './script.ts'

/** The option of RUN that keeps what Go compiles for the next build: in the directory that root has for it. */
export const goCacheOption = '--mount=type=cache,target=/root/.cache/go-build'

/** The option for each RUN of some stages that compiles, if root runs it and nothing is mounted there yet. */
export function keptCompilation(file: DockerfileFile, isIn: (stage: number) => boolean): Edit[] {
  if (/\bGOCACHE\b/.test(file.text)) return []
  return file.instructions.flatMap((one) => {
    const isOther = file.instructions.some(
      ({ keyword, stage, start }) => keyword === 'USER' && stage === one.stage && start < one.start,
    )
    if (!isIn(one.stage) || isOther || !compilesGo(file, one)) return []
    if (one.flags.some((flag) => flag.startsWith('--mount'))) return []
    const at = one.start + one.keyword.length
    return [{ start: at, end: at, text: ` ${goCacheOption}` }]
  })
}

/** Whether an instruction is a RUN that compiles a Go program. */
function compilesGo(file: DockerfileFile, instruction: PlacedInstruction): boolean {
  const script = instruction.keyword === 'RUN' ? scriptOf(file, instruction) : undefined
  return (script?.commands ?? []).some(({ words }) => goCompiler.compiles(words, '/') !== undefined)
}
