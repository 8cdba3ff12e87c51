import type { Language } from '../application.ts'
import { conditionOf } from './circumstances.ts'
import { bracedBlock, failsIn } from './conditions.ts'
import type { Header } from './functions.ts'
import type { Condition } from './setting.ts'

/** That a function takes what it is given instead of a variable only outside of production. */
export interface ProductionRule {
  /** The parameter that turns this on; undefined if it is always so. */
  parameter: string | undefined
  /** Whether it is on where a call does not give the parameter. */
  otherwise: boolean
}

const production = /prod|\brelease\b|deployed|[a-z_]env\b|\benv(?:ironment)?\b|debug|\bdev|\blocal\b/i

/** In characters: functions that read one variable are short. */
const longestFunction = 1_500

/** The rule of a function that gives up in production though it is given something instead, which a parameter names. */
export function productionRuleOf(
  text: string,
  header: Header,
  spare: number,
  language: Language,
): ProductionRule | undefined {
  const fallback = header.parameters[spare]
  if (fallback === undefined) return undefined
  const body = bodyOf(text, header, language)
  if (!failsIn(body, language)) return undefined
  const asked = [...body.matchAll(/\bif\b([^\n]*)(?=(\n[^\n]*)?)/g)]
    .map(([, condition = '', next = '']) => ({ condition: condition.replaceAll(/process\.env\[[^\]]*\]/g, ''), next }))
    .find(
      ({ condition, next }) =>
        production.test(condition.replaceAll(/(?:["']|(?<![\w.]))[\w.]*(?:getenv|environ)\b/gi, '')) &&
        (new RegExp(`\\b${fallback}\\b`).test(condition + next) || failsIn(condition + next, language)),
    )
  if (asked === undefined) return undefined
  const parameter = header.parameters.find(
    (name, place) => place !== spare && place > 0 && new RegExp(`\\b${name}\\b`).test(asked.condition),
  )
  const list = text.slice(header.at, header.at + 400)
  const stated =
    parameter === undefined ? '' : (new RegExp(`\\b${parameter}\\b[^,=)]*=\\s*([^)]*)`).exec(list)?.[1] ?? '')
  return { parameter, otherwise: parameter === undefined || /\btrue\b/i.test(stated) }
}

function bodyOf(text: string, { at }: Header, language: Language): string {
  const rest = text.slice(at, at + longestFunction)
  if (language === 'python') {
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at)
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0
    const end = new RegExp(`\\n[ \\t]{0,${indent}}[^\\s)]`).exec(rest)?.index
    return rest.slice(0, end)
  }
  // Behind the parameters, which may have braces of their own.
  const open = /\)[^(){};]{0,80}\{/.exec(rest)
  return open === null ? '' : bracedBlock(rest, open.index + open[0].length - 1).text
}

/** Whether a call needs its variable in production by such a rule; undefined if not. */
export function neededInProduction(
  { parameter, otherwise }: ProductionRule,
  header: Header,
  values: readonly string[],
  text: string,
): 'always' | Condition | undefined {
  if (parameter === undefined) return 'always'
  const keyword = values
    .map((value) => new RegExp(`^${parameter}\\s*[=:](?!=)\\s*(\\S[\\s\\S]*)`).exec(value)?.[1])
    .find(Boolean)
  const given = keyword ?? values[header.parameters.indexOf(parameter)]
  if (given === undefined) return otherwise ? 'always' : undefined
  const [, condition] = /^([^?]+)\?[^:?]+:\s*(?:undefined|false|null|\{\s*\})$/.exec(given) ?? []
  if (condition !== undefined) return conditionOf(condition, text)
  return /^(?:undefined|null|None|false|False|nil|\{\s*\})$|:\s*false\b/.test(given.trim()) ? undefined : 'always'
}
