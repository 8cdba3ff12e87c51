import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { LintFinding, type Lint } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const Remarks = z.array(
  z.strictObject({
    code: z.string().regex(/^[A-Z]{2}\d+$/),
    level: LintFinding.shape.level,
    message: z.string(),
    line: z.int().min(1),
    column: z.int().min(1),
    file: z.string(),
  }),
)

/** hadolint's code for a file that it cannot parse: it then does not lint the rest of the file. */
const unparsable = 'DL1000'

/**
 * Reads hadolint's JSON, in the order of the file. `path` is the Dockerfile's path for people, and `linted` the one
 * given to hadolint. If hadolint could not parse the Dockerfile, `unread` says where: BuildKit has read it, so it is
 * valid, but hadolint has not linted it. Throws `TOOL` if the JSON cannot be read or is about a different file.
 */
export function parseLint(
  stdout: string,
  { path, linted }: { path: string; linted: string },
): Pick<Lint, 'findings' | 'unread'> {
  const remarks = readJson('hadolint', stdout, Remarks)
  const other = remarks.find(({ file }) => file !== linted)
  if (other !== undefined)
    throw new DeliveryError(
      'TOOL',
      `expected hadolint to report on ${linted}, found ${other.file}`,
      'Report this as a bug in Loadline.',
    )
  const fault = remarks.find(({ code }) => code === unparsable)
  const findings = remarks
    .filter(({ code }) => code !== unparsable)
    .map(({ code, level, message, line, column }): LintFinding => ({
      id: code,
      level,
      message,
      location: { path, line, column, within: 'source' },
    }))
    .toSorted(
      (left, right) =>
        (left.location.line ?? 0) - (right.location.line ?? 0) ||
        (left.location.column ?? 0) - (right.location.column ?? 0) ||
        (left.id < right.id ? -1 : 1),
    )
  return {
    findings,
    ...(fault === undefined
      ? {}
      : { unread: { line: fault.line, message: fault.message.replaceAll(/\s+/g, ' ').trim() } }),
  }
}

/** Wider than hadolint's own grammar: a comment meant to silence it is reported even if a typo makes it ineffective. */
const pragma = /^\s*#\s*hadolint\s+(global\s+)?ignore\s*=(.*)$/i

/**
 * Finds the comments in a Dockerfile that silence hadolint. An empty list of rules means that the comment names none that can be read.
 */
export function findPragmas(comments: ReadonlyArray<{ line: number; text: string }>): Lint['pragmas'] {
  return comments.flatMap(({ line, text }) => {
    const found = pragma.exec(text)
    if (found === null) return []
    const rules = [...(found[2] ?? '').matchAll(/\b[A-Z]{2}\d+\b/gi)].map(([rule]) => rule.toUpperCase())
    return [{ rules, line, global: found[1] !== undefined }]
  })
}
