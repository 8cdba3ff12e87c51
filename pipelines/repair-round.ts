import { keepWorking, mostBuilds, type Left, type Proposal } from '../src/repair/index.ts'
import type { TriedImage } from './try-image.ts'

/** The proposals with which an image works, and the others with the reason. */
export interface Working {
  kept: readonly Proposal[]
  left: Left[]
}

/** Builds and starts the image with some proposals; undefined if it does not build. */
export type AttemptWith = (some: readonly Proposal[]) => Promise<TriedImage | undefined>

/** The reason for what was not tried any more. */
export const unproven = `not tried: the limit of ${mostBuilds} builds was reached`

const unbuilt = 'the image does not build with it'

/**
 * The proposals with which the image builds, and of these the ones with which it also starts. If it cannot be started at
 * all, those that do not change what runs.
 */
export async function working(
  attempt: AttemptWith,
  proposals: readonly Proposal[],
  mayTry: () => boolean,
): Promise<Working> {
  const builds = async (some: readonly Proposal[]) => (await attempt(some)) !== undefined
  const starts = async (some: readonly Proposal[]) => (await attempt(some))?.run?.outcome === 'ready'
  if (proposals.length === 0 || (await starts(proposals))) return { kept: proposals, left: [] }
  if (!(await builds(proposals))) {
    const built = await keepWorking(proposals, builds, mayTry)
    const { kept, left } = await working(attempt, built.kept, mayTry)
    return { kept, left: [...say(built.dropped, unbuilt), ...say(built.untried, unproven), ...left] }
  }

  const base = await firstWorking(beginnings(proposals), starts, mayTry)
  if (base !== undefined) {
    const others = proposals.filter(({ repair: id }) => !base.some((one) => one.repair === id))
    const more = await keepWorking(others, (some) => starts([...base, ...some]), mayTry)
    return {
      kept: [...base, ...more.kept],
      left: [...say(more.dropped, 'the image does not build or start with it'), ...say(more.untried, unproven)],
    }
  }
  const [equal, others] = [proposals.filter((one) => one.equal), proposals.filter((one) => !one.equal)]
  const reason = (await attempt(proposals))?.run?.reason || 'the engine could not run it'
  const proven = await keepWorking(equal, builds, mayTry)
  return {
    kept: proven.kept,
    left: [
      ...say(proven.dropped, unbuilt),
      ...say(proven.untried, unproven),
      ...say(others, `the image was not seen to start (${reason}), so it is unknown whether it still would`),
    ],
  }
}

/** The proposals as they are told to people. */
export function say(proposals: readonly Proposal[], why: string): Left[] {
  return proposals.map(({ repair: id, what }) => ({ repair: id, what, why }))
}

/**
 * Proposals with which an image may start that does not start unchanged: as a different user, with or without ownership
 * of its files, and with a different command or on a different base; each form of one is tried.
 */
function beginnings(proposals: readonly Proposal[]): Array<readonly Proposal[]> {
  const user = proposals.find((one) => one.user !== undefined)
  const users = user === undefined ? [[]] : forms(user).map((form) => [form])
  const [command, ...more] = proposals.filter((one) => one.starts === true)
  const commands = command === undefined ? [] : forms(command).map((form) => [form, ...more])
  return [...users, ...commands.flatMap((some) => users.map((one) => [...one, ...some]))]
}

/** A proposal, and what to try in its place, in order. */
function forms(proposal: Proposal): Proposal[] {
  return [proposal, ...(proposal.otherwise === undefined ? [] : forms(proposal.otherwise))]
}

async function firstWorking(
  lists: ReadonlyArray<readonly Proposal[]>,
  works: (some: readonly Proposal[]) => Promise<boolean>,
  mayTry: () => boolean,
): Promise<readonly Proposal[] | undefined> {
  for (const list of lists) {
    if (!mayTry()) return undefined
    if (await works(list)) return list
  }
  return undefined
}
