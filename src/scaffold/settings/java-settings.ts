import { longestExpression, plainText } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `System.getenv`, and the placeholders of Spring and MicroProfile: https://docs.spring.io/spring-boot/reference/features/external-config.html. */
export function javaSettings(files: readonly Code[]): Array<Found & Code> {
  return files.flatMap((code) =>
    (/\.(java|kt)$/.test(code.path)
      ? [...calls(code.text), ...maps(code.text), ...values(code.text)]
      : placeholders(code.text, 0)
    ).map((found) => ({ ...found, ...code })),
  )
}

/** `System.getenv().get("NAME")`, also as Kotlin writes it. */
function maps(text: string): Found[] {
  const form =
    /\bgetenv\(\)\s*(?:\.\s*(?:get|getOrDefault|containsKey)\(|\[)\s*"(\w+)"\s*(?:,\s*("[^"\n]*"|[\w.]+))?\s*[)\]]/g
  return [...text.matchAll(form)].map((match) => ({
    name: match[1] as string,
    at: match.index,
    required: false,
    fallback: plainText(match[2]) ?? instead(text, match.index + match[0].length),
  }))
}

/** What Kotlin takes where there is nothing. */
function instead(text: string, end: number): string | undefined {
  return plainText(/^\s*\?:\s*("[^"\n]*"|\d+)/.exec(text.slice(end, end + 200))?.[1])
}

/** `System.getenv("NAME")`, and functions around it. */
function calls(text: string): Found[] {
  return wrapperCalls(text).map((found) => {
    const end = text.indexOf(')', found.at)
    return found.fallback === undefined && end !== -1 ? { ...found, fallback: instead(text, end + 1) } : found
  })
}

/** `${NAME:fallback}`; without a fallback Spring does not start. A property's own name is one in lower case, which the environment spells in upper case. */
function placeholders(text: string, offset: number): Found[] {
  return [...text.matchAll(/\$\{([A-Za-z][\w.-]*)(?::([^{}]*))?(?=[}:])/g)].flatMap((match) => {
    const name = match[1] as string
    return /^[A-Z]/.test(name)
      ? [
          {
            name,
            at: offset + match.index,
            required: match[2] === undefined,
            fallback: match[2] === '' ? undefined : match[2],
          },
        ]
      : []
  })
}

const annotations = new RegExp(`@(?:Value|ConfigProperty|Scheduled)\\(([^)]{0,${longestExpression}})\\)`, 'g')

function values(text: string): Found[] {
  return [...text.matchAll(annotations)].flatMap((match) => placeholders(match[1] ?? '', match.index))
}
