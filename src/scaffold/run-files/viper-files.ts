import type { Code } from '../settings/setting.ts'
import type { SourceTree } from '../source-tree.ts'
import type { NamedPath } from './named-paths.ts'

/** Endings that viper tries: https://pkg.go.dev/github.com/spf13/viper#pkg-variables. */
const endings = ['yaml', 'yml', 'json', 'toml', 'env', 'properties', 'props', 'ini', 'hcl', 'dotenv']

/** The files of a configuration that viper seeks by a name without ending, in the folders that it is given. */
export function viperFiles({ path: file, text }: Code, tree: SourceTree): NamedPath[] {
  const folders = [...text.matchAll(/\.AddConfigPath\(\s*(?:"([^"\n]{0,200})"|[^)\n]{1,100})/g)].map(([, folder]) =>
    (folder ?? '.').replace(/^\.?\/+|\/+$/g, '').replace(/^\.$/, ''),
  )
  return [...text.matchAll(/\.SetConfigName\(\s*"([^"\n]{1,100})"/g)].flatMap(({ 1: name = '', index }) =>
    (folders.length === 0 ? [''] : folders)
      .flatMap((folder) => ['', ...endings].map((ending) => [folder, `${name}${ending && '.'}${ending}`]))
      .map((parts) => parts.filter((part) => part !== '').join('/'))
      .filter((path) => tree.paths.includes(path))
      .map((path) => ({
        path,
        file,
        line: text.slice(0, index).split('\n').length,
        isRead: true,
        isWord: false,
        besideCode: false,
      })),
  )
}
