import type { Language } from '../../../src/scaffold/application.ts'
import { madeNames } from '../../../src/scaffold/settings/made-names.ts'
import { readSettings, shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { treeOf } from './applications.ts'

function codeOf(language: Language, files: Record<string, string>) {
  const tree = treeOf(files)
  return shippedCode(tree, language, [...tree.paths])
}

/** What is read of files, as NAME, NAME! if it is required and NAME=fallback. */
export function namesRead(language: Language, files: Record<string, string>): string[] {
  return readSettings(codeOf(language, files), language).map(
    ({ name, required, fallback }) => `${name}${required ? '!' : ''}${fallback === undefined ? '' : `=${fallback}`}`,
  )
}

/** What is said to make names while it runs. */
export function namesMade(language: Language, files: Record<string, string>): string[] {
  return madeNames(codeOf(language, files), language).map(({ what }) => what)
}

/** What is read of files, as NAME, NAME! if it is required, and when. */
export function conditionsRead(language: Language, files: Record<string, string>): string[] {
  return readSettings(codeOf(language, files), language).map(
    ({ name, required, condition }) =>
      `${name}${required ? '!' : ''}${condition === undefined ? '' : ` ${condition.negated ? 'unless' : 'if'} ${condition.text}`}`,
  )
}
