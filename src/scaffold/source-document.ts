import { parse as parseTomlText } from 'smol-toml'
import { parse as parseYamlText } from 'yaml'
import { z } from 'zod'
import { DeliveryError } from '../model/errors.ts'
import type { SourceTree } from './source-tree.ts'

const parsers = {
  JSON: (text: string): unknown => JSON.parse(text),
  TOML: parseTomlText,
  YAML: (text: string): unknown => parseYamlText(text, { maxAliasCount: 100 }),
  /** From version 11, pnpm writes a first document for its own programs: the project's is the last. */
  'YAML of pnpm': (text: string): unknown =>
    parseYamlText(text.split(/^---[ \t]*$/m).findLast((document) => document.trim() !== '') ?? '', {
      maxAliasCount: 100,
    }),
}

/**
 * Reads the parts of a source file that a stack uses. Throws `SOURCE` with the file if it does not exist, cannot be parsed or is not valid.
 */
export function readSourceDocument<T>(
  tree: SourceTree,
  path: string,
  format: keyof typeof parsers,
  schema: z.ZodType<T>,
): T {
  const text = tree.texts.get(path)
  if (text === undefined)
    throw new DeliveryError('SOURCE', `expected ${path} beside its lock file, found none`, `Add ${path}.`)
  let document: unknown
  try {
    document = parsers[format](text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new DeliveryError(
      'SOURCE',
      `expected ${format} in ${path}, found text that cannot be parsed: ${(error as Error).message.split('\n')[0]}`,
      `Fix ${path}.`,
      { cause: error },
    )
  }
  const parsed = schema.safeParse(document)
  if (parsed.success) return parsed.data
  const fault = parsed.error.issues[0]
  throw new DeliveryError('SOURCE', `${path} is not valid: ${fault?.path.join('.')}: ${fault?.message}`, `Fix ${path}.`)
}
