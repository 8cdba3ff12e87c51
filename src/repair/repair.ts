import type { Base, Configuration, Package, RuleResult, Runtime, Violation } from '../model/index.ts'
import type { Policy } from '../policy/index.ts'
import type { RuleId } from '../policy/rule-ids.ts'
import { saysNo } from './compare.ts'
import { instructionAt, type DockerfileFile, type Edit, type PlacedInstruction } from './dockerfile-file.ts'

/** The input of a repair: the Dockerfile, and what the judged run found. */
export interface Situation {
  file: DockerfileFile
  policy: Policy
  results: readonly RuleResult[]
  /** For the first platform's image; what could not be collected is absent. */
  image: {
    configuration?: Configuration
    base?: Base
    /** The distribution, as the packages say. */
    os?: { family: string; version: string }
    packages: readonly Package[]
    runtime?: Runtime
    /**
     * The observed behaviour of the running image, if it became ready: by its own health check, or by one that Loadline
     * tried.
     */
    seen?: Seen
  }
  /** The texts of programs that exit with 0 if the URL in their argument answers 200, by the name of their file. */
  checkers: ReadonlyMap<string, string>
  /** Files of the source, without links, and the texts of those that wanted-texts.ts names and of what may build its stages, as far as they can be read. */
  source: {
    name: string
    paths: ReadonlySet<string>
    texts: ReadonlyMap<string, string>
    /** True if not all of what may build its stages was read. */
    hasUnread?: true
  }
}

/** The observed behaviour of an image that was started and became ready. */
export interface Seen {
  /** A port on which it answers; absent if only its own health check reported that it is ready. */
  port?: number
  /** A path on which it answered with an HTTP status below 400; absent if there is none. */
  path?: string
  /** Addresses on which it listens. */
  listens: readonly string[]
  /** Seconds until it was ready. */
  readySeconds: number
  /** Directories that it could write to beyond the policy's, because it does not become ready without; absent if there is none. */
  tmpfs?: readonly string[]
}

/** One change that can be kept or dropped on its own. */
export interface Proposal {
  /** ID of the repair that makes it. */
  repair: string
  /** What it does, in a few words. */
  what: string
  /** True if it changes nothing that runs in the image: then a build is sufficient proof. */
  equal: boolean
  /** True if it may enable an image to start that does not start yet. */
  starts?: true
  edits?: readonly Edit[]
  /** Files added to the source, by path. */
  files?: Readonly<Record<string, string>>
  /** Commands that run as root behind the last RUN of the shipped stage, or at its end if they are about what is copied after it. */
  asRoot?: readonly string[]
  /** The user that the image finally runs as. */
  user?: string
  /** Instructions for the end of the shipped stage. */
  tail?: readonly string[]
  /** The alternative to try if this one breaks the image. */
  otherwise?: Proposal
}

/** The answer of a repair: what it would change, and what it leaves to people. */
export interface Answer {
  proposals?: readonly Proposal[]
  /** By gate rule: what only a person can do, and why. */
  remains?: ReadonlyArray<{ rule: RuleId; text: string }>
}

/** When a repair is tried: see rounds.ts. */
export type Turn = 'stages' | 'start' | 'base' | 'rest' | 'order' | 'observed'

/** A repair: pure, one per kind of problem. */
export interface Repair {
  /** Stable, kebab-case. */
  id: string
  /** When it is tried; with most others if omitted. */
  turn?: Turn
  /** What it repairs, as a sentence for the documentation. */
  title: string
  /** The gate rules, and hadolint's remarks, that it answers. */
  answers: readonly string[]
  propose(situation: Situation): Answer
}

/** A rule's violations. */
export function violationsOf({ results }: Pick<Situation, 'results'>, rule: RuleId): Violation[] {
  return results
    .filter((result) => result.rule === rule && saysNo(result.status))
    .flatMap(({ violations }) => violations.filter(({ remark }) => remark !== true))
}

/** Remarks of hadolint or BuildKit on the Dockerfile with the given codes, in the order of its lines. */
export function lintOf(situation: Situation, ...codes: readonly string[]): Array<{ code: string; line: number }> {
  return (['lint-level', 'build-checks'] as const)
    .flatMap((rule) => violationsOf(situation, rule))
    .flatMap(({ id, location }) =>
      codes.includes(id) && location?.line !== undefined ? [{ code: id, line: location.line }] : [],
    )
    .toSorted((left, right) => left.line - right.line)
}

/** The first instruction of each stage about which hadolint or BuildKit has a remark with this code. */
export function firstOfEachStage(situation: Situation, code: string): PlacedInstruction[] {
  const first = new Map<number, PlacedInstruction>()
  for (const { line } of lintOf(situation, code)) {
    const instruction = instructionAt(situation.file, line)
    if (instruction !== undefined && !first.has(instruction.stage)) first.set(instruction.stage, instruction)
  }
  return [...first.values()]
}

/** The diff ID of a layer as a violation's owner states it: the line of the instruction that added it. */
export function lineOf({ owner }: Violation): number | undefined {
  return owner?.kind === 'application' ? owner.line : undefined
}

/** Whether the shipped image can run a RUN instruction at its end. */
export function hasShell({ image }: Situation): boolean {
  return (image.configuration?.shells ?? []).length > 0
}

/** A path that needs no quoting in a shell command. */
export function isPlainPath(path: string): boolean {
  return /^\/[\w@%+=:,./-]+$/.test(path)
}
