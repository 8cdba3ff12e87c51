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

/** hadolint's code for a file that it cannot parse: it then says nothing about the rest of the file. */
const unparsable = 'DL1000'

/**
 * Reads the JSON of hadolint, in the order of the file. `path` is what people call the Dockerfile, and `linted` what hadolint was given.
 * Throws `TOOL` when it is not readable, speaks of another file, or when hadolint could not parse the Dockerfile.
 */
export function parseLint(stdout: string, { path, linted }: { path: string; linted: string }): LintFinding[] {
  const remarks = readJson('hadolint', stdout, Remarks)
  const other = remarks.find(({ file }) => file !== linted)
  if (other !== undefined)
    throw new DeliveryError(
      'TOOL',
      `hadolint was to lint ${linted} and speaks of ${other.file}`,
      'Report this as a fault of Loadline.',
    )
  const fault = remarks.find(({ code }) => code === unparsable)
  if (fault !== undefined) {
    throw new DeliveryError(
      'TOOL',
      `hadolint was to lint ${path} and cannot parse line ${fault.line}: ${fault.message.replaceAll(/\s+/g, ' ')}`,
      `Correct ${path} at or above line ${fault.line}. If it builds as it is: hadolint wants an empty line after the end of a heredoc.`,
    )
  }
  return remarks
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
}

/** Wider than hadolint's own grammar: a comment that is meant to silence it is reported even where a typing error makes it void. */
const pragma = /^\s*#\s*hadolint\s+(global\s+)?ignore\s*=(.*)$/i

/** Finds the comments that tell hadolint to be silent. An empty list of rules means that the comment names none that can be read. */
export function findPragmas(text: string): Lint['pragmas'] {
  return text.split(/\r\n|\r|\n/).flatMap((written, index) => {
    const found = pragma.exec(written)
    if (found === null) return []
    const rules = [...(found[2] ?? '').matchAll(/\b[A-Z]{2}\d+\b/gi)].map(([rule]) => rule.toUpperCase())
    return [{ rules, line: index + 1, global: found[1] !== undefined }]
  })
}
