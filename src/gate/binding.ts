import { compareText, type Binding, type Evidence, type ToolIdentity } from '../model/index.ts'
import { policyDigest } from '../policy/policy-digest.ts'
import { Policy } from '../policy/schema.ts'
import { baselineBinding, type Baseline } from '../policy/baseline.ts'

/** What a verdict can be bound to besides the evidence. */
export interface Context {
  /** Tools that worked on the image without producing evidence, e.g. the builder. */
  tools?: readonly ToolIdentity[]
  /** An earlier verdict whose findings do not reject again, to the extent that the policy accepts. */
  baseline?: Baseline | undefined
  /** Name of the image, to which an exception can refer; default: the policy's `image.name`. */
  image?: string
}

/** What a verdict is bound to: exactly these images, this policy, these databases and tools, at this time. */
export function bindingOf(policy: Policy, evidence: Evidence, now: Date, context: Context): Binding {
  const cells = [evidence.lint, ...evidence.platforms.flatMap(({ evidence: kinds }) => Object.values(kinds))]
  const tools = cells.flatMap((cell) =>
    cell?.status === 'not-applicable' || cell?.tool === undefined ? [] : [cell.tool],
  )
  const databases = evidence.platforms.flatMap(({ evidence: { vulnerabilities } }) => {
    if (vulnerabilities?.status !== 'collected') return []
    const { name, digest, updatedAt, coverage } = vulnerabilities.value.database
    return [{ name, digest, updatedAt, coverage }]
  })
  return {
    images: unique(evidence.platforms.map(({ archive: { platform, digest } }) => ({ platform, digest }))),
    policy: policyDigest(policy),
    databases: unique(databases),
    ...bindingOfList(evidence),
    ...bindingOfPrediction(evidence),
    ...(evidence.additional === undefined
      ? {}
      : {
          additional: unique(
            evidence.additional.map(({ name, digest, scanner }) => ({ name, digest, scanner: scanner.name })),
          ),
        }),
    tools: unique(
      [...tools, ...(context.tools ?? [])].map(({ name, version, reference }) => ({ name, version, reference })),
    ),
    at: now.toISOString(),
    ...(context.baseline === undefined ? {} : { baseline: baselineBinding(context.baseline) }),
  }
}

function bindingOfList({ knownExploited }: Evidence): Pick<Binding, 'knownExploited'> {
  if (knownExploited?.status !== 'collected') return {}
  const { name, digest, version, releasedAt } = knownExploited.value
  return { knownExploited: { name, digest, version, releasedAt } }
}

function bindingOfPrediction({ exploitPrediction }: Evidence): Pick<Binding, 'exploitPrediction'> {
  if (exploitPrediction?.status !== 'collected') return {}
  const { name, digest, model, scoredAt } = exploitPrediction.value
  return { exploitPrediction: { name, digest, model, scoredAt } }
}

/** Each value once, sorted by its text, so that the input order does not show. */
function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [Object.values(value as object).join('\0'), value]))]
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([, value]) => value)
}
