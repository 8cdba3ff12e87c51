import type { Answers } from '../answers.ts'
import type { Application } from '../application.ts'
import { yamlFile } from '../yaml-file.ts'

/** Where the answers are kept, below the application's folder: `loadline scaffold` reads them, so that the next call needs none. */
export const answersPath = 'deploy/scaffold.yaml'

/** The answers that the scaffold was made from, and what was read from the surroundings: another checkout must not give another name. */
export function answersFile({ path: _path, name: _name, repository: _repository, ...answers }: Answers, { name, repository }: Application): string {
  return yamlFile('The answers that "loadline scaffold" was given. Change them here or by its options, and run it again; "loadline scaffold --check" compares.', { name, repository, ...answers })
}
