import type { z } from 'zod'
import { keysAndDepth } from './duplicate-key.ts'
import { DeliveryError, type ErrorCode } from './errors.ts'

/** Why a text is no JSON document that all readers read alike, or not of the form that was wanted. */
export interface JsonFault {
  kind: 'empty' | 'syntax' | 'deep' | 'twice' | 'form'
  /** What the parser or the schema says; the key that is there twice; how deep lists and objects stand. */
  detail: string
}

/** What was found in place of a document, for the end of a sentence. */
export function describeFault({ kind, detail }: JsonFault): string {
  switch (kind) {
    case 'empty':
      return 'nothing'
    case 'syntax':
      return `no JSON (${detail})`
    case 'deep':
      return `lists and objects ${detail}`
    case 'twice':
      return `the key ${JSON.stringify(detail)} twice in one object: nobody can say which value counts`
    case 'form':
      return `an unknown form: ${detail}`
  }
}

/** Levels of lists and objects: documents have some tens, and what goes through them later has no more stack than for some thousands. */
const deepest = 500

/** The one way in for JSON from outside: by other readers' rules a key that is there twice can have another value. Throws what `refuse` makes of the fault. */
export function parseJson(text: string, refuse: (fault: JsonFault, cause?: unknown) => Error): unknown {
  if (text.trim() === '') throw refuse({ kind: 'empty', detail: '' })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw refuse({ kind: 'syntax', detail: (error as Error).message }, error)
  }
  const { twice, depth } = keysAndDepth(text)
  if (depth > deepest) throw refuse({ kind: 'deep', detail: `that stand more than ${deepest} deep inside each other` })
  if (twice !== undefined) throw refuse({ kind: 'twice', detail: twice.slice(0, 80) })
  return document
}

/** Reads a JSON document that came from outside by the schema of what is used of it. Throws what `refuse` makes of what was found instead. */
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
 * Reads a tool's JSON by the schema of what is used of it.
 * Throws when it is empty, truncated, no JSON, ambiguous or of another form: such output is never "no findings".
 */
export function readJson<T extends z.ZodType>(
  tool: string,
  text: string,
  schema: T,
  code: ErrorCode = 'TOOL',
): z.infer<T> {
  const sentences = {
    empty: () => `${tool} printed nothing; expected JSON`,
    syntax: (detail: string) =>
      `expected JSON from ${tool}; its ${text.length} characters are not valid JSON (${detail})`,
    deep: (how: string) => `${tool} printed JSON with lists and objects ${how}`,
    twice: (key: string) =>
      `${tool} printed JSON in which an object has the key ${JSON.stringify(key)} twice: nobody can say which value counts`,
    form: (detail: string) => `${tool} printed JSON of an unknown form: ${detail}`,
  }
  return readDocument(text, schema, (_, { kind, detail }, cause) => {
    const hint =
      kind === 'form'
        ? `Use the pinned version of ${tool}; another version may print another form.`
        : `Run again; if it persists, run ${tool} by hand on the same input to see what it says.`
    return new DeliveryError(code, sentences[kind](detail), hint, cause === undefined ? undefined : { cause })
  })
}

/** The first faults that a schema finds, in one line. */
function schemaFaults({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`)
    .join('; ')
}
