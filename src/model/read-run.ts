import { DeliveryError } from './errors.ts'
import { Run } from './index.ts'
import { parseJson } from './read-json.ts'
import { headline } from './headline.ts'
import { byteSize } from './measures.ts'
import { printable } from './printable.ts'

/**
 * The longest document that is read, in characters: twice the size of 50,000 findings on 100,000 packages, and well
 * within Node's limit for a string.
 */
const longestRun = 400_000_000

/** The version of the document that this Loadline reads and writes: `loadline.run/v1`. */
const known = 1

/**
 * Reads a `verdict.json` written by Loadline, strictly: a document with unknown or missing keys, or one that
 * contradicts itself, is not evidence. `path` is named in the message. Throws `USAGE` if it is not such a document, is
 * too long, or has a different version of the schema.
 */
export function readRun(text: string, path: string = 'verdict.json'): Run {
  const name = printable(path, 300)
  const again = 'Give the unchanged verdict.json of a Loadline run.'
  if (text.trim() === '')
    throw new DeliveryError('USAGE', `expected the document of a run in ${name}, found an empty file`, again)
  if (text.length > longestRun)
    throw new DeliveryError(
      'USAGE',
      `${name} has ${byteSize(text.length)}, over the limit of ${byteSize(longestRun)}`,
      again,
    )
  const document = parseJson(text, ({ kind, detail }, cause) => {
    const found =
      kind === 'twice'
        ? `has an object with the key ${JSON.stringify(printable(detail, 80))} twice: it is ambiguous which value counts`
        : kind === 'deep'
          ? `has lists and objects ${detail}`
          : `is not the document of a run: its ${text.length} characters are not valid JSON (${printable(detail, 200)})`
    return new DeliveryError('USAGE', `${name} ${found}`, again, { cause })
  })
  checkVersion(document, name, again)
  const parsed = Run.safeParse(document)
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 3)
      .map((issue) => `${printable(issue.path.join('.'), 200) || 'the document'}: ${printable(issue.message, 200)}`)
    throw new DeliveryError(
      'USAGE',
      `${name} is not a valid document of schema loadline.run/v${known}: ${problems.join('; ')}`,
      again,
    )
  }
  const run = parsed.data
  if (headline(run).outcome !== run.outcome)
    throw new DeliveryError(
      'USAGE',
      `${name} contradicts itself: it says "${run.outcome}", but its verdict does not`,
      again,
    )
  return run
}

/** Checked before the schema, which would only report wrong keys for a document of a different version. */
function checkVersion(document: unknown, name: string, again: string): void {
  const { schemaVersion, loadline } = (typeof document === 'object' && document !== null ? document : {}) as {
    schemaVersion?: unknown
    loadline?: unknown
  }
  const version = typeof schemaVersion === 'string' ? /^loadline\.run\/v(\d{1,9})$/.exec(schemaVersion)?.[1] : undefined
  if (version === undefined)
    throw new DeliveryError(
      'USAGE',
      `${name} is not the document of a run: it does not say "schemaVersion": "loadline.run/v${known}"`,
      again,
    )
  if (Number(version) === known) return
  const writer = typeof loadline === 'string' ? ` by Loadline ${printable(loadline, 40)}` : ''
  const newer = Number(version) > known
  throw new DeliveryError(
    'USAGE',
    `${name} was written${writer} in version ${version} of the schema, which is ${newer ? 'newer' : 'older'} than version ${known}, which this Loadline reads`,
    newer
      ? 'Use the Loadline that wrote it, or a newer one.'
      : 'Run again with this Loadline to get a document that it can read.',
  )
}
