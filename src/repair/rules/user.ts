import { shippedInstructions } from '../dockerfile-file.ts'
import { lintOf, violationsOf, type Proposal, type Repair, type Situation } from '../repair.ts'
import { scriptOf, wordsOf } from '../script.ts'
import type { Edit, PlacedInstruction } from '../dockerfile-file.ts'

/** The user that distroless images bring; nobody else's files are its own. */
const unprivileged = 65_532
/** What an account gets that the Dockerfile adds with an id of the system's. */
const application = 10_001

/** The image runs as a user with a number, and not as root. */
export const user: Repair = {
  id: 'user',
  title: 'The image runs as a numeric user that is not root; files that only root may read are given to it',
  answers: ['user', 'DL3002'],
  propose(situation) {
    const [violation] = violationsOf(situation, 'user')
    if (violation === undefined && lintOf(situation, 'DL3002').length > 0) return { proposals: [asNobody(situation)] }
    if (violation === undefined) return {}
    const written = situation.image.configuration?.user ?? ''
    const name = written.split(':')[0] ?? ''
    const lowest = situation.policy.configuration.minimumUid
    if (name === '' || name === 'root' || /^0+$/.test(name)) return { proposals: [asNobody(situation)] }
    const id = Number(situation.image.runtime?.user.split(':')[0] || Number.NaN)
    if (id >= lowest && !/^\d+$/.test(name))
      return { proposals: [{ repair: user.id, what: `${name} by its number`, equal: true, user: `${id}` }] }
    const account = renumbered(situation, name)
    return account === undefined
      ? {
          remains: [
            {
              rule: 'user',
              text: `The user ${name} has an id below ${lowest}, and the Dockerfile does not show where it comes from. Give it a higher one, and the files that are its own with it.`,
            },
          ],
        }
      : { proposals: [account] }
  },
}

function asNobody({ file, policy }: Situation): Proposal {
  const id = Math.max(unprivileged, policy.configuration.minimumUid)
  const proposal: Proposal = { repair: user.id, what: `runs as user ${id}`, equal: false, user: `${id}:${id}` }
  const copies = shippedInstructions(file).filter(
    ({ keyword, flags }) => /^(COPY|ADD)$/.test(keyword) && !flags.some((flag) => flag.startsWith('--chown')),
  )
  if (copies.length === 0) return proposal
  return {
    ...proposal,
    otherwise: {
      ...proposal,
      what: `${proposal.what}, which owns what is copied`,
      edits: copies.map(({ start, keyword }) => {
        const at = start + keyword.length
        return { start: at, end: at, text: ` --chown=${id}:${id}` }
      }),
    },
  }
}

/** An account that the Dockerfile itself adds, with an id of people's. */
function renumbered({ file, policy }: Situation, name: string): Proposal | undefined {
  const id = Math.max(application, policy.configuration.minimumUid)
  const edits = shippedInstructions(file).flatMap((instruction) => numberedAccount(file, instruction, name, id))
  return edits.length === 0
    ? undefined
    : { repair: user.id, what: `the account ${name} gets the id ${id}`, equal: false, user: `${id}`, edits }
}

function numberedAccount(file: Situation['file'], instruction: PlacedInstruction, name: string, id: number): Edit[] {
  const script = instruction.keyword === 'RUN' ? scriptOf(file, instruction) : undefined
  return (script?.commands ?? []).flatMap(({ node, words: [program = '', ...args] }): Edit[] => {
    const isIt = /^(useradd|adduser)$/.test(program) && args.some((word) => word === name)
    const [first] = wordsOf(node)
    if (!isIt || script === undefined || first === undefined || args.some((word) => /^(-u|--uid)\b/.test(word)))
      return []
    const at = script.at(first.end - 1) + 1
    return [{ start: at, end: at, text: ` --uid ${id}` }]
  })
}
