import { DeliveryError } from '../errors.ts'
import { Run } from './run.ts'

/**
 * Reads the text of a `verdict.json`.
 * Throws `USAGE` where it is empty, cut off, of another schema version or of another form: such a document says nothing.
 */
export function readRun(text: string, path: string): Run {
  const hint = 'Give the verdict.json that this version of Loadline writes into its report directory.'
  if (text.trim() === '') throw new DeliveryError('USAGE', `wanted a verdict document, found ${path} empty`, hint)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new DeliveryError('USAGE', `wanted a verdict document, found that ${path} is no JSON (${(error as Error).message})`, hint, { cause: error })
  }
  const wanted = Run.shape.schemaVersion.value
  const found = typeof document === 'object' && document !== null && 'schemaVersion' in document ? document.schemaVersion : undefined
  if (found !== wanted) throw new DeliveryError('USAGE', `wanted a document of the schema version ${wanted}, found ${found === undefined ? 'none' : JSON.stringify(found)} in ${path}`, hint)
  const parsed = Run.safeParse(document)
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'the document'}: ${issue.message}`)
    throw new DeliveryError('USAGE', `wanted a document of the form ${wanted}, found in ${path}: ${problems.join('; ')}`, hint)
  }
  return parsed.data
}
