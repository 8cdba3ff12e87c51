import type { BackingService } from '../backing-services.ts'
import type { Code, Setting } from './setting.ts'

/** A variable that chooses which database, cache or queue the code uses. */
export interface Selector {
  setting: Setting
  service: BackingService
  /** The choice of that service, as the code itself spells it; undefined if it compares with none, or with several. */
  value: string | undefined
}

const kinds = 'ENGINE|CLIENT|TYPE|DIALECT|DRIVER|KIND|BACKEND|PROVIDER|VENDOR|ADAPTER|CONNECTION|STORE'

const selecting: ReadonlyArray<readonly [service: BackingService, names: RegExp, spelled: RegExp]> = [
  [
    'postgres',
    new RegExp(`(?:^|_)(?:DB|DATABASE|SQL|DATASOURCE|STORAGE|PERSISTENCE|STORE|TYPEORM|ORM)_*(?:${kinds})$`),
    /^(?:postgres(?:ql)?|pg|pgsql|psql|django\.db\.backends\.postgresql)$/i,
  ],
  [
    'redis',
    new RegExp(`(?:^|_)(?:CACHE|SESSIONS?|QUEUE|BROKER|LOCK|PUBSUB|RATE_?LIMIT(?:ER)?)_*(?:${kinds})$`),
    /^(?:redis|valkey)$/i,
  ],
]

const ofDatabase = new RegExp(`(?:^|_)(?:DB|DATABASE|SQL|DATASOURCE)_*(?:${kinds})$`)

/** Whether a value chooses a service for a variable with that name. */
export function chooses(name: string, value: string): BackingService | undefined {
  return selecting.find(([, names, spelled]) => names.test(name) && spelled.test(value))?.[0]
}

/** The variables that choose between a service that the application needs and another; none whose fallback is that service. */
export function selectorsOf(
  settings: readonly Setting[],
  code: readonly Code[],
  needs: readonly BackingService[],
): Selector[] {
  return settings.flatMap((setting) =>
    selecting.flatMap(([service, names, spelled]): Selector[] => {
      const { name, fallback } = setting
      if (!needs.includes(service) || !names.test(name) || spelled.test(fallback ?? '')) return []
      const compared = [...new Set(code.flatMap(({ text }) => comparedWith(text, name)))]
      const own = compared.filter((value) => spelled.test(value))
      // Without that word in the code, the variable may be about anything; not so with this name and a word as fallback.
      const named = ofDatabase.test(name) && (compared.length > 0 || /^[\w.+-]+$/.test(fallback ?? ''))
      if (own.length === 0 && !named) return []
      return [{ setting, service, value: own.length === 1 ? own[0] : undefined }]
    }),
  )
}

/** In characters: the cases of a choice. */
const longestChoice = 2_000

/** The texts that the code compares a variable with, or a field that is called like it. */
function comparedWith(text: string, name: string): string[] {
  const is = (expression = '') => plainName(expression) === plainName(name)
  const quoted = '["\'`]([\\w.+-]{1,60})["\'`]'
  const ahead = new RegExp(
    `(?<!\\w)([A-Za-z_]\\w{0,60})["'\`]?(?:[\\])]|\\(\\)|\\s{0,20}(?:\\?\\?|\\|\\|)\\s*["'][\\w-]*["'])*(?:\\s*[!=]==?\\s*|\\.(?:equals|equalsIgnoreCase|eq)\\(\\s*)${quoted}`,
    'g',
  )
  const behind = new RegExp(`${quoted}\\s*[!=]==?\\s*(?:[\\w$]+[.[]["'\`]?)*([A-Za-z_]\\w*)`, 'g')
  const choice = /\b(?:switch|match|when)\b\s*\(?\s*(?:[\w$]+(?:\.|::))*([A-Za-z_]\w*)(?:\(\))?[\s)]*[{:]/g
  return [
    ...[...text.matchAll(ahead)].flatMap(([, left, value = '']) => (is(left) ? [value] : [])),
    ...[...text.matchAll(behind)].flatMap(([, value = '', right]) => (is(right) ? [value] : [])),
    ...[...text.matchAll(choice)].flatMap((match) => (is(match[1]) ? casesIn(text, match.index) : [])),
  ]
}

function casesIn(text: string, at: number): string[] {
  const behind = text.slice(at, at + longestChoice)
  const end = /\n(?:\}|[^\s}])/.exec(behind.slice(1))?.index
  return [...behind.slice(0, end).matchAll(/(?:\bcase\s+|^\s*|\|\s*)["']([\w.+-]+)["'](?=\s*(?::|=>|->|,|\|))/gm)].map(
    ([, value = '']) => value,
  )
}

/** Without what languages put between words: DB_ENGINE, dbEngine. */
const plainName = (name: string) => name.replaceAll('_', '').toLowerCase()
