import { conditionOf } from './circumstances.ts'
import { argumentsFrom, partsFrom, plainText } from './code-text.ts'
import { memberNeeds, needed } from './requirement.ts'
import type { Code, Condition, Found } from './setting.ts'

const libraries =
  /\bprocess\.env\b|["'](?:@nestjs\/config|envalid|env-schema|znv|@t3-oss\/env-\w+|convict|@fastify\/env|fastify-env)["']/

const declared = /\b(?:const|let|var)\s+(\w+)\s*(?::[^=\n]{0,80})?=\s*(?:z|zod|Joi|joi|yup|Yup|v|Type|t|S)\s*\.\s*\w/g

const used =
  /\b(\w+)\s*\.\s*(?:parse|safeParse|parseAsync|validate|validateSync|cast)\(\s*process\.env\b|\b(?:validationSchema|schema)\s*:\s*(\w+)|\bprocess\.env\s*,\s*(\w+)|\b(?:parse|safeParse)\(\s*(\w+)\s*,\s*process\.env\b/g

/** What schemas of zod, Joi, yup, envalid, Fastify and class-validator say, where they check the environment. */
export function schemaSettings(files: readonly Code[]): Array<Found & Code> {
  const checking = new Set(
    files
      .filter(({ text }) => libraries.test(text) || text.includes('validationSchema'))
      .flatMap(({ text }) => [...text.matchAll(used)].flatMap((match) => match.slice(1).filter(Boolean))),
  )
  return files.flatMap((code) => {
    const { text } = code
    const checks = libraries.test(text) || [...text.matchAll(declared)].some(([, name]) => checking.has(name as string))
    return [...(checks ? [...keys(text), ...jsonSchema(text)] : []), ...classes(text)].map((found) => ({
      ...found,
      ...code,
    }))
  })
}

/** The keys of an object whose values are types. */
function keys(text: string): Found[] {
  const needs = memberNeeds(text, 'node')
  const found = text.matchAll(
    /(?=[A-Z])(?<=[{,]\s*["']?)([A-Z][A-Z0-9_]*)["']?\s*:\s*(?=(?:z|zod|Joi|joi|yup|Yup|v|Type|t|S|envalid)\s*\.\s*\w|(?:str|num|bool|port|url|email|host|json|makeValidator)\()/g,
  )
  return [...found].map((match): Found => {
    const chain = partsFrom(text, match.index + match[0].length, ',').parts[0] ?? ''
    const stated = /(?:\.default\(|\b(?:default|devDefault):)\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(chain)?.[1]
    const spared = /\.(optional|nullish|default|catch|allow)\(|\bdefault:/.test(chain)
    const required = /^[jJ]oi\b|^[yY]up\b/.test(chain) ? /\.required\(/.test(chain) : !spared
    const key = { name: match[1] as string, at: match.index, fallback: plainText(stated) }
    // What a refinement of the whole refuses.
    return required || key.fallback !== undefined ? { ...key, required } : { ...key, ...needed(needs(key.name)) }
  })
}

/** `properties: { NAME: { type: 'string' } }`, with the list of those that must be there. */
function jsonSchema(text: string): Found[] {
  if (!/\bproperties["']?\s*:/.test(text)) return []
  const lists = [...text.matchAll(/\brequired["']?\s*:\s*\[([^\]]{0,2000})\]/g)].map(([, list = '']) => list).join(' ')
  const must = new Set([...lists.matchAll(/["'](\w+)["']/g)].map(([, name]) => name))
  return [...text.matchAll(/\b([A-Z][A-Z0-9_]*)["']?\s*:\s*\{([^{}]{0,400})\}/g)]
    .filter(([, , value = '']) => /\btype["']?\s*:/.test(value))
    .map((match) => {
      const stated = /\bdefault["']?\s*:\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(match[2] ?? '')?.[1]
      const name = match[1] as string
      return { name, at: match.index, required: must.has(name) && stated === undefined, fallback: plainText(stated) }
    })
}

/** Fields with decorators of class-validator. */
function classes(text: string): Found[] {
  if (!/["']class-validator["']/.test(text)) return []
  const form =
    /(?<=[\s)])([A-Z][A-Z0-9_]*)([?!]?)[ \t]*(?::[ \t]*([\w[\]<>| ]{1,60}))?(?:=(?![=>])[ \t]*(?=\S)|(?=[;\n}]))/g
  const [, list = ''] = /\{([^{}]{0,2000})\}\s*from\s*["']class-validator["']/.exec(text) ?? []
  const imported = new Set(list.match(/\w+/g))
  let before = 0
  return [...text.matchAll(form)].flatMap((match): Found[] => {
    const decorators = text.slice(Math.max(before, match.index - 600), match.index)
    before = match.index + match[0].length
    if (!/@\w+\(/.test(decorators)) return []
    const value = match[0].includes('=') ? initialiser(text, before) : undefined
    // Without a type it is only known for one of these by what it reads.
    if (match[3] === undefined && !/\.[A-Z]/.test(value ?? '')) return []
    const fallback = plainText(value)
    const field = { at: match.index, fallback }
    const spared =
      match[2] === '?' ||
      /@IsOptional\(/.test(decorators) ||
      (value !== undefined && !isAbsent(value, decorators, imported))
    const condition = validatedIf(decorators, text)
    const own = condition?.of?.name === match[1]
    return namesIn(value, match[1] as string).map((name) => ({
      ...field,
      name,
      required: !spared && !own,
      ...(spared || own || condition === undefined ? {} : { condition }),
    }))
  })
}

function initialiser(text: string, from: number): string {
  return /^[^;\n]{0,200}/.exec(text.slice(from, from + 200))?.[0] ?? ''
}

/** The variables that an initialiser reads; the field's own name where it reads none, for the class is then filled by name. */
function namesIn(value: string | undefined, own: string): string[] {
  const read = [...(value ?? '').matchAll(/\.([A-Z][A-Z0-9_]*)\b/g)].map(([, name]) => name as string)
  return read.length === 0 ? [own] : read.slice(0, 1)
}

/** Checks that an empty text passes. */
const passedByEmpty = /^(?:IsString|MaxLength|IsDefined)$/

/** Whether an initialiser that reads the environment leaves its field with what the checks refuse, if the variable is absent. */
function isAbsent(value: string, decorators: string, imported: ReadonlySet<string>): boolean {
  const [, call, inside = ''] =
    /^(?:this\.)?(\w+\()?\s*[\w.]+\.[A-Z][A-Z0-9_]*\b\s*(?:\)\s*)?(\S.*)?$/.exec(value.trim()) ?? []
  if (!/\.[A-Z]/.test(value)) return false
  const all = [...decorators.matchAll(/@(\w+)\(/g)].map(([, name = '']) => name)
  const checks = all.filter((name) => imported.has(name) && name !== 'Allow' && name !== 'ValidateIf')
  if (/^(?:\?\?|\|\|)\s*(?:""|'')/.test(inside)) return checks.some((name) => !passedByEmpty.test(name))
  return inside === '' && checks.length > 0 && (call === undefined || /optional|undefined|null/i.test(call))
}

/** `@ValidateIf((env) => !env.DATABASE_URL)`. */
function validatedIf(decorators: string, text: string): Condition | undefined {
  const start = /@ValidateIf\(\s*(?:\(\s*)?\w+[^=()]{0,60}\)?\s*=>\s*/.exec(decorators)
  if (start === null) return undefined
  const [asked = ''] = argumentsFrom(decorators, start.index + start[0].length)
  return conditionOf(asked, text)
}
