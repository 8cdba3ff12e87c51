import { posix } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { yamlOptions } from '../model/read-yaml.ts'
import { record } from './manifest.ts'
import type { Answer, Situation } from './repair.ts'
import { readShellText, wordsOf } from './script.ts'

/** A file that starts something else in the image than its own command, and the programs that this needs. */
interface Elsewhere {
  path: string
  programs: readonly string[]
}

/** Files that start containers, by their names alone. */
const composeFile = /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/

/** Images that are not the application's. */
const ofOthers =
  /(^|\/)(postgres|postgis|mysql|mariadb|redis|valkey|mongo|rabbitmq|memcached|nginx|traefik|busybox|alpine|curl|kafka|zookeeper|elasticsearch|minio|localstack|vault)([:@]|$)/

/**
 * What compose files, Kubernetes manifests and a Procfile start in this image by a program's name: a base without it cannot
 * run them. What the image's own files are is there in any case.
 */
export function runElsewhere({ file, source }: Pick<Situation, 'file' | 'source'>): readonly Elsewhere[] {
  const before = asked.get(source)
  if (before?.file === file) return before.found
  const found = readElsewhere(file, source)
  asked.set(source, { file, found })
  return found
}

/** Several repairs of a round ask the same, and YAML is slow to read. */
const asked = new WeakMap<Situation['source'], { file: Situation['file']; found: readonly Elsewhere[] }>()

function readElsewhere(file: Situation['file'], source: Situation['source']): Elsewhere[] {
  const hasEntrypoint = file.instructions.some(
    ({ keyword, stage }) => keyword === 'ENTRYPOINT' && stage === file.target,
  )
  return [...source.texts].flatMap(([path, text]) => {
    const commands = /(^|\/)Procfile$/.test(path)
      ? processesIn(text).filter((one) => !isOwnCommand(file, one))
      : /\.ya?ml$/.test(path) && !path.startsWith('.')
        ? commandsIn(file, path, text, hasEntrypoint)
        : []
    const programs = [...new Set(commands.flatMap(programsOf))].filter((name) => !isOwnFile(name))
    return programs.length === 0 ? [] : [{ path, programs }]
  })
}

/** What is said where a repair is left out for them. */
export function keptFor(elsewhere: readonly Elsewhere[]): Answer {
  const said = elsewhere.map(({ path, programs }) => `${path} starts ${programs.join(', ')}`).join('; ')
  return {
    remains: (['package-managers', 'size-unpacked'] as const).map((rule) => ({
      rule,
      text: `The base stays, because other files start programs in this image that a smaller one lacks: ${said}. Start the application's own programs there, e.g. ["node", "worker.js"]; then the base can be smaller.`,
    })),
  }
}

type Started = readonly string[] | string

function commandsIn(file: Situation['file'], path: string, text: string, hasEntrypoint: boolean): Started[] {
  if (!/command|args|entrypoint|test|exec/.test(text)) return []
  const documents = valuesOf(text)
  // A template of Helm is no YAML: what it starts is unknown.
  if (documents === undefined) return /^[ \t]*(-[ \t]*)?(command|args|entrypoint|test):/m.test(text) ? ['unknown'] : []
  return composeFile.test(path)
    ? documents.flatMap((one) =>
        servicesIn(file, path, one).flatMap((service) => startedByService(service, hasEntrypoint)),
      )
    : containersIn(documents).flatMap((container) => startedByContainer(container, hasEntrypoint))
}

function valuesOf(text: string): unknown[] | undefined {
  try {
    const documents = [...parseAllDocuments(text, yamlOptions)]
    return documents.some(({ errors }) => errors.length > 0) ? undefined : documents.map((one) => one.toJS() as unknown)
  } catch {
    return undefined
  }
}

