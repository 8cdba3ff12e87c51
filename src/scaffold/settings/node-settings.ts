import { argumentsFrom, longestExpression, partsFrom, plainText, stringIn } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads of `process.env`, in the schemas that check it, and by Nest's configuration service. */
export function nodeSettings(files: readonly Code[]): Array<Found & Code> {
  return files.flatMap((code) =>
    [
      ...properties(code.text),
      ...destructured(code.text),
      ...schemas(code.text),
      ...services(code.text),
      ...wrapperCalls(code.text),
    ].map((found) => ({ ...found, ...code })),
  )
}

/** `process.env.NAME`, also through a variable that holds `process.env`; an assignment is no read. */
function properties(text: string): Found[] {
  const others = [...text.matchAll(/\b(?:const|let|var)\s+(\w+)\s*(?::[^=\n]+)?=\s*process\.env\b(?!\s*[.[?])/g)].map(
    ([, name]) => name,
  )
  // A module of this name checks process.env once and hands it on.
  const handed = [
    ...text.matchAll(
      /\bimport\s+(?:(\w+)|\{([^{}]{0,300})\})\s+from\s+["'][^"'\n]*\b(?:env|environment|config)(?:\.\w+)?(?:\.\w+)?["']/g,
    ),
  ].flatMap(([, whole, items = '']) => (whole === undefined ? environmentsIn(items) : [whole]))
  const holders = new Set([...others, ...handed])
  const form =
    /(?:\bprocess\.env\??\.|\bprocess\.env\[\s*["'`]|\b(?:import\.meta|Bun)\.env\.|(?<![.\w])(?<holder>\w+)\.)(?<name>[A-Z]\w*)(?:["'`]\s*\])?(?!\s*=(?![=>]))/g
  const reads = [...text.matchAll(form)].filter(
    ({ groups }) => groups?.['holder'] === undefined || holders.has(groups['holder']),
  )
  return reads.map((match) => ({
    name: match.groups?.['name'] as string,
    at: match.index,
    required: false,
    fallback: alternative(text.slice(match.index + match[0].length, match.index + match[0].length + 300)),
  }))
}

/** Of imported names, those that speak of the environment, as the file calls them. */
function environmentsIn(items: string): string[] {
  return items.split(',').flatMap((item) => {
    const [own = '', other = own] = item.trim().split(/\s+as\s+/)
    return /^\w*(?:env|ENV|Env|environment)$/.test(own) ? [other] : []
  })
}

/** What stands behind `??` or `||`. */
function alternative(after: string): string | undefined {
  return plainText(/^[)\s]*(?:\?\?|\|\|)\s*("[^"\n]*"|'[^'\n]*'|`[^`\n]*`|[\w.]+)/.exec(after)?.[1])
}

function destructured(text: string): Found[] {
  return [...text.matchAll(/\b(?:const|let|var)\s*\{([^{}]*)\}\s*=\s*process\.env\b(?!\s*[.[])/g)].flatMap((match) =>
    (match[1] ?? '').split(',').flatMap((part): Found[] => {
      const [, name, fallback] = /^([A-Z]\w*)\s*(?::\s*\w+\s*)?(?:=([\s\S]+))?$/.exec(part.trim()) ?? []
      return name === undefined ? [] : [{ name, at: match.index, required: false, fallback: plainText(fallback) }]
    }),
  )
}

const schemaFile = /\bprocess\.env\b|["'](@nestjs\/config|envalid|env-schema|znv|@t3-oss\/env-\w+|convict)["']/

/** The keys of a schema of zod, Joi, yup, envalid and their like, in a file that checks the environment. */
function schemas(text: string): Found[] {
  if (!schemaFile.test(text)) return []
  const keys = [
    ...text.matchAll(
      /(?=[A-Z])(?<=[{,]\s*)([A-Z][A-Z0-9_]*)\s*:\s*(?=(?:z|Joi|joi|yup|Yup|v|Type|t)\.\w|(?:str|num|bool|port|url|email|host|json|makeValidator)\()/g,
    ),
  ]
  return keys.map((match): Found => {
    const chain = partsFrom(text, match.index + match[0].length, ',').parts[0] ?? ''
    const stated = /(?:\.default\(|\b(?:default|devDefault):)\s*("[^"\n]*"|'[^'\n]*'|[\w.-]+)/.exec(chain)?.[1]
    const spared = /\.(optional|nullish|default|catch|allow)\(|\bdefault:/.test(chain)
    const required = /^[jJ]oi\b|^[yY]up\b/.test(chain) ? /\.required\(/.test(chain) : !spared
    return { name: match[1] as string, at: match.index, required, fallback: plainText(stated) }
  })
}

/** Nest's service, env-var and convict: variables by name in a call, or as the value of `env`. */
function services(text: string): Found[] {
  const calls = [
    ...text.matchAll(/\b(?:\w*[cC]onfig(?:Service)?|env)\.(get|getOrThrow|required)(?:<[^>()]*>)?\(\s*(?=["'`][A-Z])/g),
  ].flatMap((match): Found[] => {
    const [first, second] = argumentsFrom(text, match.index + match[0].length)
    const name = stringIn(first)
    const must =
      match[1] !== 'get' ||
      /^[^\n]*?\)\s*(?:\.default\([^)]*\))?\.required\(/.test(
        text.slice(match.index + match[0].length).slice(0, longestExpression),
      )
    return name === undefined ? [] : [{ name, at: match.index, required: must, fallback: plainText(second) }]
  })
  const declared = /["']convict["']/.test(text)
    ? [...text.matchAll(/\benv:\s*["']([A-Z]\w*)["']/g)].map((match) => ({
        name: match[1] as string,
        at: match.index,
        required: false,
        fallback: undefined,
      }))
    : []
  return [...calls, ...declared]
}
