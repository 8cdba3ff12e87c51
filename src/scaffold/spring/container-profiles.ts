import type { Dockerfile } from '../../formats/dockerfile/dockerfile.ts'
import { expandWord } from '../../formats/dockerfile/expand.ts'
import { parseDockerfile } from '../../formats/dockerfile/parse-dockerfile.ts'
import { profileNames } from './active-profiles.ts'

/** The variable that names the active profiles. */
export const profilesVariable = 'SPRING_PROFILES_ACTIVE'

/** The profiles that a Dockerfile starts the application with; undefined if it names none, or only the build knows them. */
export function profilesInImage(text: string | undefined): string[] | undefined {
  const read = text === undefined ? undefined : readable(text)
  if (read === undefined) return undefined
  const shipped = read.steps.filter((step) => step.shipped && !step.onBuild)
  const environment = new Map(
    shipped.flatMap(({ keyword, properties }) =>
      keyword === 'ENV' ? properties.map(({ name, value }) => [name, value] as const) : [],
    ),
  )
  const commands = ['CMD', 'ENTRYPOINT'].flatMap((keyword) => {
    const last = shipped.findLast((step) => step.keyword === keyword)
    return last === undefined ? [] : [last.script ?? last.words.join(' ')]
  })
  const options = [...environment].flatMap(([name, value]) => (/OPT(?:ION)?S$/.test(name) ? [value] : []))
  // In the order in which Spring prefers them.
  const word =
    [...commands.map(argument), ...commands.map(property), ...options.map(property)].find((one) => one !== undefined) ??
    environment.get(profilesVariable)
  // Whoever names the default profile leaves the choice to a deployment.
  const names = profileNames(expanded(word ?? '', environment)).filter((name) => name !== 'default')
  return names.length === 0 ? undefined : names
}

/** A file that no builder would take says nothing. */
function readable(text: string): Dockerfile | undefined {
  try {
    return parseDockerfile(text, { buildArgs: {} })
  } catch {
    return undefined
  }
}

function argument(command: string): string | undefined {
  return /--spring\.profiles\.active=((?:"[^"]*"|'[^']*'|[^\s"';&|)])+)/.exec(command)?.[1]
}

function property(command: string): string | undefined {
  return /-Dspring\.profiles\.active=((?:"[^"]*"|'[^']*'|[^\s"';&|)])+)/.exec(command)?.[1]
}

function expanded(word: string, environment: ReadonlyMap<string, string>): string {
  try {
    return expandWord(word, (name) => environment.get(name))
  } catch {
    return ''
  }
}
