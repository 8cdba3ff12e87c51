import type { Language } from '../application.ts'
import { withoutAliases } from './aliases.ts'
import { constantsOf, withConstants, type Constants } from './held-texts.ts'
import type { Code } from './setting.ts'

/** Code in which the environment has its own name, and variables have theirs where a constant held it. */
export function resolvedCode(code: readonly Code[], language: Language): { files: Code[]; constants: Constants } {
  const plain = code.map((one) => ({ ...one, text: withoutAliases(one.text, language) }))
  const constants = constantsOf(plain, language, 'name')
  const starts = constantsOf(plain, language, 'prefix')
  return { files: plain.map((file) => withConstants(file, language, { constants, starts })), constants }
}
