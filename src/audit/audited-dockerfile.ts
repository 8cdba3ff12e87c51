import { DeliveryError } from '../model/errors.ts'
import type { BuildSettings, Step, UsedImage } from '../formats/dockerfile/dockerfile.ts'
import { parseDockerfile } from '../formats/dockerfile/parse-dockerfile.ts'
import { readProgram, readShell, type ShellCommand, type ShellScript } from '../formats/shell.ts'

/** An instruction with the programs that it starts. */
export interface AuditedStep extends Step {
  /** Absent if it starts none. */
  programs?: ShellScript
}

/** A file that says who is root or may become root, as a step puts it into the image. */
export interface AccountFile {
  /** In the image. */
  path: string
  line: number
  /** Its lines; undefined if they are not known here. */
  lines: readonly string[] | undefined
}

/** A parsed Dockerfile. */
export interface AuditedDockerfile {
  path: string
  steps: AuditedStep[]
  images: UsedImage[]
  /** References that the lock file beside it pins by digest, fully spelled. */
  pinned: ReadonlySet<string>
  /** Files of accounts that steps copy into the image. */
  copiedAccounts: readonly AccountFile[]
}

/**
 * Reads a Dockerfile for the audit. `above` counts the lines before it if it is embedded in another file. Throws
 * `SOURCE` with file and line.
 */
export function auditDockerfile(
  text: string,
  path: string,
  settings: BuildSettings,
  above: number = 0,
): AuditedDockerfile {
  try {
    const { steps, images } = parseDockerfile(text, settings)
    const moved = <T extends { line: number }>(item: T): T => ({ ...item, line: item.line + above })
    return {
      path,
      pinned: new Set(),
      copiedAccounts: [],
      images: images.map(moved),
      steps: steps.map((step) => moved({ ...step, ...programsOf(step) })),
    }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    const line = Number(/^line (\d+): /.exec(error.message)?.[1] ?? '1') + above
    throw new DeliveryError('SOURCE', `${path}:${line}: ${error.message.replace(/^line \d+: /, '')}`, error.hint, {
      cause: error,
    })
  }
}

/**
 * The last instruction of a kind in each way in which the shipped image can come to be: one way, or several where the platform chooses the stage that it starts from.
 * Undefined for a way that has none.
 */
export function lastOfEachWay(file: AuditedDockerfile, keyword: string): Array<AuditedStep | undefined> {
  const shipped = file.steps.filter((step) => step.shipped && !step.onBuild)
  const begins = new Map(
    shipped.filter((step) => step.keyword === 'FROM').map(({ stage, parents }) => [stage, parents]),
  )
  const own = new Map(shipped.filter((step) => step.keyword === keyword).map((step) => [step.stage, step]))
  const below = new Set([...begins.values()].flat())
  const ways = new Map<number, ReadonlySet<AuditedStep | undefined>>()
  // A stage starts from earlier ones only.
  for (const [stage, parents] of begins) {
    const isOwn = own.has(stage) || parents.length === 0
    ways.set(stage, new Set(isOwn ? [own.get(stage)] : parents.flatMap((parent) => [...(ways.get(parent) ?? [])])))
  }
  // Every other stage that ships is below the one that is built.
  const built = [...begins.keys()].find((stage) => !below.has(stage))
  return [...(ways.get(built ?? -1) ?? [undefined])]
}

/** Programs of the steps that build the image: those that ship, or all. */
export function programsRun(steps: readonly AuditedStep[]): Array<{ command: ShellCommand; step: AuditedStep }> {
  return steps
    .filter(({ keyword }) => keyword === 'RUN')
    .flatMap((step) => (step.programs?.commands ?? []).map((command) => ({ command, step })))
}

/** Lines of the steps whose programs could not all be read: a shell of a different system, or a script with errors. */
export function unreadLines(steps: readonly AuditedStep[]): number[] {
  return steps
    .filter(({ keyword, programs }) => keyword === 'RUN' && programs?.isWhole !== true)
    .map(({ line }) => line)
}

function programsOf(step: Step): { programs?: ShellScript } {
  if (!/^(RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(step.keyword)) return {}
  if (step.script !== undefined) return { programs: readShell(step.script, step.environment) }
  return step.words.length > 0 ? { programs: readProgram(step.words, step.environment) } : {}
}
