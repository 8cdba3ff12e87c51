import { z } from 'zod'
import { isNamedResource, namedActions } from '../aws-services.ts'
import { fitsText, placedIn } from '../filled-in-text.ts'
import type { AskedChange } from './change.ts'

const OneOrMore = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat())
const Conditions = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])))
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: OneOrMore,
  Resource: OneOrMore,
  Condition: Conditions.optional(),
})
type Statement = z.infer<typeof Statement>

const Statements = z.array(Statement).min(1)

/** "Its role may do nothing until you give it a policy": for S3 no more than the scaffold writes where the code shows it. */
const ofStorage: readonly Statement[] = [
  {
    Effect: 'Allow',
    Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    Resource: ['arn:aws:s3:::BUCKET/*'],
  },
  { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::BUCKET'] },
]

/** "Narrow it": each statement allows no more than a generated one, or denies. One that is as it was is left to be compared. */
function narrowed(generated: unknown, existing: unknown): unknown {
  return judged(generated, existing, (were, are) => are.every((is) => were.some((was) => isWithin(is, was))))
}

/** "Narrow it", and "add … to it": no more than generated statements or notes name. */
function narrowedOrExtended(generated: unknown, existing: unknown): unknown {
  return judged(generated, existing, (were, are) => {
    const storing = were.some(({ Action }) => Action.some((action) => action.startsWith('s3:')))
    const known = storing ? were : [...were, ...ofStorage]
    const within = are.filter((is) => known.some((was) => isWithin(is, was)))
    const added = are.filter((is) => !within.includes(is))
    return added.every((is) => isNamed(is) && leavesGuards(is, were, within)) && hasOneOfEach(known, within)
  })
}

function judged(
  generated: unknown,
  existing: unknown,
  may: (were: readonly Statement[], are: readonly Statement[]) => boolean,
): unknown {
  const [were, are] = [Statements.safeParse(generated), Statements.safeParse(existing)]
  if (!were.success || !are.success) return existing
  const allowed = are.data.filter(({ Effect }) => Effect === 'Allow')
  return allowed.length > 0 && may(were.data, allowed) ? generated : existing
}

function isNamed({ Action, Resource }: Statement): boolean {
  return (
    Action.every((action) => namedActions.has(action)) &&
    Resource.every((resource) => isNamedResource(resource, Action))
  )
}

/** What a generated statement gives under a condition is not given without it: it stays, for a resource that is not an added one. */
function leavesGuards(is: Statement, were: readonly Statement[], within: readonly Statement[]): boolean {
  return were
    .filter((was) => was.Condition !== undefined && was.Action.some((action) => is.Action.includes(action)))
    .every((was) => {
      const guarded = within.filter((other) => isWithin(other, was))
      return (
        guarded.length > 0 &&
        guarded.every((other) =>
          other.Resource.every((own) => isNamedResource(own, other.Action) && !is.Resource.includes(own)),
        )
      )
    })
}

/** Where a generated resource names one bucket, a policy that was filled in does so too, whatever the parts of it. */
function hasOneOfEach(were: readonly Statement[], are: readonly Statement[]): boolean {
  const filledIn = new Map<string, string>()
  const wholes = [...new Set(were.flatMap(({ Resource }) => Resource))]
  const existing = are.flatMap(({ Resource }) => Resource)
  return wholes.every((whole) => {
    const places = placedIn(whole, whole, false) ?? []
    return existing.every((resource) =>
      (placesOf(resource, whole) ?? []).every((own, index) => {
        const place = `${whole.replace(/\/\*$/, '')} ${index}`
        const before = filledIn.get(place) ?? own
        if (own !== places[index]) filledIn.set(place, own)
        return own === places[index] || own === before
      }),
    )
  })
}

function isWithin(is: Statement, was: Statement): boolean {
  return (
    is.Action.every((action) => was.Action.includes(action)) &&
    is.Resource.every((resource) => was.Resource.some((whole) => placesOf(resource, whole) !== undefined)) &&
    Object.entries(was.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, value]) => {
        const own = is.Condition?.[operator]?.[key]
        return typeof own === 'string' && typeof value === 'string' && fitsText(value, own)
      }),
    )
  )
}

/** The same resource with its placeholders filled in, or some of those that it stands for. */
function placesOf(resource: string, whole: string): readonly string[] | undefined {
  const same = placedIn(whole, resource, false)
  return same ?? (whole.length > 1 && whole.endsWith('*') ? placedIn(whole.slice(0, -1), resource, true) : undefined)
}

export const askedPermissions: readonly AskedChange[] = [
  { file: /\/(aws\/role|ecs\/task-role)-policy\.json$/, at: /^\/0\/Statement$/, undo: narrowedOrExtended },
  // No note tells anybody to extend what starts the task.
  { file: /\/ecs\/execution-role-policy\.json$/, at: /^\/0\/Statement$/, undo: narrowed },
]
