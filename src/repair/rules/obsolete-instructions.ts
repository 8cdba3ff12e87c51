import { instructionAt, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { replacing } from '../kept-remarks.ts'
import { blockOf, wholeLines } from '../placed-paths.ts'
import { lintOf, type Proposal, type Repair, type Situation } from '../repair.ts'

/** Instructions of which only a stage's last one has an effect. */
const single: Readonly<Record<string, string>> = { DL4003: 'CMD', DL4004: 'ENTRYPOINT', DL3012: 'HEALTHCHECK' }

/** Instructions without an effect are removed, and MAINTAINER becomes the label that replaced it. */
export const obsoleteInstructions: Repair = {
  id: 'obsolete-instructions',
  title: 'MAINTAINER becomes a label, and only the last CMD, ENTRYPOINT and HEALTHCHECK of a stage is kept',
  answers: ['DL4000', 'MaintainerDeprecated', ...Object.keys(single), 'MultipleInstructionsDisallowed'],
  propose(situation) {
    return { proposals: [...maintainers(situation), ...repeated(situation)] }
  },
}

function maintainers(situation: Situation): Proposal[] {
  const { file } = situation
  const lines = new Set(lintOf(situation, 'DL4000', 'MaintainerDeprecated').map(({ line }) => line))
  const edits = [...lines].flatMap((line) => {
    const instruction = instructionAt(file, line)
    const [author] = instruction?.words ?? []
    if (instruction?.keyword !== 'MAINTAINER' || author === undefined || /["$\\`]/.test(author)) return []
    const text = `LABEL org.opencontainers.image.authors="${author.trim()}"`
    return [replacing(file, instruction, { ...instruction, text })]
  })
  return edits.length === 0
    ? []
    : [
        {
          repair: `${obsoleteInstructions.id} MAINTAINER`,
          what: 'a label for the authors instead of MAINTAINER',
          equal: true,
          edits,
        },
      ]
}

function repeated(situation: Situation): Proposal[] {
  const { file } = situation
  const said = lintOf(situation, ...Object.keys(single), 'MultipleInstructionsDisallowed')
  const groups = new Map<string, PlacedInstruction[]>()
  for (const { code, line } of said) {
    const keyword = single[code] ?? instructionAt(file, line)?.keyword ?? ''
    const stage = instructionAt(file, line)?.stage
    if (!Object.values(single).includes(keyword) || stage === undefined) continue
    groups.set(
      `${stage} ${keyword}`,
      file.instructions.filter((one) => one.stage === stage && one.keyword === keyword),
    )
  }
  const edits = [...groups.values()].flatMap((all) => all.slice(0, -1).map((one) => removal(file, one)))
  return edits.length === 0
    ? []
    : [
        {
          repair: `${obsoleteInstructions.id} repeated`,
          what: 'removes an instruction that a later one replaces',
          equal: true,
          edits,
        },
      ]
}

/** Removes an instruction with the remarks above it, unless they may also be about the next one of its kind. */
function removal(file: DockerfileFile, one: PlacedInstruction): Edit {
  const next = file.instructions.find(({ start }) => start > one.start)
  const isShared = next?.keyword === one.keyword && file.text.slice(one.end, next.start).trim() === ''
  const begin = file.text.lastIndexOf('\n', one.start - 1) + 1
  return { ...wholeLines(file, isShared ? { start: begin, end: one.end } : blockOf(file, one)), text: '' }
}
