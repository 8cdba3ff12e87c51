import type { Language } from './application.ts'
import { argumentsFrom, lineAt, stringIn } from './settings/code-text.ts'
import type { Code } from './settings/setting.ts'

/** Calls that start another program, up to its name. */
const calls: Readonly<Record<Language, RegExp>> = {
  python:
    /\b(?:subprocess\.(?:run|Popen|call|check_call|check_output|getoutput)|os\.(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?)|create_subprocess_(?:exec|shell))\(\s*(?:args\s*=\s*)?[[(]?\s*/g,
  node: /(?:\bchild_process\.|\bcp\.|child_process["']\)\s*\.|(?<![.\w]))(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|execa)\(\s*/g,
  go: /\bexec\.Command(?:Context\([^,()]*(?:\(\)\s*)?,|\()\s*/g,
  java: /\b(?:new ProcessBuilder\(|getRuntime\(\)\s*\.exec\()\s*(?:List\.of\(|new String\[\]\s*\{)?\s*/g,
  rust: /\bCommand::new\(\s*/g,
}

/** In one file: no application starts more. */
const mostCalls = 300

/** The image has the interpreter itself. */
const there = /^(?:python3?|node)$/

/** A note on the programs that shipped code starts: the image has none but its own, and no shell. */
export function otherProgramsNotes(code: readonly Code[], language: Language): string[] {
  const found = code.flatMap(({ path, text }) => {
    if (language === 'node' && !/child_process|execa/.test(text)) return []
    return [...text.matchAll(calls[language])].slice(0, mostCalls).flatMap((match) => {
      const line = lineAt(text, match.index)
      const argument = argumentsFrom(text, match.index + match[0].length)[0] ?? ''
      const name = stringIn(argument)?.trim().split(/\s+/)[0]
      const isOwn = name === undefined ? /\bsys\.executable\b|\bprocess\.execPath\b/.test(argument) : there.test(name)
      return isOwn ? [] : [`${name ?? 'one that only the running program names'} (${path}:${line})`]
    })
  })
  return found.length === 0
    ? []
    : [
        `It starts other programs: ${found.slice(0, 6).join(', ')}${found.length > 6 ? ` and ${found.length - 6} more` : ''}. The image has none but its own, and no shell: that fails there. Use a library instead, or another final base that has them.`,
      ]
}
