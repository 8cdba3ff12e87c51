import { needsRootToStart } from '../changed-users.ts'
import { numericUser } from '../numeric-user.ts'
import { isOneWord } from '../placed-paths.ts'
import { violationsOf, type Proposal, type Repair, type Situation } from '../repair.ts'
import { keptFor, runElsewhere } from '../run-elsewhere.ts'
import { basesOf } from '../shipped-stage.ts'
import { divide } from '../two-stages/divided.ts'
import { goDirectory } from '../two-stages/go-code.ts'
import { goStages } from '../two-stages/go-stages.ts'
import { javaStages } from '../two-stages/java-stages.ts'
import { nodeStages } from '../two-stages/node-stages.ts'
import { debianPythonStages, pythonStages } from '../two-stages/python-stages.ts'
import { rustStages } from '../two-stages/rust-stages.ts'
import { singleStage, type SingleStage } from '../two-stages/single-stage.ts'
import type { Way } from '../two-stages/way.ts'

/** What an image has only because it was built in, or could have been. */
export const ofBuilding = ['size-unpacked', 'package-managers', 'package-caches', 'setuid', 'vulnerabilities'] as const

/** An application that ships what it was built with is built in one stage and run from another. */
export const twoStages: Repair = {
  id: 'two-stages',
  turn: 'stages',
  title:
    'A Go, Java, Node.js, Python or Rust application is built in one stage and run from a smaller base, which is tried without a shell first',
  answers: ofBuilding,
  propose(situation) {
    if (ofBuilding.every((rule) => violationsOf(situation, rule).length === 0)) return {}
    // The second stage has another user than root.
    if (needsRootToStart(situation) !== undefined) return {}
    const runtime = basesOf(situation.file, 0)?.runtime
    const [, initial, waysOf] = languages.find(([name]) => name === runtime) ?? []
    const stage = initial === undefined ? undefined : singleStage(situation, initial)
    if (stage === undefined || waysOf === undefined) return {}
    // The names are the source's: one with a line break would add an instruction.
    const ways = waysOf(situation, stage).filter(({ copies }) => copies.flat().every(isOneWord))
    const elsewhere = runElsewhere(situation)
    if (ways.length > 0 && elsewhere.length > 0) return keptFor(elsewhere)
    const first = ways
      .map((way) => proposal(situation, stage, way))
      .reduceRight<Proposal | undefined>(
        (otherwise, way) => ({ ...way, ...(otherwise === undefined ? {} : { otherwise }) }),
        undefined,
      )
    return first === undefined ? {} : { proposals: [first] }
  },
}

const languages: ReadonlyArray<
  [runtime: string, directory: string, ways: (situation: Situation, stage: SingleStage) => Way[]]
> = [
  ['golang', goDirectory, goStages],
  ['python', '/', pythonStages],
  ['debian', '/', (_, stage) => debianPythonStages(stage)],
  ['node', '/', nodeStages],
  ['rust', '/', rustStages],
  ['maven', '/', javaStages],
  ['gradle', '/home/gradle', javaStages],
  ['eclipse-temurin', '/', javaStages],
]

function proposal(situation: Situation, stage: SingleStage, { without, ...way }: Way): Proposal {
  const written = stage.instructions.findLast(({ keyword }) => keyword === 'USER')?.words[0] ?? ''
  return {
    repair: twoStages.id,
    what: `built in one stage, run from ${way.base}${without === undefined ? '' : `, without ${without}`}`,
    equal: false,
    starts: true,
    edits: divide(situation.file, stage, {
      resetsEntrypoint: false,
      finish: [],
      removes: [],
      edits: [],
      ...way,
      user: numericUser(written, situation),
    }),
  }
}
