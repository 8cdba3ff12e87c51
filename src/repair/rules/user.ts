import { needsRootToStart } from '../changed-users.ts'
import { shippedInstructions, type DockerfileFile, type Edit, type PlacedInstruction } from '../dockerfile-file.ts'
import { unprivilegedId } from '../numeric-user.ts'
import { blockOf } from '../placed-paths.ts'
import {
  hasShell,
  isPlainPath,
  lintOf,
  violationsOf,
  type Answer,
  type Proposal,
  type Repair,
  type Situation,
} from '../repair.ts'
import { scriptOf, wordsOf } from '../script.ts'

/** The ID for an account that the Dockerfile adds with a system ID. */
const application = 10_001

/** The image runs as a numeric user other than root. */
export const user: Repair = {
  id: 'user',
  turn: 'start',
  title: 'The image runs as a numeric user other than root, which becomes the owner of files that only root could read',
  answers: ['user', 'DL3002'],
  propose(situation) {
    const [violation] = violationsOf(situation, 'user')
    if (violation === undefined && lintOf(situation, 'DL3002').length > 0) return unprivileged(situation)
    if (violation === undefined) return {}
    const written = situation.image.configuration?.user ?? ''
    const name = written.split(':')[0] ?? ''
    const lowest = situation.policy.configuration.minimumUid
    if (name === '' || name === 'root' || /^0+$/.test(name)) return unprivileged(situation)
    const id = Number(situation.image.runtime?.user.split(':')[0] || Number.NaN)
    if (id >= lowest && !/^\d+$/.test(name))
      return { proposals: [{ repair: user.id, what: `${name} by its number`, equal: true, user: `${id}` }] }
    const account = renumbered(situation, name)
    return account === undefined
      ? {
          remains: [
            {
              rule: 'user',
              text: `The user ${name} has an ID below ${lowest}, and the Dockerfile does not show where it comes from. Give it a higher one, and change the owner of its files to match.`,
            },
          ],
        }
      : { proposals: [account] }
  },
}

/** Another user in place of root, unless root is needed to start programs as others: an answer by the web alone does not show that. */
function unprivileged(situation: Situation): Answer {
  const why = needsRootToStart(situation)
  if (why !== undefined)
    return {
      remains: [
        {
          rule: 'user',
          text: `${why}, which only root can. Start each program in a container of its own, as a user with a number, or let all of them be started by one such user.`,
        },
      ],
    }
  const volumes = situation.image.configuration?.volumes ?? []
  const owned = volumes.filter(isPlainPath)
  if (owned.length < volumes.length || (owned.length > 0 && !hasShell(situation)))
    return {
      remains: [
        {
          rule: 'user',
          text: `A new volume for ${volumes.join(', ')} belongs to root. Let its directory belong to the user in the image, before VOLUME, and set USER.`,
        },
      ],
    }
  return { proposals: [asNobody(situation, owned)] }
}

function asNobody({ file, policy }: Situation, volumes: readonly string[]): Proposal {
  const id = unprivilegedId(policy)
  const directories = volumes.join(' ')
  const proposal: Proposal = {
    repair: user.id,
    what:
      volumes.length === 0
        ? `runs as user ${id}`
        : `runs as user ${id}, to whom new volumes for ${volumes.join(', ')} belong; those that exist have to be given to it`,
    equal: false,
    user: `${id}:${id}`,
    ...volumeOwner(file, directories, id),
  }
  const copies = shippedInstructions(file).filter(
    ({ keyword, flags }) => /^(COPY|ADD)$/.test(keyword) && !flags.some((flag) => flag.startsWith('--chown')),
  )
  if (copies.length === 0) return proposal
  return {
    ...proposal,
    otherwise: {
      ...proposal,
      what: `${proposal.what}, which owns the copied files`,
      edits: [
        ...(proposal.edits ?? []),
        ...copies.map(({ start, keyword }) => {
          const at = start + keyword.length
          return { start: at, end: at, text: ` --chown=${id}:${id}` }
        }),
      ],
    },
  }
}

/** Gives the directories of volumes to the user before they are declared, or at the end if the base declares them or another user is set. */
function volumeOwner(file: DockerfileFile, directories: string, id: number): Pick<Proposal, 'edits' | 'asRoot'> {
  if (directories === '') return {}
  const command = `mkdir -p ${directories} && chown -R ${id}:${id} ${directories}`
  const own = file.instructions.filter(({ stage }) => stage === file.target)
  const first = own.find(({ keyword }) => keyword === 'VOLUME')
  const isLast = own.every(({ keyword, start }) => start < (first?.start ?? 0) || !/^(RUN|COPY|ADD)$/.test(keyword))
  if (first === undefined || !isLast || own.some(({ keyword }) => keyword === 'USER')) return { asRoot: [command] }
  const { start } = blockOf(file, first)
  return { edits: [{ start, end: start, text: `RUN ${command}${file.newline}` }] }
}

/** An account that the Dockerfile itself adds, with an ID for people. */
function renumbered({ file, policy }: Situation, name: string): Proposal | undefined {
  const id = Math.max(application, policy.configuration.minimumUid)
  const edits = shippedInstructions(file).flatMap((instruction) => numberedAccount(file, instruction, name, id))
  return edits.length === 0
    ? undefined
    : { repair: user.id, what: `the account ${name} gets the ID ${id}`, equal: false, user: `${id}`, edits }
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
