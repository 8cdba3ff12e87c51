import type { Base, Configuration, Package, RuleResult, Runtime, Violation } from '../model/index.ts'
import type { RuleId } from '../policy/rule-ids.ts'
import type { Policy } from '../policy/index.ts'
import { saysNo } from './compare.ts'
import type { DockerfileFile, Edit } from './dockerfile-file.ts'

/** What a repair sees: the Dockerfile, and what the judged run found. */
export interface Situation {
  file: DockerfileFile
  policy: Policy
  results: readonly RuleResult[]
  /** Of the image of the first platform; what could not be had is absent. */
  image: {
    configuration?: Configuration
    base?: Base
    packages: readonly Package[]
    runtime?: Runtime
    /** What the running image was seen to do, where it became ready: by its own health check, or by one that Loadline tried. */
    seen?: Seen
  }
  /** Files of the source, links left out, and the texts of its manifests. */
  source: { name: string; paths: ReadonlySet<string>; texts: ReadonlyMap<string, string> }
}

/** What an image does that was started and became ready. */
export interface Seen {
  /** A port on which it answers; absent where it was only its own health check that said so. */
  port?: number
  /** A path of it that gave an HTTP answer below 400; absent where none did. */
  path?: string
  /** Addresses on which it listens. */
  listens: readonly string[]
  /** Seconds until it was ready. */
  readySeconds: number
}

/** One change that can be kept or left out by itself. */
export interface Proposal {
  /** Id of the repair that makes it. */
  repair: string
  /** What it does, in a few words. */
  what: string
  /** True where nothing that runs in the image changes by it: then the build is proof enough. */
  equal: boolean
  /** True where an image that does not start may do so by it. */
  starts?: true
  edits?: readonly Edit[]
  /** Files that are added to the source, by path. */
  files?: Readonly<Record<string, string>>
  /** Commands that root runs at the end of the shipped stage. */
  asRoot?: readonly string[]
  /** The user that the image runs as in the end. */
  user?: string
  /** Instructions for the end of the shipped stage. */
  tail?: readonly string[]
  /** What is tried where this one breaks the image. */
  otherwise?: Proposal
}

/** What a repair says: what it would change, and what it leaves to people. */
export interface Answer {
  proposals?: readonly Proposal[]
  /** By rule of the gate: what only a person can do, and why. */
  remains?: ReadonlyArray<{ rule: RuleId; text: string }>
}

/** A repair: pure, one for each thing that can be wrong. */
export interface Repair {
  /** Stable, kebab-case. */
  id: string
  /** What it repairs, as a sentence of the documentation. */
  title: string
  /** The rules of the gate, and the remarks of hadolint, that it answers. */
  answers: readonly string[]
  propose(situation: Situation): Answer
}

/** What a rule holds against the image. */
export function violationsOf({ results }: Pick<Situation, 'results'>, rule: RuleId): Violation[] {
  return results
    .filter((result) => result.rule === rule && saysNo(result.status))
    .flatMap(({ violations }) => violations.filter(({ remark }) => remark !== true))
}

/** What hadolint or BuildKit holds against the Dockerfile, by the codes that are asked for, in the order of its lines. */
export function lintOf(situation: Situation, ...codes: readonly string[]): Array<{ code: string; line: number }> {
  return (['lint-level', 'build-checks'] as const)
    .flatMap((rule) => violationsOf(situation, rule))
    .flatMap(({ id, location }) =>
      codes.includes(id) && location?.line !== undefined ? [{ code: id, line: location.line }] : [],
    )
    .toSorted((left, right) => left.line - right.line)
}

/** The diff id of a layer as the owner of a violation tells it: the line of the instruction that brought it. */
export function lineOf({ owner }: Violation): number | undefined {
  return owner?.kind === 'application' ? owner.line : undefined
}

/** Whether the shipped image can run what a RUN at its end says. */
export function hasShell({ image }: Situation): boolean {
  return (image.configuration?.shells ?? []).length > 0
}

/** A path that stands in a shell command as it is. */
export function isPlainPath(path: string): boolean {
  return /^\/[\w@%+=:,./-]+$/.test(path)
}
