import type { z } from 'zod'
import type { DeliveryError } from './errors.ts'
import { duplicateKey } from './index.ts'

/**
 * Reads a JSON document that came from outside by the schema of what is used of it.
 * Throws what `refuse` makes of what was found instead: nothing, no JSON, an object that readers would not read alike, or another form.
 */
export function parseDocument<T extends z.ZodType>(
  text: string,
  schema: T,
  refuse: (found: string) => DeliveryError,
): z.infer<T> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw refuse(text.trim() === '' ? 'nothing' : `no JSON (${(error as Error).message})`)
  }
  const twice = duplicateKey(text)
  if (twice !== undefined)
    throw refuse(`the key ${JSON.stringify(twice.slice(0, 80))} twice in one object: nobody can say which value counts`)
  const parsed = schema.safeParse(document)
  if (!parsed.success) throw refuse(`an unknown form: ${schemaFaults(parsed.error)}`)
  return parsed.data
}

/** The first faults that a schema finds, in one line. */
export function schemaFaults({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`)
    .join('; ')
}