/** The services of a compose file that run this image, as far as no variable decides. */
function servicesIn(file: Situation['file'], path: string, value: unknown): Array<Record<string, unknown>> {
  const services = Object.values(record(record(value)['services'])).map(record)
  const isBuilt = ({ build }: Record<string, unknown>) => {
    if (build === undefined) return false
    const context = wordOf(typeof build === 'string' ? build : (record(build)['context'] ?? '.'))
    const dockerfile = wordOf(record(build)['dockerfile'] ?? 'Dockerfile')
    return /\$/.test(context + dockerfile) || posix.join(posix.dirname(path), context, dockerfile) === file.path
  }
  const images = new Set(services.filter(isBuilt).flatMap(({ image }) => (typeof image === 'string' ? [image] : [])))
  // One that names no build may extend another, or be the second file of two.
  return services.filter(
    (one) =>
      isBuilt(one) || (one['build'] === undefined && (one['image'] === undefined || images.has(wordOf(one['image'])))),
  )
}

function startedByService(
  { command, entrypoint, healthcheck }: Record<string, unknown>,
  hasEntrypoint: boolean,
): Started[] {
  const test = record(healthcheck)['test']
  const [form, ...words] = Array.isArray(test) ? test.map(wordOf) : []
  const check =
    typeof test === 'string' ? [test] : form === 'CMD' ? [words] : form === 'CMD-SHELL' ? [words.join(' ')] : []
  const isShell = typeof test === 'string' || form === 'CMD-SHELL'
  const isArgument = hasEntrypoint || startable(entrypoint) !== undefined
  const own = [entrypoint, ...(isArgument ? [] : [command])].flatMap((one) => startable(one) ?? [])
  return [...own, ...check, ...(isShell ? [['sh']] : [])]
}

/** A command as Compose and Kubernetes start it; undefined if there is none. */
function startable(value: unknown): Started[] | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : [value]
  return Array.isArray(value) && value.length > 0 ? [value.map(wordOf)] : undefined
}

/** A value as a word; empty if it is a list or an object, which may have a `toString` of its own. */
function wordOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value)
}

/** The containers of manifests that may run this image. By its aliases, a value may contain itself: each is looked at once. */
function containersIn(documents: readonly unknown[]): Array<Record<string, unknown>> {
  const values = new Set(documents)
  for (const value of values) for (const inner of Object.values(record(value))) values.add(inner)
  return [...values].map(record).filter(({ image }) => typeof image === 'string' && !ofOthers.test(image))
}

function startedByContainer(container: Record<string, unknown>, hasEntrypoint: boolean): Started[] {
  const { command, args, lifecycle } = container
  const executed = [
    ...Object.keys(container).flatMap((key) => (key.endsWith('Probe') ? [container[key]] : [])),
    ...Object.values(record(lifecycle)),
  ].map((one) => record(record(one)['exec'])['command'])
  const own = command ?? (hasEntrypoint ? undefined : args)
  return [own, ...executed].flatMap((one) => startable(one) ?? [])
}

/** The commands of a Procfile, which a shell starts. */
function processesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => /^[\w-]+:\s*(\S.*)$/.exec(line)?.[1]?.trim() ?? [])
}

function isOwnCommand({ instructions }: Situation['file'], command: string): boolean {
  const [last] = instructions.filter(({ keyword }) => keyword === 'CMD').toReversed()
  return last?.words.join(' ') === command
}

/** The programs that a command starts, also by a shell. */
function programsOf(started: Started): string[] {
  if (typeof started !== 'string') {
    const [program = '', option = '', text = ''] = started
    return /(^|\/)(ba|da)?sh$/.test(program) && /^-\w*c$/.test(option) ? [program, ...programsOf(text)] : [program]
  }
  const commands = readShellText(started)?.commands
  if (commands === undefined) return ['unknown']
  return commands.flatMap((one) => {
    const words = wordsOf(one).map(({ value }) => value)
    return words.length === 0 ? [] : programsOf(words[0] === 'exec' ? words.slice(1) : words)
  })
}

/** Whether a program is one of the application's own files. */
function isOwnFile(program: string): boolean {
  return program.includes('/') && !/^\/(usr\/(local\/)?)?s?bin\//.test(program)
}
