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
  const choosing = settings.flatMap((setting) =>
    selecting.flatMap(([service, names, spelled]) =>
      needs.includes(service) && names.test(setting.name) && !spelled.test(setting.fallback ?? '')
        ? [{ setting, service, spelled }]
        : [],
    ),
  )
  const texts = comparedWith(code, new Set(choosing.map(({ setting }) => plainName(setting.name))))
  return choosing.flatMap(({ setting, service, spelled }): Selector[] => {
    const { name, fallback } = setting
    const compared = [...(texts.get(plainName(name)) ?? [])]
    const own = compared.filter((value) => spelled.test(value))
    // Without that word in the code, the variable may be about anything; not so with this name and a word as fallback.
    const named = ofDatabase.test(name) && (compared.length > 0 || /^[\w.+-]+$/.test(fallback ?? ''))
    if (own.length === 0 && !named) return []
    return [{ setting, service, value: own.length === 1 ? own[0] : undefined }]
  })
}

/** In characters: the cases of a choice. */
const longestChoice = 2_000

const quoted = '["\'`]([\\w.+-]{1,60})["\'`]'

/** A name, and the text that it is compared with. */
const ahead = new RegExp(
  `(?<!\\w)([A-Za-z_]\\w{0,60})["'\`]?(?:[\\])]|\\(\\)|\\s{0,20}(?:\\?\\?|\\|\\|)\\s*["'][\\w-]*["'])*(?:\\s*[!=]==?\\s*|\\.(?:equals|equalsIgnoreCase|eq)\\(\\s*)${quoted}`,
  'g',
)

/** The same from the other side. */
const behind = new RegExp(`${quoted}\\s*[!=]==?\\s*(?:[\\w$]+[.[]["'\`]?)*([A-Za-z_]\\w*)`, 'g')

/** A choice by a name. */
const choice = /\b(?:switch|match|when)\b\s{0,20}(?:\(\s{0,20})?(?:[\w$]+(?:\.|::))*([A-Za-z_]\w*)(?:\(\))?[\s)]*[{:]/g

/** The texts that the code compares variables with, or fields that are called like them, by their plain names. */
function comparedWith(code: readonly Code[], names: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const compared = new Map([...names].map((name) => [name, new Set<string>()]))
  if (names.size === 0) return compared
  for (const { text } of code) {
    for (const [, left = '', value = ''] of text.matchAll(ahead)) compared.get(plainName(left))?.add(value)
    for (const [, value = '', right = ''] of text.matchAll(behind)) compared.get(plainName(right))?.add(value)
    for (const { index, 1: subject = '' } of text.matchAll(choice)) {
      const own = compared.get(plainName(subject))
      if (own !== undefined) for (const value of casesIn(text, index)) own.add(value)
    }
  }
  return compared
}

function casesIn(text: string, at: number): string[] {
  const own = text.slice(at, at + longestChoice)
  const end = /\n(?:\}|[^\s}])/.exec(own.slice(1))?.index
  return [...own.slice(0, end).matchAll(/(?:\bcase\s+|^[ \t]*|\|\s*)["']([\w.+-]+)["'](?=\s*(?::|=>|->|,|\|))/gm)].map(
    ([, value = '']) => value,
  )
}

/** Without what languages put between words: DB_ENGINE, dbEngine. */
const plainName = (name: string) => name.replaceAll('_', '').toLowerCase()
