import { LineCounter } from 'yaml'
import { groupBy } from '../../model/group-by.ts'

/** An environment variable that an application reads, as far as its code shows. */
export interface Setting {
  name: string
  /** The file that reads it, below the application's folder, and the line from 1. */
  path: string
  line: number
  /** Whether the code gives up without it. */
  required: boolean
  /** When it does so, if not always. */
  condition?: Condition | undefined
  /** What the code takes instead, where it says so as plain text. */
  fallback: string | undefined
  /** Whether its type says that it is a secret, or an address with room for a password. */
  secret?: true
}

/** What must hold for the code to need a variable. */
export interface Condition {
  /** As the code says it; it must not hold if negated. */
  text: string
  negated: boolean
  /** The variable that it asks for, if nothing else: whether that has this value, or any; or not. */
  of: { name: string; value: string | undefined; not: boolean } | undefined
}

/** A place that reads a variable, before it is known which file it is in. */
export type Found = Omit<Setting, 'path' | 'line'> & { at: number }

/** Code that a reader of settings searches: comments are blanked, so places in it are those of the file. */
export interface Code {
  path: string
  text: string
  /** What it says if it is configuration. */
  properties?: readonly Property[]
}

/** A property as configuration says it, with its placeholders, and whether it says so in the container. */
export interface Property {
  name: string
  value: string
  holds: Holding
}

/** Surely; likely, as its profile has the name of a deployment; or possibly, as another profile is likelier. */
export type Holding = 'surely' | 'likely' | 'possibly'

/** What a variable may be called: upper case, as every system that reads them wants it. */
export const variableName = /^[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)*$/

/** Variables of the system and of tools, which describe the machine and not the application. */
const notSettings =
  /^(PATH|HOME|PWD|USER|USERNAME|LOGNAME|SHELL|TERM|COLORTERM|EDITOR|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|CI|NO_COLOR|FORCE_COLOR|HOSTNAME|VIRTUAL_ENV|PYTHON[A-Z]+|NODE_ENV|NODE_OPTIONS|RUST_BACKTRACE|GO(MAXPROCS|MEMLIMIT|GC|DEBUG)|JAVA_HOME|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERPROFILE|XDG_\w+|CARGO_\w+|GITHUB_(?:ACTIONS|ACTOR|BASE_REF|ENV|EVENT_\w+|HEAD_REF|JOB|OUTPUT|REF\w*|REPOSITORY\w*|RUN_\w+|SERVER_URL|SHA|STEP_SUMMARY|WORKFLOW\w*|WORKSPACE)|KUBERNETES_(?:SERVICE|PORT)\w*|PYTEST_\w+)$/

/** Every variable once, by name: where it is required if anywhere, with the first fallback. */
export function settingsOf(found: ReadonlyArray<Found & Code>): Setting[] {
  const reads = found.filter(({ name }) => variableName.test(name) && !notSettings.test(name))
  const lines = new Map<string, LineCounter>()
  return [...groupBy(reads, ({ name }) => name)]
    .map(([name, places]) => {
      const needed = places.filter(({ required }) => required)
      const first = needed.find(({ condition }) => condition === undefined) ?? needed[0]
      const { path, text, at } = (first ?? places[0]) as Found & Code
      return {
        name,
        path,
        line: linesOf(text, lines).linePos(at).line,
        required: first !== undefined,
        ...(first?.condition === undefined ? {} : { condition: first.condition }),
        fallback: places.find(({ fallback }) => fallback !== undefined)?.fallback,
        ...(places.some(({ secret }) => secret) ? { secret: true as const } : {}),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Where the lines of a text start. */
function linesOf(text: string, known: Map<string, LineCounter>): LineCounter {
  const before = known.get(text)
  if (before !== undefined) return before
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1)
  known.set(text, lines)
  return lines
}
