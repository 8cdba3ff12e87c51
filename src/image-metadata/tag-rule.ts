import { DeliveryError } from '../model/errors.ts'

/** How one tag is made, in docker/metadata-action's terms (https://github.com/docker/metadata-action#tags-input). */
export type TagRule = { prefix: string; suffix: string } & (
  | { type: 'semver'; pattern: string; value: string | undefined }
  | { type: 'ref'; event: 'branch' | 'tag' | 'pr' }
  | { type: 'sha'; format: 'short' | 'long' }
  | { type: 'raw'; value: string }
)

/** Semantic version and commit: the default tags of a release. */
export const defaultTagRules: readonly string[] = ['type=semver,pattern={{version}}', 'type=sha']

const keysOf = { semver: ['pattern', 'value'], ref: ['event'], sha: ['format'], raw: ['value'] } as const
const placeholder = /\{\{(raw|version|major|minor|patch)\}\}/g

/** Reads `type=semver,pattern={{major}}.{{minor}}` and the like; text without `type=` is a literal tag. Throws `USAGE`. */
export function parseTagRule(text: string): TagRule {
  const refuse = (found: string): DeliveryError =>
    new DeliveryError(
      'USAGE',
      `the tag rule "${text}" ${found}`,
      'Write type=semver,pattern={{version}}; type=ref,event=branch|tag|pr; type=sha[,format=long]; type=raw,value=...; each optionally with prefix= and suffix=.',
    )
  if (!text.startsWith('type=')) {
    if (text.includes('=') || text === '') throw refuse('has no type')
    return { type: 'raw', value: text, prefix: '', suffix: '' }
  }
  const entries = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    if (at < 1 || entries.has(part.slice(0, at))) throw refuse(`has "${part}", which is not a single key=value`)
    entries.set(part.slice(0, at), part.slice(at + 1))
  }
  const type = entries.get('type') ?? ''
  if (!Object.hasOwn(keysOf, type)) throw refuse(`has the unknown type "${type}"`)
  const known: readonly string[] = ['type', 'prefix', 'suffix', ...keysOf[type as keyof typeof keysOf]]
  const unknown = [...entries.keys()].find((key) => !known.includes(key))
  if (unknown !== undefined) throw refuse(`has the unknown key "${unknown}"`)

  const around = {
    prefix: entries.get('prefix') ?? (type === 'sha' ? 'sha-' : entries.get('event') === 'pr' ? 'pr-' : ''),
    suffix: entries.get('suffix') ?? '',
  }
  switch (type) {
    case 'semver': {
      const pattern = entries.get('pattern') ?? ''
      if (pattern === '' || pattern.replaceAll(placeholder, '').includes('{'))
        throw refuse('needs a pattern of {{version}}, {{raw}}, {{major}}, {{minor}} and {{patch}}')
      return { type, pattern, value: entries.get('value'), ...around }
    }
    case 'ref': {
      const event = entries.get('event')
      if (event !== 'branch' && event !== 'tag' && event !== 'pr')
        throw refuse('needs event=branch, event=tag or event=pr')
      return { type, event, ...around }
    }
    case 'sha': {
      const format = entries.get('format') ?? 'short'
      if (format !== 'short' && format !== 'long') throw refuse('needs format=short or format=long')
      return { type, format, ...around }
    }
    default: {
      const value = entries.get('value') ?? ''
      if (value === '') throw refuse('needs a value')
      return { type: 'raw', value, ...around }
    }
  }
}

/** Fills a semantic version into a pattern; undefined if the pattern would drop the version's pre-release part. */
export function fillPattern(pattern: string, version: string): string | undefined {
  const [, major = '', minor = '', patch = '', pre] = /^(\d+)\.(\d+)\.(\d+)(-[^+]+)?/.exec(version) ?? []
  // 1.4 must not move to a release candidate of 1.4.1.
  if (pre !== undefined && !/\{\{(raw|version)\}\}/.test(pattern)) return undefined
  const values: Readonly<Record<string, string>> = { raw: version, version, major, minor, patch }
  return pattern.replaceAll(placeholder, (_, name: string) => values[name] ?? '')
}
