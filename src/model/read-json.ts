import type { z } from 'zod'
import { DeliveryError, type ErrorCode } from './errors.ts'
import { duplicateKey } from './index.ts'
import { schemaFaults } from './parse-document.ts'

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
  const again = `Run again; if it stays, run ${tool} by hand on the same input to see what it says.`
  if (text.trim() === '') throw new DeliveryError(code, `${tool} was to print JSON and printed nothing`, again)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new DeliveryError(
      code,
      `${tool} was to print JSON; it printed ${text.length} characters that are none (${(error as Error).message})`,
      again,
      { cause: error },
    )
  }
  const twice = duplicateKey(text)
  if (twice !== undefined)
    throw new DeliveryError(
      code,
      `${tool} printed JSON in which an object has the key ${JSON.stringify(twice.slice(0, 80))} twice: nobody can say which value counts`,
      again,
    )
  const parsed = schema.safeParse(document)
  if (!parsed.success) {
    throw new DeliveryError(
      code,
      `${tool} printed JSON of an unknown form: ${schemaFaults(parsed.error)}`,
      `Use the pinned version of ${tool}; another version may print another form.`,
    )
  }
  return parsed.data
}
