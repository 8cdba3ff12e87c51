import type { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readYaml } from '../../model/read-yaml.ts'

/**
 * Reads a YAML or JSON file that the policy names: bounded, without duplicate keys, and only with keys that the schema
 * knows. An empty one has no keys. Throws `POLICY` with the line.
 */
export function readSuppressionFile<T extends z.ZodType>(
  text: string,
  path: string,
  what: string,
  schema: T,
): z.infer<T> {
  const isEmpty = text.replaceAll(/#.*|^(---|\.\.\.)\s*$/gm, '').trim() === ''
  const document = readYaml(isEmpty ? '{}' : text, { aliasesOfValues: true })
  if (Array.isArray(document))
    throw suppressionError(path, document[0]?.line, `expected ${what}; ${document[0]?.message ?? 'it cannot be read'}`)
  const parsed = schema.safeParse(document.value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const at = issue?.path ?? []
    throw suppressionError(
      path,
      document.placeOf(at).line,
      `expected ${what}; ${at.length === 0 ? '' : `${at.map(String).join('.')}: `}${issue?.message ?? 'it has a different form'}`,
    )
  }
  return parsed.data
}

/** Reports what is wrong with a file that the policy names. */
export function suppressionError(path: string, line: number | undefined, message: string): DeliveryError {
  return new DeliveryError(
    'POLICY',
    `${path}${line === undefined ? '' : `:${line}`}: ${message}`,
    'Correct the file, or remove it from suppressions in the policy; docs/exceptions.md says what is taken over from it.',
  )
}
