import { parse } from 'yaml'
import { DeliveryError } from '../../model/errors.ts'
import type { Answers } from '../answers.ts'
import type { Application } from '../application.ts'
import { yamlFile } from '../yaml-file.ts'
import { openSettings } from './environment.ts'

/** Where the answers are kept, below the application's folder: `loadline scaffold` reads them, so that the next call needs none. */
export const answersPath = 'deploy/scaffold.yaml'

/** The answers that the scaffold was made from, and what was read from its environment: a different checkout must not result in a different name. */
export function answersFile(
  { path: _path, name: _name, repository: _repository, replaced: _replaced, settings: given, ...answers }: Answers,
  application: Application,
): string {
  const { name, repository, replaced } = application
  const open = openSettings(application).map((setting) => [setting.name, null] as const)
  const answered = Object.entries(given).filter(([, value]) => value !== null)
  const settings = Object.fromEntries([...answered, ...open].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return yamlFile(
    'The answers given to "loadline scaffold". Change them here or with its options, and run it again; "loadline scaffold --check" compares. A setting without a value is one that the code needs and does not give.',
    {
      name,
      repository,
      ...answers,
      ...(replaced === undefined ? {} : { replaced }),
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
    },
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
