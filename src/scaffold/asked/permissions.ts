import { z } from 'zod'
import { namedActions } from '../aws-services.ts'
import { fitsText, fitsPart } from '../filled-in-text.ts'
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

/** The statement beside those of the application's own calls. */
const ofCollector = 'Traces'

const Statements = z.array(Statement).min(1)

/** "Narrow it", and "add … to it": each statement allows no more than a generated one or what notes ask for, or denies. One that is as it was is left to be compared. */
function narrowed(generated: unknown, existing: unknown): unknown {
  const [were, are] = [Statements.safeParse(generated), Statements.safeParse(existing)]
  if (!were.success || !are.success) return existing
  const allowed = are.data.filter(({ Effect }) => Effect === 'Allow')
  const asks = were.data.every(({ Sid }) => Sid === ofCollector)
  const may = (is: Statement) =>
    were.data.some((was) => isWithin(is, was)) ||
    (isBounded(is) && (asks || is.Action.every((one) => namedActions.has(one))))
  return allowed.length > 0 && allowed.every(may) ? generated : existing
}

/** "Its role may do nothing until you give it a policy": named actions on named resources. */
function isBounded({ Action, Resource }: Statement): boolean {
  return (
    Action.every((action) => /^(?!iam:|sts:|organizations:)[a-z0-9-]+:[A-Za-z0-9]+$/.test(action)) &&
    Resource.every((resource) => /^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:[^*?]+\*?$/.test(resource))
  )
}

function isWithin(is: Statement, was: Statement): boolean {
  return (
    is.Action.every((action) => was.Action.includes(action)) &&
    is.Resource.every((resource) => was.Resource.some((whole) => isPartOf(resource, whole))) &&
    Object.entries(was.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, value]) => {
        const own = is.Condition?.[operator]?.[key]
        return typeof own === 'string' && typeof value === 'string' && fitsText(value, own)
      }),
    )
  )
}

/** The same resource with its placeholders filled in, or some of those that it stands for. */
function isPartOf(resource: string, whole: string): boolean {
  return (
    fitsText(whole, resource) || (whole.length > 1 && whole.endsWith('*') && fitsPart(whole.slice(0, -1), resource))
  )
}

export const askedPermissions: readonly AskedChange[] = [
  { file: /\/(aws\/role|ecs\/task-role|ecs\/execution-role)-policy\.json$/, at: /^\/0\/Statement$/, undo: narrowed },
]
