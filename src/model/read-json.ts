import type { z } from 'zod'
import { keysAndDepth } from './duplicate-key.ts'
import { DeliveryError, type ErrorCode } from './errors.ts'

/** Why a text is not an unambiguous JSON document, or not of the expected form. */
export interface JsonFault {
  kind: 'empty' | 'syntax' | 'deep' | 'twice' | 'form'
  /** What the parser or the schema says, the duplicate key, or how deeply lists and objects are nested. */
  detail: string
}

/** What was found instead of a document, for the end of a sentence. */
export function describeFault({ kind, detail }: JsonFault): string {
  switch (kind) {
    case 'empty':
      return 'nothing'
    case 'syntax':
      return `text that is not valid JSON (${detail})`
    case 'deep':
      return `lists and objects ${detail}`
    case 'twice':
      return `the key ${JSON.stringify(detail)} twice in one object: it is ambiguous which value counts`
    case 'form':
      return `an unexpected form: ${detail}`
  }
}

/** The limit on nested lists and objects: documents have some tens, and later traversals have stack for some thousands. */
export const deepest = 500

/**
 * The only reader of JSON from outside: other readers may take a different value for a duplicate key. Throws what
 * `refuse` makes of the fault.
 */
export function parseJson(text: string, refuse: (fault: JsonFault, cause?: unknown) => Error): unknown {
  if (text.trim() === '') throw refuse({ kind: 'empty', detail: '' })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw refuse({ kind: 'syntax', detail: (error as Error).message }, error)
  }
  const { twice, depth } = keysAndDepth(text)
  if (depth > deepest) throw refuse({ kind: 'deep', detail: `nested more than ${deepest} deep` })
  if (twice !== undefined) throw refuse({ kind: 'twice', detail: twice.slice(0, 80) })
  return document
}

/** Reads a JSON document from outside by the schema of the parts used. Throws what `refuse` makes of what was found instead. */
export function readDocument<T extends z.ZodType>(
  text: string,
  schema: T,
  refuse: (found: string, fault: JsonFault, cause?: unknown) => Error,
): z.infer<T> {
  const say = (fault: JsonFault, cause?: unknown) => refuse(describeFault(fault), fault, cause)
  const parsed = schema.safeParse(parseJson(text, say))
  if (!parsed.success) throw say({ kind: 'form', detail: schemaFaults(parsed.error) })
  return parsed.data
}

/**
 * Reads a tool's JSON by the schema of the parts used.
 * Throws if it is empty, truncated, invalid, ambiguous or of a different form: such output never means "no findings".
 */
export function readJson<T extends z.ZodType>(
  tool: string,
  text: string,
  schema: T,
  code: ErrorCode = 'TOOL',
): z.infer<T> {
  const sentences = {
    empty: () => `expected JSON from ${tool}, found no output`,
    syntax: (detail: string) =>
      `expected JSON from ${tool}, found ${text.length} characters that are not valid JSON (${detail})`,
    deep: (how: string) => `${tool} printed JSON with lists and objects ${how}`,
    twice: (key: string) =>
      `${tool} printed JSON in which an object has the key ${JSON.stringify(key)} twice: it is ambiguous which value counts`,
    form: (detail: string) => `${tool} printed JSON of an unexpected form: ${detail}`,
  }
  return readDocument(text, schema, (_, { kind, detail }, cause) => {
    const hint =
      kind === 'form'
        ? `Use the pinned version of ${tool}; other versions may print a different form.`
        : `Run again; if the error persists, run ${tool} by hand on the same input to see its output.`
    return new DeliveryError(code, sentences[kind](detail), hint, cause === undefined ? undefined : { cause })
  })
}

/** The first problems that a schema finds, on one line. */
function schemaFaults({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`)
    .join('; ')
}
