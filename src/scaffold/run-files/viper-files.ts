import { lineAt } from '../settings/code-text.ts'
import type { Code } from '../settings/setting.ts'
import type { NamedPath } from './named-paths.ts'

/** Endings that viper tries: https://pkg.go.dev/github.com/spf13/viper#pkg-variables. */
const endings = ['yaml', 'yml', 'json', 'toml', 'env', 'properties', 'props', 'ini', 'hcl', 'dotenv']

/** Of one kind in one file: each name is sought in each folder. */
const mostCalls = 30

/** The files of a configuration that viper seeks by a name without ending, in the folders that it is given. */
export function viperFiles({ path: file, text }: Code, paths: ReadonlySet<string>): NamedPath[] {
  const given = [...text.matchAll(/\.AddConfigPath\(\s*(?:"([^"\n]{0,200})"|[^)\n]{1,100})/g)].slice(0, mostCalls)
  const folders = given.map(([, folder]) => (folder ?? '.').replace(/^\.?\/+|(?<!\/)\/+$/g, '').replace(/^\.$/, ''))
  const named = [...text.matchAll(/\.SetConfigName\(\s*"([^"\n]{1,100})"/g)].slice(0, mostCalls)
  return named.flatMap(({ 1: name = '', index }) =>
    (folders.length === 0 ? [''] : folders)
      .flatMap((folder) => ['', ...endings].map((ending) => [folder, `${name}${ending && '.'}${ending}`]))
      .map((parts) => parts.filter((part) => part !== '').join('/'))
      .filter((path) => paths.has(path))
      .map((path) => ({
        path,
        file,
        line: lineAt(text, index),
        isRead: true,
        isWord: false,
        besideCode: false,
      })),
  )
}
