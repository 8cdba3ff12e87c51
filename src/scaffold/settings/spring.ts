import { argumentsFrom, longestExpression, plainText } from './code-text.ts'
import type { Code, Found, Property } from './setting.ts'

/** The placeholders of Spring and MicroProfile, and properties that the environment alone gives: https://docs.spring.io/spring-boot/reference/features/external-config.html. */
export function springSettings(files: readonly Code[]): Array<Found & Code> {
  const code = files.filter(({ path }) => /\.(java|kt)$/.test(path))
  const configured = files.filter(({ path }) => !/\.(java|kt)$/.test(path))
  const stated = new Set(configured.flatMap(({ properties = [] }) => properties.flatMap(namesOf)))
  return [
    ...configured.flatMap((file) => placeholders(file.text, 0).flatMap(inEnvironment(file, undefined))),
    ...code.flatMap((file) => [
      ...annotated(file.text).flatMap(inEnvironment(file, stated)),
      ...bound(file.text, stated).map((found) => ({ ...file, ...found })),
    ]),
  ]
}

/** A property as the environment spells it: dots are underscores, hyphens are left out. */
const spelled = (property: string) => property.replaceAll('-', '').replaceAll('.', '_').toUpperCase()

/** Properties by which Spring itself is run; it has a value for each. */
const springs = /^(?:spring|server|management|logging|quarkus|micronaut|java|user|os|random|info|local)\./

/** A placeholder in upper case is a variable; any other is a property, which is one where no file of the application says what it is. */
function inEnvironment(file: Code, stated: ReadonlySet<string> | undefined) {
  return (found: Found): Array<Found & Code> => {
    const { name } = found
    if (/^[A-Z]/.test(name)) return [{ ...file, ...found }]
    if (stated === undefined || springs.test(name) || stated.has(spelled(name)) || !name.includes('.')) return []
    return [{ ...file, ...found, name: spelled(name) }]
  }
}

/** The names under which a property has its value: also that of the list in which it is. */
function namesOf({ name, holds }: Property): string[] {
  if (holds === 'possibly') return []
  return name.includes('[') ? [spelled(name), spelled(name.slice(0, name.indexOf('[')))] : [spelled(name)]
}

/** In characters: no placeholder is longer. */
const longestPlaceholder = 500

/** `${NAME:fallback}`, also in the fallback of another; without a fallback Spring does not start. */
function placeholders(text: string, offset: number): Found[] {
  return [...text.matchAll(/\$\{([A-Za-z][\w.-]*)(?=[:}])/g)].flatMap((match): Found[] => {
    const end = endOfBraces(text, match.index + 2)
    if (end === undefined) return []
    const behind = match.index + match[0].length
    const fallback = text[behind] === ':' ? text.slice(behind + 1, end).trim() : undefined
    return [
      {
        name: match[1] as string,
        at: offset + match.index,
        required: fallback === undefined,
        fallback: fallback === undefined || fallback === '' || /[$#]\{/.test(fallback) ? undefined : fallback,
      },
    ]
  })
}

/** Where the brace stands that closes what is open at a place, on its line. */
function endOfBraces(text: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < Math.min(text.length, start + longestPlaceholder); at += 1) {
    const character = text[at]
    if (character === '\n') return undefined
    if (character === '{') depth += 1
    else if (character === '}' && depth === 0) return at
    else if (character === '}') depth -= 1
  }
  return undefined
}

const annotations = /@(?:field:|param:)?(?:Value|ConfigProperty|Scheduled)\(/g

/** What annotations take, and MicroProfile's `@ConfigProperty(name = "shop.url")`. */
function annotated(text: string): Found[] {
  return [...text.matchAll(annotations)].flatMap((match) => {
    const start = match.index + match[0].length
    const within = text.slice(start, start + longestPlaceholder)
    const end = /"\s*\)/.exec(within)
    if (end === null) return []
    const value = within.slice(0, end.index + 1).replaceAll('\\$', ' $')
    const named = /\bname\s*=\s*"([\w.-]+)"/.exec(value)?.[1]
    const fallback = /\bdefaultValue\s*=\s*"([^"]*)"/.exec(value)?.[1]
    const property =
      named === undefined
        ? []
        : [{ name: named, at: match.index, required: fallback === undefined, fallback: fallback || undefined }]
    return [...placeholders(value, start), ...property]
  })
}

/** The fields of `@ConfigurationProperties("shop.mail")`, of which no file of the application says the value. */
function bound(text: string, stated: ReadonlySet<string>): Found[] {
  const form = /@ConfigurationProperties\(\s*(?:(?:prefix|value)\s*=\s*)?"([\w.-]+)"[^)]{0,100}\)/g
  const places = [...text.matchAll(form)]
  return places.flatMap((match, index) => {
    const start = match.index + match[0].length
    const own = text.slice(start, Math.min(places[index + 1]?.index ?? text.length, start + longestExpression))
    const head = /\b(?:class|record)\s+\w+\s*(?:\(|[^({]{0,200}\{)/.exec(own.slice(0, 600))
    if (head === null) return []
    const inside = own.slice(head.index + head[0].length)
    const fields = head[0].endsWith('(') ? components(inside) : fieldsIn(inside)
    return fields.flatMap(({ name, ...field }) => {
      const property = spelled(`${match[1]}.${name}`)
      return stated.has(property) ? [] : [{ ...field, name: property, at: match.index }]
    })
  })
}

type Component = Pick<Found, 'name' | 'required' | 'fallback'>

const plainTypes =
  /^(?:String|URI|URL|Duration|DataSize|Path|int|long|boolean|double|Integer|Long|Boolean|Double|Int|(?:List|Set)<String>)\??$/

const mustBe = /@(?:field:|get:)?(?:NotNull|NotBlank|NotEmpty)\b/

/** What a record of Java or a data class of Kotlin is made of. */
function components(text: string): Component[] {
  return argumentsFrom(text, 0).flatMap((part): Component[] => {
    const kotlin = /\b(?:val|var)\s+(\w+)\s*:\s*([\w<>?]+)\s*(?:=\s*(\S[\s\S]*))?$/.exec(part)
    const [, type = '', name = ''] = /(?<![\w<>])([\w<>]+)\s+(\w+)$/.exec(part) ?? []
    const given = /@DefaultValue\(\s*("[^"\n]*")/.exec(part)?.[1] ?? kotlin?.[3]
    if (!plainTypes.test(kotlin?.[2] ?? type)) return []
    const required = given === undefined && (mustBe.test(part) || (kotlin !== null && !(kotlin[2] ?? '').endsWith('?')))
    return [{ name: kotlin?.[1] ?? name, required, fallback: plainText(given) }]
  })
}

/** The fields of a class that are neither constant nor final. */
function fieldsIn(text: string): Component[] {
  const body = /^[\s\S]*?(?=\n\}|$(?![\s\S]))/.exec(text)?.[0] ?? ''
  const form = /^[ \t]*(?:private|protected)[ \t]+([\w<>]+)[ \t]+(\w+)[ \t]*(?:=[ \t]*([^;\s][^;\n]*))?;/gm
  return [...body.matchAll(form)].flatMap((match): Component[] => {
    if (!plainTypes.test(match[1] ?? '')) return []
    const before = body.slice(Math.max(0, match.index - 200), match.index)
    const annotation = before.slice(before.lastIndexOf(';') + 1)
    const required = match[3] === undefined && mustBe.test(annotation)
    return [{ name: match[2] as string, required, fallback: plainText(match[3]) }]
  })
}
