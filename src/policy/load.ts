import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import { closest } from './closest.ts'
import { exceptionFault, lifeFault } from './exception-fault.ts'
import { exceptionIdFault } from './exception-id.ts'
import { PolicyFile, type PolicyText, type ShippedPolicyName } from './file.ts'
import { readYaml, type PlacedDocument, type Problem } from '../model/read-yaml.ts'
import { ruleOwners, rulesThatAlwaysDeny, type RuleId } from './rule-ids.ts'
import { Exception, Policy, RuleSetting, Suppression } from './schema.ts'
import { shippedPolicies } from './shipped.ts'
import { daysUntil } from '../model/units.ts'

/** More lines than anybody reads; the rest is counted. */
const mostProblems = 100

/** A policy file that was read, with the place of everything in it. */
export interface ReadPolicyFile<T> {
  data: T
  document: PlacedDocument
}

/**
 * Reads the text of a policy file and decides every value: what the file leaves out comes from the shipped policy that it extends.
 * Sections merge key by key; lists, and the settings of one rule, replace what they stand in for.
 * `now` is the moment from which the life of exceptions is measured.
 *
 * Throws one DeliveryError('POLICY') with a line `path:line:column: key: what was wanted; what was found` for every problem.
 */
export function loadPolicy(text: string, path: string, now: Date): Policy {
  const { data } = readPolicyFile(PolicyFile, { path, text }, now, (name) => shippedPolicies[name ?? 'default'])
  return buildOn(shippedPolicies[data.extends ?? 'default'], data)
}

/** Reads one policy file by its schema. `below` is the policy from which it differs, by the name that it extends. Throws as `loadPolicy` does. */
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
    ...(file.success ? [] : file.error.issues.flatMap((issue) => explain(issue, document, schema))),
    ...judge(document, now, below),
  ]
  if (!file.success || problems.length > 0) throw policyError(path, problems)
  return { data: file.data, document }
}

/** A policy with what a file says put over it. */
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
    'Fix the policy file: pipelines/policies/default.yaml shows every key, and schema/loadline-policy.schema.json says what each takes. Without a policy file the default applies.',
  )
}

/** Laws that no schema can express: they need the clock, or look at several values. Each part is judged only where it can be read, so that all problems are told at once. */
function judge(
  document: PlacedDocument,
  now: Date,
  below: (extended: ShippedPolicyName | undefined) => Policy,
): Problem[] {
  const problems: Problem[] = []
  const report = (path: PropertyKey[], message: string) => problems.push({ ...document.placeOf(path), path, message })
  const { extends: extended, rules, exceptions, suppressions } = asRecord(document.value)
  const base = below(
    typeof extended === 'string' && Object.hasOwn(shippedPolicies, extended)
      ? (extended as ShippedPolicyName)
      : undefined,
  )
  const given = Policy.shape.exceptions.shape.maximumDays.safeParse(asRecord(exceptions)['maximumDays'])
  const maximumDays = given.success ? given.data : base.exceptions.maximumDays

  for (const [rule, value] of Object.entries(asRecord(rules))) {
    const setting = RuleSetting.safeParse(value)
    if (!setting.success) continue
    const mustDeny = (rulesThatAlwaysDeny as readonly string[]).includes(rule)
    if (mustDeny && (setting.data.level !== 'deny' || setting.data.effectiveFrom !== undefined)) {
      report(
        ['rules', rule],
        `the rule ${rule} always denies: without evidence nobody can say yes; remove the setting and make the evidence available`,
      )
    }
    const { effectiveFrom, owners } = setting.data
    const known = ruleOwners[rule as RuleId]
    if (owners !== undefined && known === undefined)
      report(
        ['rules', rule, 'owners'],
        `the rule ${rule} looks at the image as a whole and knows no owners; remove the key`,
      )
    else if (owners !== undefined && setting.data.level === 'off')
      report(['rules', rule, 'owners'], 'a rule that is off judges nobody; remove the key, or say level: deny or warn')
    else
      for (const owner of Object.keys(owners ?? {}))
        if (!known?.some((kind) => kind === owner))
          report(
            ['rules', rule, 'owners', owner],
            `expected ${known?.join(' or ')}; no finding of the rule ${rule} has the owner ${owner}`,
          )
    if (effectiveFrom !== undefined && daysUntil(effectiveFrom, now) > maximumDays) {
      report(
        ['rules', rule, 'effectiveFrom'],
        `expected a day at most ${maximumDays} days from today (exceptions.maximumDays), found ${effectiveFrom}; choose an earlier day, or say level: warn and why`,
      )
    }
  }

  const seen = new Map<string, number>()
  const register = asRecord(exceptions)['register']
  for (const [index, value] of (Array.isArray(register) ? register : []).entries()) {
    const exception = Exception.safeParse(value)
    if (!exception.success) continue
    const { rule, id, subject, platform, image, digest, path, package: named } = exception.data
    const fault = exceptionFault(exception.data, maximumDays, now)
    if (fault) report(['exceptions', 'register', index, fault.key], fault.message)
    const idFault = exceptionIdFault(rule, id)
    if (idFault !== undefined) report(['exceptions', 'register', index, 'id'], idFault)
    const identity = JSON.stringify([rule, id, subject, platform, image, digest, path, named])
    const first = seen.get(identity)
    if (first !== undefined)
      report(
        ['exceptions', 'register', index],
        `the same exception as exceptions.register[${first}]: same rule, id and scope; keep one`,
      )
    else seen.set(identity, index)
  }

  for (const [kind, list] of Object.entries(asRecord(suppressions))) {
    const named = new Map<string, number>()
    for (const [index, value] of (Array.isArray(list) ? list : []).entries()) {
      const suppression = Suppression.safeParse(value)
      if (!suppression.success) continue
      const fault = lifeFault(suppression.data, maximumDays, now)
      if (fault) report(['suppressions', kind, index, fault.key], fault.message)
      const first = named.get(suppression.data.file)
      if (first !== undefined)
        report(['suppressions', kind, index, 'file'], `named before, as suppressions.${kind}[${first}]; keep one`)
      else named.set(suppression.data.file, index)
    }
  }
  return problems
}

