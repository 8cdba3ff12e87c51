import type { Language } from '../application.ts'
import { ownReads } from './own-readers.ts'
import { resolvedCode } from './resolved-code.ts'
import type { Code } from './setting.ts'

/** Code that makes the names of variables itself, so that reading it does not show them. The second of two forms is behind the first. */
const forms: Readonly<Record<Language, ReadonlyArray<readonly [RegExp | readonly [RegExp, RegExp], string]>>> = {
  python: [
    [/\benviron\.(?:items|keys|copy)\(|\bdict\(\s*(?:os\.)?environ\b/, 'os.environ as a whole'],
    [/\.prefixed\(\s*(?:f["']|[^"'\s)]|["']\w*["']\s*[+%])/, 'environs under a computed prefix'],
    [/\benv(?:var)?_prefix[ \t]*=[ \t]*(?!["'\s]|None\b|False\b)/, 'settings under a computed prefix'],
  ],
  node: [[/\bObject\.(?:entries|keys)\(\s*process\.env\b|\.\.\.process\.env\b/, 'process.env as a whole']],
  go: [
    [/\bos\.Environ\(\)/, 'os.Environ'],
    [/\bAutomaticEnv\(\)/, "viper's AutomaticEnv"],
    [
      /\benvconfig\.(?:Must)?Process\(\s*(?!["`\s]|[\w.]*(?:ctx|[cC]ontext)\b)|\b(?:env\.Options\{[^{}]{0,400}\bPrefix:|PrefixLookuper\()\s*(?!["`\s])/,
      'structs under a computed prefix',
    ],
    [[/\bkoanf\b/, /\benv\.Provider\(/], "koanf's env.Provider"],
  ],
  java: [[/\bgetenv\(\)\s*\.\s*(?:entrySet|forEach|keySet)\(/, 'System.getenv as a whole']],
  rust: [
    [/\benv::vars(?:_os)?\(\)/, 'std::env::vars'],
    [/\bEnvironment::(?:with_prefix|default)\(/, "the config crate's Environment"],
    [/\benvy::/, 'envy'],
    [[/\bfigment\b/, /\bEnv::(?:prefixed|raw)\(/], "figment's Env"],
  ],
}

/** What reads the environment by an expression. */
const computed: Readonly<Record<Language, string>> = {
  python: 'os.environ',
  node: 'process.env',
  go: 'os.Getenv',
  java: 'System.getenv',
  rust: 'std::env',
}

/** The files that read variables whose names only the running program knows, and by what. */
export function madeNames(code: readonly Code[], language: Language): Array<{ path: string; what: string }> {
  const { files, constants } = resolvedCode(code, language)
  const made = new Set(ownReads(files, language, constants).made)
  return files.flatMap(({ path, text }) => [
    ...forms[language].flatMap(([form, what]) => (isIn(text, form) ? [{ path, what }] : [])),
    ...(made.has(path) ? [{ path, what: `${computed[language]} under a computed name` }] : []),
  ])
}

function isIn(text: string, form: RegExp | readonly [RegExp, RegExp]): boolean {
  if (form instanceof RegExp) return form.test(text)
  const [first, second] = form
  const found = first.exec(text)
  return found !== null && second.test(text.slice(found.index + found[0].length))
}
