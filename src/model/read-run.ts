import { DeliveryError } from './errors.ts'
import { Run } from './index.ts'
import { parseJson } from './read-json.ts'
import { headline } from './headline.ts'
import { byteSize } from './measures.ts'
import { printable } from './printable.ts'

/** Longest document that is read, in characters: twice what 50,000 findings on 100,000 packages come to, and well within what Node holds in one text. */
const longestRun = 400_000_000

/** The version of the document that this Loadline reads and writes: `loadline.run/v1`. */
const known = 1

/**
 * Reads a `verdict.json` that some Loadline wrote, strictly: a key that is unknown or missing, or a document that contradicts itself, is no evidence.
 * `path` is named in the message. Throws `USAGE` where it is no such document, is too long, or was written in another version of the schema.
 */
export function readRun(text: string, path: string = 'verdict.json'): Run {
  const name = printable(path, 300)
  const again = 'Give a verdict.json that a run of Loadline left, unchanged.'
  if (text.trim() === '') throw new DeliveryError('USAGE', `${name} is empty; expected the document of a run`, again)
  if (text.length > longestRun)
    throw new DeliveryError(
      'USAGE',
      `${name} has ${byteSize(text.length)}; at most ${byteSize(longestRun)} are read`,
      again,
    )
  const document = parseJson(text, ({ kind, detail }, cause) => {
    const found =
      kind === 'twice'
        ? `has an object with the key ${JSON.stringify(printable(detail, 80))} twice: nobody can say which value counts`
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
      `${name} contradicts itself: it says "${run.outcome}", and its verdict does not`,
      again,
    )
  return run
}

/** Before the schema is asked: of a document of another version it would only say that some keys are wrong. */
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
    `${name} was written${writer} in version ${version} of the schema, which is ${newer ? 'newer' : 'older'} than version ${known}, the one that this Loadline reads`,
    newer
      ? 'Use the Loadline that wrote it, or a newer one.'
      : 'Run again with this Loadline to get a document that it can read.',
  )
}
