import type { Language } from '../application.ts'

/** Text in which the environment has its own name wherever a file gave it another. Lines stay where they are. */
export function withoutAliases(text: string, language: Language): string {
  return rewriters[language](text)
}

const rewriters: Readonly<Record<Language, (text: string) => string>> = {
  python: pythonText,
  node: nodeText,
  go: (text) => text,
  java: javaText,
  rust: rustText,
}

const firsts = (text: string, ...forms: RegExp[]) =>
  forms.flatMap((form) => [...text.matchAll(form)].flatMap((match) => match[1] ?? []))

/** The names that a list of imports gives to something: `environ as env, path`. */
function importedAs(lists: readonly string[], what: string, as: RegExp): string[] {
  return lists
    .flatMap((list) => list.split(','))
    .map((item) => item.trim().replaceAll(/\s+/g, ' ').split(as))
    .flatMap(([own, other]) => (own === what ? [other ?? own] : []))
}

function pythonText(text: string): string {
  const imports = firsts(
    text,
    /^[ \t]*from os import[ \t]+([^(\s][^(\n]*)$/gm,
    /^[ \t]*from os import[ \t]*\(([^()]{0,1000})\)/gm,
  )
  const holders = new Set([
    ...importedAs(imports, 'environ', / as /),
    ...firsts(text, /\b(\w+)[ \t]*=[ \t]*\w+ (?:or|if [^\n]{1,60} else) os\.environ[ \t]*$/gm),
    ...firsts(text, /\b(\w+)[ \t]*(?::[^=\n]{0,80})?=[ \t]*os\.environ(?:\.copy\(\))?[ \t]*(?=[,)\n]|$(?![\s\S]))/g),
  ])
  const calls = new Map([
    ...importedAs(imports, 'getenv', / as /).map((name) => [name, 'getenv'] as const),
    ...firsts(text, /\b(\w+)[ \t]*=[ \t]*os\.getenv[ \t]*$/gm).map((name) => [name, 'getenv'] as const),
    ...firsts(text, /\b(\w+)[ \t]*=[ \t]*os\.environ\.get[ \t]*$/gm).map((name) => [name, 'environ.get'] as const),
  ])
  if (holders.size + calls.size === 0) return text
  return text
    .replaceAll(/(?<![.\w])(\w+)(?=\[|\.(?:get|pop|setdefault|items|keys|copy)\()/g, (own: string) =>
      holders.has(own) ? 'environ' : own,
    )
    .replaceAll(/(?<=\bin )(\w+)(?![.\w(])/g, (own: string) => (holders.has(own) ? 'environ' : own))
    .replaceAll(/(?<![.\w])(?<!def )(\w+)(?=\()/g, (own: string) => calls.get(own) ?? own)
}

function nodeText(text: string): string {
  const plain = text
    .replaceAll(/\(\s*process\.env\s+as\s+[^()\n]{1,80}\)/g, 'process.env')
    .replaceAll(/\bprocess\.env!(?=[.[])/g, 'process.env')
  const process = /["'](?:node:)?process["']/.test(plain)
    ? firsts(
        plain,
        /\bimport\s+(?:\*\s*as\s+)?(\w+)\s+from\s+["'](?:node:)?process["']/g,
        /\b(\w+)\s*=\s*require\(\s*["'](?:node:)?process["']\s*\)/g,
      )
    : []
  // No file has more: each is looked for in all of it.
  const named = [...new Set(process)]
    .slice(0, 20)
    .reduce((found, name) => found.replaceAll(new RegExp(`(?<![.\\w$])${name}\\.env\\b`, 'g'), 'process.env'), plain)
  const imports = firsts(
    named,
    /\bimport\s*\{([^{}]{0,200})\}\s*from\s*["'](?:node:)?process["']/g,
    /\b(?:const|let|var)\s*\{([^{}]{0,200})\}\s*=\s*(?:globalThis\.)?process\b(?!\s*[.[])/g,
    /\b(?:const|let|var)\s*\{([^{}]{0,200})\}\s*=\s*require\(\s*["'](?:node:)?process["']\s*\)/g,
  )
  const holders = new Set([
    ...importedAs(imports, 'env', / ?: ?| as /),
    ...firsts(named, /\b(\w+)[ \t]*(?::[^=\n]{0,80})?=\s*process\.env\b(?!\s*[.[?])/g),
  ])
  if (holders.size === 0) return named
  return named
    .replaceAll(/(?<![.\w$])(\w+)(?=\??\.[A-Z]|(?:\?\.)?\[)/g, (own: string) =>
      holders.has(own) ? 'process.env' : own,
    )
    .replaceAll(/(?<=\}\s{0,10}=\s{0,10})(\w+)\b(?!\s*[.(?[])/g, (own: string) =>
      holders.has(own) ? 'process.env' : own,
    )
}

function javaText(text: string): string {
  const holders = new Set(firsts(text, /\b(\w+)\s*(?::[^=\n]{0,80})?=\s*(?:System\.)?getenv\(\)\s*(?=[;\n])/g))
  if (holders.size === 0) return text
  return text.replaceAll(/(?<![.\w])(\w+)(?=\s*\.\s*(?:get|getOrDefault|containsKey)\(|\[)/g, (own: string) =>
    holders.has(own) ? 'System.getenv()' : own,
  )
}

function rustText(text: string): string {
  const modules = new Set(['std::env', ...firsts(text, /\buse\s+std::env\s+as\s+(\w+)\s*;/g), ...envModules(text)])
  const lists = firsts(
    text,
    /\buse\s+(?:std::env|dotenvy|dotenv)::\{([^{}]{0,200})\}/g,
    /\buse\s+(?:std::env|dotenvy|dotenv)::([\w ]{1,60});/g,
  )
  const calls = new Set(['var', 'var_os'].flatMap((what) => importedAs(lists, what, / as /)))
  return text
    .replaceAll(/(?<![.\w:])(\w+)(?=::var(?:_os)?\()/g, (own: string) => (modules.has(own) ? 'env' : own))
    .replaceAll(/(?<![.\w:])(?<!fn )(\w+)(?=\()/g, (own: string) => (calls.has(own) ? 'env::var' : own))
}

/** `use std::{env as e, fs}`. */
function envModules(text: string): string[] {
  return importedAs(firsts(text, /\buse\s+std::\{([^{}]{0,400})\}/g), 'env', / as /)
}
