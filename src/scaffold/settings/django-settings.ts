import { groupBy } from '../../model/group-by.ts'
import { argumentsFrom, stringIn } from './code-text.ts'
import type { Code } from './setting.ts'

const isDjango = /\bdjango\b|^(?:INSTALLED_APPS|ROOT_URLCONF|WSGI_APPLICATION)\b/m

/** Django ends without a secret key, and answers nothing without a host that it may have: https://docs.djangoproject.com/en/stable/ref/settings/. */
const must = /^[ \t]*(SECRET_KEY|ALLOWED_HOSTS)[ \t]*(?::[^=\n]{1,40})?=(?!=)[ \t]*/gm

interface Statement {
  name: string
  at: number
  indent: number
  from: number
  to: number
  text: string
}

function statementsIn(text: string): Statement[] {
  if (!/SECRET_KEY|ALLOWED_HOSTS/.test(text) || !isDjango.test(text)) return []
  return [...text.matchAll(must)].map((match) => {
    const from = match.index + match[0].length
    let depth = 0
    let to = from
    for (; to < Math.min(text.length, from + longestStatement); to += 1) {
      const character = text[to] as string
      if ('([{'.includes(character)) depth += 1
      else if (')]}'.includes(character)) depth -= 1
      else if (character === '\n' && depth <= 0) break
    }
    return {
      name: match[1] as string,
      at: match.index,
      indent: match[0].search(/\S/),
      from,
      to,
      text: text.slice(from, to),
    }
  })
}

/** In characters. */
const longestStatement = 600

interface Read {
  at: number
  end: number
  bound: ReadonlyArray<{ name: string; indent: number }>
}

/** Whether what is read from one place to another is all that Django gets for one of these, by itself or by the name that it is given. */
export function djangoNeeds(text: string): (read: Read) => boolean {
  const all = isDebugging(text) ? [] : statementsIn(text)
  // What a second one says stands in for the first.
  const statements = [...groupBy(all, ({ name }) => name).values()].flatMap((same) => (same.length === 1 ? same : []))
  return ({ at, end, bound }) =>
    statements.some((statement) => {
      const own = statement.from <= at && end <= statement.to
      const named = bound.some(
        ({ name, indent }) =>
          statement.from > end &&
          indent === statement.indent &&
          new RegExp(`(?<![.\\w])${name}\\b`).test(statement.text) &&
          !new RegExp(`\\n[ \\t]*${name}\\s*=(?!=)`).test(text.slice(end, statement.at)),
      )
      if (!own && !named) return false
      const rest = own ? statement.text.slice(end + 1 - statement.from) : statement.text
      return !hasOther(rest) && (!own || !hasDefault(text, end))
    })
}

/** Strings of more than one character, other calls and numbers behind `or` and `else`: something else than what was read. */
function hasOther(rest: string): boolean {
  const texts = rest.match(/"[^"\n]*"|'[^'\n]*'/g) ?? []
  return texts.some((text) => text.length > 3) || /\b(?:or|else)\s+(?!\[\s*\]|\(\s*\)|None\b|["']{2})/.test(rest)
}

/** Whether the call that ends behind a name has a second argument that says something. */
function hasDefault(text: string, end: number): boolean {
  const [, ...others] = argumentsFrom(`_${text.slice(end + 1, end + longestStatement)}`, 0)
  return others
    .flatMap((argument) =>
      /^(?!default\s*=)\w+\s*=(?!=)/.test(argument) ? [] : [argument.replace(/^default\s*=\s*/, '')],
    )
    .some((value) => stringIn(value) !== '' && !/^(?:None|\[\s*\]|\(\s*\)|str|list|bool|int|Csv\(\))$/.test(value))
}

function isDebugging(text: string): boolean {
  return /^DEBUG\s*=\s*True\b/m.test(text)
}

/** The file in which Django is told which hosts it may have, if not all: a health check comes by an address. */
export function hostsOfDjango(files: readonly Code[]): string | undefined {
  return files.find(
    ({ path, text }) =>
      path.endsWith('.py') &&
      statementsIn(text).some((statement) => statement.name === 'ALLOWED_HOSTS' && !/["']\*["']/.test(statement.text)),
  )?.path
}
