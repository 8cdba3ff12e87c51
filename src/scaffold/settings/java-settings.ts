import { plainText } from './code-text.ts'
import type { Code, Found } from './setting.ts'
import { springSettings } from './spring.ts'
import { wrapperCalls } from './wrappers.ts'

/** What the code reads by `System.getenv`, and the placeholders of Spring and MicroProfile: https://docs.spring.io/spring-boot/reference/features/external-config.html. */
export function javaSettings(files: readonly Code[]): Array<Found & Code> {
  const read = files.flatMap((code) =>
    (/\.(java|kt)$/.test(code.path) ? [...calls(code.text), ...maps(code.text)] : []).map((found) => ({
      ...found,
      ...code,
    })),
  )
  return [...read, ...springSettings(files)]
}

/** `System.getenv().get("NAME")`, also as Kotlin writes it. */
function maps(text: string): Found[] {
  const form =
    /\bgetenv\(\)\s*(?:\.\s*(?:get|getOrDefault|containsKey)\(|\[)\s*"(\w+)"\s*(?:,\s*("[^"\n]*"|[\w.]+)\s*)?[)\]]/g
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
