import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { PolicyFile, type PolicyText, type ShippedPolicyName } from './file.ts'
import { readYaml, type PlacedDocument, type Problem } from '../model/read-yaml.ts'
import { Policy } from './schema.ts'
import { shippedPolicies } from './shipped.ts'
import { explainIssue } from './explain-issue.ts'
import { lawProblems } from './policy-laws.ts'
import { isMergeable } from './value-at.ts'

/** The most problems reported; the rest is counted. */
const mostProblems = 100

/** A policy file, with the position of everything in it. */
export interface ReadPolicyFile<T> {
  data: T
  document: PlacedDocument
}

/**
 * Reads the text of a policy file and resolves every value: omitted ones come from the shipped policy that it extends.
 * Sections merge key by key; lists, and the settings of one rule, are replaced as a whole.
 * `now` is the time from which the lifetime of exceptions is measured.
 *
 * Throws one DeliveryError('POLICY') with a line `path:line:column: key: expected ...; found ...` for every problem.
 */
export function loadPolicy(text: string, path: string, now: Date): Policy {
  const { data } = readPolicyFile(PolicyFile, { path, text }, now, (name) => shippedPolicies[name ?? 'default'])
  return buildOn(shippedPolicies[data.extends ?? 'default'], data)
}

/** Reads one policy file by its schema. `below` returns the policy that it extends, by name. Throws as `loadPolicy` does. */
export function readPolicyFile<T extends PolicyFile>(
  schema: z.ZodObject & z.ZodType<T>,
  { path, text }: PolicyText,
  now: Date,
  below: (extended: ShippedPolicyName | undefined) => Policy,
): ReadPolicyFile<T> {
  const document = readYaml(text)
  if (Array.isArray(document)) throw policyError(path, document)

  const file = schema.safeParse(document.value)
  const problems = [
    ...(file.success ? [] : file.error.issues.flatMap((issue) => explainIssue(issue, document, schema))),
    ...lawProblems(document, now, below),
  ]
  if (!file.success || problems.length > 0) throw policyError(path, problems)
  return { data: file.data, document }
}

/** A policy with a file merged over it. */
export function buildOn(below: Policy, file: PolicyFile): Policy {
  const { extends: _, rules, ...sections } = file
  const merged = merge(
    below,
    Object.fromEntries(Object.entries(sections).filter(([section]) => Object.hasOwn(Policy.shape, section))),
  )
  return Policy.parse({ ...(merged as object), rules: { ...below.rules, ...rules } })
}

/** One error for all problems of a file, in the order of its lines. */
export function policyError(path: string, problems: readonly Problem[]): DeliveryError {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column)
  const lines = sorted
    .slice(0, mostProblems)
    .map(
      ({ line, column, path: keys, message }) =>
        `${path}:${line}:${column}: ${keys.length > 0 ? `${keyPath(keys)}: ` : ''}${message}`,
    )
  if (sorted.length > mostProblems) lines.push(`... and ${sorted.length - mostProblems} more`)
  return new DeliveryError(
    'POLICY',
    lines.join('\n'),
    'Fix the policy file: pipelines/policies/default.yaml shows every key, and schema/loadline-policy.schema.json documents each. Without a policy file the default applies.',
  )
}

function keyPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('')
}

/** Maps merge key by key; everything else is replaced. A key without a value leaves the base unchanged. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base
  if (!isMergeable(base) || !isMergeable(over)) return over
  const keys = new Set([...Object.keys(base), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]))
}
