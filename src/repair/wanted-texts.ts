import { groupBy } from '../model/group-by.ts'
import { isGoCode } from './two-stages/go-code.ts'

/** Files of JavaScript and TypeScript that may be started. */
export const isServerCode = /^(?!(.*\/)?(tests?|__tests__|docs?|examples?)\/).+(?<!\.(test|spec|d))\.[cm]?[jt]sx?$/

/** Files whose texts repairs read, with how many of each kind: those next to the root come first. */
const kinds: ReadonlyArray<{ name: RegExp; most: number; where?: RegExp }> = [
  // What is installed, from where, and what an application is called.
  {
    name: /(^|\/)(package\.json|\.npmrc|pip\.conf|pyproject\.toml|(uv|poetry)\.toml|\.bundle\/config|Pipfile|Gemfile|Cargo\.toml|go\.(mod|sum)|\.dockerignore)$/,
    most: 200,
  },
  { name: /(^|\/)([^/]*(requirement|constraint)[^/]*|(requirements|constraints)\/[^/]+)\.(txt|in)$/, most: 100 },
  // What starts programs, and may do so as another user.
  {
    name: /\.(sh|bash|ash)$|(^|\/)([\w-]*entrypoint[\w-]*|start|serve|boot|init|run|Procfile)$|supervisor[^/]*(\/.*)?\.(conf|ini)$|(^|\/)(s6|s6-overlay|s6-rc\.d|services\.d|cont-init\.d|runit|sv)\/.+/,
    most: 100,
  },
  // What may read the variables of a package manager, if one starts it.
  {
    name: isServerCode,
    most: 400,
    where: /^[ \t]*(CMD|ENTRYPOINT)\b.*\b(npm|yarn|pnpm)\b/im,
  },
]

/** Of more code of Go than this, nothing is read: a part of it would not say what the rest needs. */
const mostGoCode = 300

/** The files of a source whose texts repairs read, for a Dockerfile. */
export function wantedTexts(paths: Iterable<string>, dockerfile: string): string[] {
  const wanted = kinds.filter(({ where }) => where === undefined || where.test(dockerfile))
  const sorted = [...paths].toSorted((left, right) => left.split('/').length - right.split('/').length)
  const found = groupBy(sorted, (path) => `${wanted.findIndex(({ name }) => name.test(path))}`)
  const goCode = sorted.filter(isGoCode)
  const named = wanted.flatMap(({ most }, index) => (found.get(`${index}`) ?? []).slice(0, most))
  return [...named, ...(goCode.length > mostGoCode ? [] : goCode)]
}
