import { isAtOrBelow } from '../../model/is-at-or-below.ts'
import type { Language } from '../application.ts'
import { isTest, type SourceTree } from '../source-tree.ts'
import { shippedConfiguration } from '../spring/shipped-configuration.ts'
import { withoutComments } from './code-text.ts'
import { goSettings } from './go-settings.ts'
import { javaSettings } from './java-settings.ts'
import { nodeSettings } from './node-settings.ts'
import { pythonSettings } from './python-settings.ts'
import { ownReads } from './own-readers.ts'
import { withRequirements } from './requirement.ts'
import { resolvedCode } from './resolved-code.ts'
import { rustSettings } from './rust-settings.ts'
import { settingsOf, type Code, type Found, type Setting } from './setting.ts'
import { wrapperCalls } from './wrappers.ts'

const readers: Readonly<Record<Language, (files: readonly Code[]) => Array<Found & Code>>> = {
  python: pythonSettings,
  node: (files) => [
    ...nodeSettings(files.filter(({ path }) => !path.endsWith('.prisma'))),
    // A schema of Prisma fails without the variable that it names.
    ...files
      .filter(({ path }) => path.endsWith('.prisma'))
      .flatMap((code) => wrapperCalls(code.text).map((found) => ({ ...found, ...code, required: true }))),
  ],
  go: goSettings,
  java: javaSettings,
  rust: rustSettings,
}

const codeOf: Readonly<Record<Language, RegExp>> = {
  python: /\.py$/,
  node: /\.([cm]?[jt]sx?|prisma)$/,
  go: /\.go$/,
  java: /\.(java|kt)$/,
  rust: /\.rs$/,
}

/** The code of an application that is deployed, without comments and what is for other profiles; with the values that a person has given for settings. */
export function shippedCode(
  tree: SourceTree,
  language: Language,
  sources: readonly string[],
  settings: Readonly<Record<string, string | null>> = {},
): Code[] {
  const configuration = new Map(
    language === 'java' ? shippedConfiguration(tree, settings).map((code) => [code.path, code]) : [],
  )
  return [...tree.texts]
    .filter(([path]) => isAtOrBelow(path, sources))
    .flatMap(([path, text]): Code[] => {
      const configured = configuration.get(path)
      if (configured !== undefined) return [{ ...configured, text: withoutComments(configured.text, 'lines') }]
      const syntax = language === 'rust' ? 'rust' : path.endsWith('.py') ? 'hash' : 'slashes'
      return codeOf[language].test(path) && !isTest(path) ? [{ path, text: withoutComments(text, syntax) }] : []
    })
}

/** Every environment variable that shipped code reads, by name. */
export function readSettings(code: readonly Code[], language: Language): Setting[] {
  const { files, constants } = resolvedCode(code, language)
  const found = [...readers[language](files), ...ownReads(files, language, constants).found]
  return settingsOf(withRequirements(found, files, language))
}
