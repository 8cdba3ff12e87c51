import { placesIn, plainStart, type SourceTree } from '../source-tree.ts'
import { codeAtTop } from '../top-level.ts'

/** What a build, and what the final image has of the source. */
export interface NodeSources {
  build: { folders: string[]; files: string[] }
  shipped: { folders: string[]; files: string[] }
}

const isCode = /\.([cm]?[jt]sx?|json)$/
const settings = /^tsconfig(\..+)?\.json$|^[^/]+\.config\.[cm]?[jt]s$|^\.npmrc$|^\.yarnrc\.yml$/

/** What bundlers and generators of code read without being told. */
const ofBundlers = /^(?:public|static|assets|views|templates|locales|i18n|prisma)$|^[^/]+\.html$/

/** The code that is shipped, and what the build needs beyond it: its settings, what its scripts name, and what a bundler takes. */
export function nodeSources(
  tree: SourceTree,
  lockFiles: readonly string[],
  scripts: Readonly<Record<string, string>>,
  file: string,
): NodeSources {
  const tops = new Set(tree.paths.map((path) => path.split('/')[0] as string))
  const isFile = (path: string) => tree.paths.includes(path)
  const wanted = ({ folders, files }: { folders: string[]; files: string[] }, isKept: (path: string) => boolean) => ({
    folders: [...new Set(folders)].sort(),
    files: [...new Set(files)].filter((path) => !lockFiles.includes(path) && isKept(path)).sort(),
  })
  const shipped = wanted(
    codeAtTop(tree, isCode, isFile(file) ? [file] : []),
    (path) => !/^tsconfig|\.config\./.test(path),
  )
  if (scripts['build'] === undefined) return { build: shipped, shipped }
  const named = namedByScripts(tree, scripts)
  const code = codeAtTop(tree, isCode, named)
  const taken = [...tops].filter((name) => ofBundlers.test(name))
  const more = [...named, ...taken].filter((path) => !code.folders.includes(path.split('/')[0] as string))
  return {
    shipped,
    build: wanted(
      {
        folders: [...code.folders, ...more.filter((path) => !isFile(path))],
        files: [...code.files, ...tree.paths.filter((path) => settings.test(path)), ...more.filter(isFile)],
      },
      () => true,
    ),
  }
}

/** Files and folders of the source that the scripts of a build name. */
function namedByScripts(tree: SourceTree, scripts: Readonly<Record<string, string>>): string[] {
  const written = new Map(Object.entries(scripts))
  const run = new Set(['prebuild', 'build', 'postbuild'])
  for (const name of run)
    for (const word of (written.get(name) ?? '').split(/[\s;&|"'()]+/))
      if (written.has(word)) for (const one of [`pre${word}`, word, `post${word}`]) run.add(one)
  const words = [...run].flatMap((name) => (written.get(name) ?? '').split(/[\s;&|"'()=]+/))
  const places = placesIn(tree)
  return words.flatMap((word) => {
    const path = plainStart(word.replace(/^(?:\.\/)+/, ''), /[*?{[$]/).replace(/(?<!\/)\/+$/, '')
    return places.has(path) && !path.startsWith('.') && /^[\w.@+/-]+$/.test(path) ? [path] : []
  })
}
