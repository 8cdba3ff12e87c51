import { instructionAt, removal, type PlacedInstruction } from '../dockerfile-file.ts'
import { lintOf, type Proposal, type Repair, type Situation } from '../repair.ts'

/** Instructions of which only the last one of a stage counts. */
const single: Readonly<Record<string, string>> = { DL4003: 'CMD', DL4004: 'ENTRYPOINT', DL3012: 'HEALTHCHECK' }

/** What has no effect goes, and MAINTAINER becomes the label that took its place. */
export const obsoleteInstructions: Repair = {
  id: 'obsolete-instructions',
  title: 'MAINTAINER becomes a label, and of CMD, ENTRYPOINT and HEALTHCHECK the last one of a stage stays',
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
    if (instruction?.keyword !== 'MAINTAINER' || author === undefined || /["$\\]/.test(author)) return []
    const text = `LABEL org.opencontainers.image.authors="${author.trim()}"`
    return [{ start: instruction.start, end: instruction.end, text }]
  })
  return edits.length === 0
    ? []
    : [
        {
          repair: `${obsoleteInstructions.id} MAINTAINER`,
          what: 'the label of the authors in place of MAINTAINER',
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
          what: 'removes what a later instruction replaces',
          equal: true,
          edits,
        },
      ]
}
