import { parse } from 'yaml'
import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { Application } from '../application.ts'
import { yamlFile } from '../yaml-file.ts'

/** Where the answers are kept, below the application's folder: `loadline scaffold` reads them, so that the next call needs none. */
export const answersPath = 'deploy/scaffold.yaml'

/** The answers that the scaffold was made from, and what was read from its environment: a different checkout must not result in a different name. */
export function answersFile(
  { path: _path, name: _name, repository: _repository, ...answers }: Answers,
  { name, repository }: Application,
): string {
  return yamlFile(
    'The answers given to "loadline scaffold". Change them here or with its options, and run it again; "loadline scaffold --check" compares.',
    { name, repository, ...answers },
  )
}

/** Reads that file back, as answers that are yet to be checked. Throws `USAGE`. */
export function parseKeptAnswers(text: string, path: string): Record<string, unknown> {
  let kept: unknown
  try {
    kept = parse(text, { maxAliasCount: 0 })
  } catch (error) {
    throw new DeliveryError(
      'USAGE',
      `the answers in ${path} cannot be parsed: ${(error as Error).message.split('\n')[0]}`,
      'Fix or remove the file.',
      { cause: error },
    )
  }
  if (typeof kept === 'object' && kept !== null && !Array.isArray(kept)) return kept as Record<string, unknown>
  throw new DeliveryError('USAGE', `expected answers in ${path}, found something else`, 'Fix or remove the file.')
}
