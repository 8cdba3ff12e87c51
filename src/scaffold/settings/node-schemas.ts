import { partsFrom, plainText } from './code-text.ts'
import type { Code, Found } from './setting.ts'

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
  const found = text.matchAll(
    /(?<=[{,]\s*["']?)([A-Z][A-Z0-9_]*)["']?\s*:\s*(?=(?:z|zod|Joi|joi|yup|Yup|v|Type|t|S|envalid)\s*\.\s*\w|(?:str|num|bool|port|url|email|host|json|makeValidator)\()/g,
  )
  return [...found].map((match): Found => {
    const chain = partsFrom(text, match.index + match[0].length, ',').parts[0] ?? ''
    const stated = /(?:\.default\(|\b(?:default|devDefault):)\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(chain)?.[1]
    const spared = /\.(optional|nullish|default|catch|allow)\(|\bdefault:/.test(chain)
    const required = /^[jJ]oi\b|^[yY]up\b/.test(chain) ? /\.required\(/.test(chain) : !spared
    return { name: match[1] as string, at: match.index, required, fallback: plainText(stated) }
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
    /(?<=[\s)])([A-Z][A-Z0-9_]*)([?!]?)[ \t]*:[ \t]*([\w[\]<>| ]{1,60})(?:=[ \t]*("[^"\n]*"|'[^'\n]*'|[\w.-]+))?/g
  let before = 0
  return [...text.matchAll(form)].flatMap((match): Found[] => {
    const decorators = text.slice(Math.max(before, match.index - 600), match.index)
    before = match.index + match[0].length
    if (!/@\w+\(/.test(decorators)) return []
    const spared = match[2] === '?' || match[4] !== undefined || /@IsOptional\(/.test(decorators)
    return [{ name: match[1] as string, at: match.index, required: !spared, fallback: plainText(match[4]) }]
  })
}
