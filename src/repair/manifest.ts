import { parse as parseToml } from 'smol-toml'
import { parseJson } from '../model/read-json.ts'

/**
 * A manifest of the source, e.g. package.json or pyproject.toml. A missing or unreadable one is ignored here: the build
 * reports what is wrong with it.
 */
export function manifestOf(texts: ReadonlyMap<string, string>, path: string): Record<string, unknown> {
  const text = texts.get(path)
  if (text === undefined) return {}
  try {
    return record(path.endsWith('.json') ? parseJson(text, ({ detail }) => new Error(detail)) : parseToml(text))
  } catch {
    return {}
  }
}

/** A value as an object; empty if it is not one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