/** One line per problem of one zod issue, in words of the policy. */
function explain(issue: z.core.$ZodIssue, document: PlacedDocument, schema: z.ZodObject): Problem[] {
  const path = [...issue.path]
  const found = describe(valueAt(document.value, path))
  const at = (message: string, keys: PropertyKey[] = path, part: 'key' | 'value' = 'value'): Problem => ({
    ...document.placeOf(keys, part),
    path: keys,
    message,
  })

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => at(unknownKey(key, path, schema), [...path, key], 'key'))
    case 'invalid_key':
      return [
        at(
          `expected ${issue.issues[0]?.message ?? 'another key'}; found the key ${JSON.stringify(String(path.at(-1)))}`,
          path,
          'key',
        ),
      ]
    case 'invalid_value': {
      const choices = issue.values.map(String)
      const near = suggest(valueAt(document.value, path), choices)
      const wanted = !issue.message.startsWith('Invalid')
        ? issue.message
        : near !== '' && choices.length > 8
          ? 'a known name'
          : `${choices.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
      return [at(`expected ${wanted}; found ${found}${near}`)]
    }
    case 'invalid_type': {
      const wanted = issue.message.startsWith('Invalid input')
        ? (typeNames[issue.expected] ?? issue.expected)
        : issue.message
      return [at(`expected ${wanted}; found ${found}${quotesHint(issue.expected, valueAt(document.value, path))}`)]
    }
    case 'invalid_union': {
      // What is a map was meant as the form that is a map: its own problems say more.
      const meant = isMergeable(valueAt(document.value, path))
        ? issue.errors.filter(
            (option) => !option.some(({ code, path: inner }) => code === 'invalid_type' && inner.length === 0),
          )
        : []
      if (meant.length === 1)
        return meant.flatMap((option) =>
          option.flatMap((inner) => explain({ ...inner, path: [...path, ...inner.path] }, document, schema)),
        )
      return [at(`expected ${issue.message}; found ${found}${quotesHint('number', valueAt(document.value, path))}`)]
    }
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
      const wanted = /^Too (small|big)/.test(issue.message) ? `${bound}${countedIn[issue.origin] ?? ''}` : issue.message
      return [at(`expected ${wanted}; found ${found}`)]
    }
    default:
      return [at(`expected ${issue.message}; found ${found}`)]
  }
}

const typeNames: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

/** What a bound counts, where it counts things. */
const countedIn: Record<string, string> = { array: ' in the list', string: ' characters' }

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodObject): string {
  const known = keysAt(schema, path)
  const near = closest(key, known)
  if (near !== undefined) return `unknown key; did you mean ${JSON.stringify(near)}?`
  const elsewhere = Object.keys(schema.shape)
    .filter((section) => keysAt(schema, [section]).includes(key))
    .map((section) => `${section}.${key}`)
  if (elsewhere.length > 0) return `unknown key here; it exists as ${elsewhere.join(', ')}`
  if (key === 'locked' && path.length === 0)
    return 'unknown key here; only the file of an organisation locks keys (--organisation)'
  return `unknown key; known here: ${known.join(', ')}`
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    const [step, ...rest] = path
    if (step === undefined) return Object.keys(inner.shape)
    const next = (inner.shape as Record<PropertyKey, z.core.$ZodType>)[step]
    return next ? keysAt(next, rest) : []
  }
  if (inner instanceof z.ZodArray) return keysAt(inner.element, path.slice(1))
  if (inner instanceof z.ZodRecord) {
    if (path.length > 0) return keysAt(inner.valueType, path.slice(1))
    return inner.keyType instanceof z.ZodEnum ? inner.keyType.options.map(String) : []
  }
  return []
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap())
  return schema instanceof z.ZodUnion
    ? (schema.options.find((option) => option instanceof z.ZodObject) ?? schema)
    : schema
}

function suggest(value: unknown, choices: readonly string[]): string {
  if (typeof value !== 'string') return ''
  // The choice is a number, and the file has its digits as text.
  if (choices.includes(value)) return '; write it without quotes'
  const near = closest(value, choices)
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
}

/** `"0"` is text and no number; nothing else says so to whoever wrote it. */
function quotesHint(expected: string, value: unknown): string {
  if (typeof value !== 'string') return ''
  if (/^(int|number)$/.test(expected) && /^\d+(\.\d+)?$/.test(value)) return '; write it without quotes'
  if (expected === 'boolean' && /^(yes|no|on|off)$/i.test(value)) return '; YAML 1.2 knows only true and false'
  return ''
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'number') return `the number ${value}`
  const text = JSON.stringify(value)
  return `${typeof value === 'string' ? 'the text ' : ''}${text.length > 80 ? `${text.slice(0, 77)}..."` : text}`
}

/** What stands at a path of keys; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = (current as Record<PropertyKey, unknown>)[step]
  }
  return current
}

function keyPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('')
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

/** Maps merge key by key; everything else replaces. A key without a value leaves the base as it is. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base
  if (!isMergeable(base) || !isMergeable(over)) return over
  const keys = new Set([...Object.keys(base), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]))
}

function isMergeable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
