import { posix } from 'node:path'
import { absolute } from './placed-paths.ts'
import type { PlacedScript } from './script.ts'

/** What an instruction needs of the source to install packages. */
export interface Install {
  /** Other paths that its words name. */
  names: readonly string[]
  /** Files of the image that it reads, those that may be missing with a question mark at their end. */
  reads: readonly string[]
  /** A directory below the directory of the manifests in which the packages are, if the source may have one too. */
  beside?: string
  /** True if it only removes packages that another one has installed. */
  prunes?: true
}

type Words = readonly string[]

/** Options by which an installer works in another directory, or reads what is not known here. */
const elsewhere =
  /^(-[CPw]|--(prefix|cwd|dir|directory|project|workspaces?|filter|recursive|userconfig|globalconfig|config-file|overrides?|build-constraints?|excludes?))(=|$)/

/** Where pip finds its settings, beside those that a variable names. */
const ofPip = ['/etc/pip.conf?', '/root/.pip/pip.conf?', '/root/.config/pip/pip.conf?']

/** uv finds its settings where it works, or above that. */
const ofUv = ['.', '..', '../..', '../../..', '../../../..'].flatMap((directory) =>
  ['uv.toml?', 'pyproject.toml?', '.python-version?'].map((name) => `${directory}/${name}`),
)

/** Commands that install packages from a manifest, each with the files that it reads, from its own directory. */
const managers: ReadonlyArray<{ program: RegExp; reads(args: Words): readonly string[] | undefined; beside?: string }> =
  [
    {
      program: /^(npm|pnpm|yarn)$/,
      reads: ([command = 'install', ...args]) =>
        /^(ci|i|install|prune)$/.test(command) && args.every((word) => isOption(word) && !elsewhere.test(word))
          ? [
              'package.json',
              ...[
                'package-lock.json',
                'npm-shrinkwrap.json',
                'yarn.lock',
                'pnpm-lock.yaml',
                '.npmrc',
                '/root/.npmrc',
              ].map((name) => `${name}?`),
            ]
          : undefined,
      beside: 'node_modules',
    },
    { program: /^(pip[0-9.]*)$/, reads: (args) => requirements(args) },
    {
      program: /^uv$/,
      reads([first, ...args]) {
        const files = first === 'pip' && !args.some((word) => elsewhere.test(word)) ? requirements(args) : undefined
        return files === undefined ? undefined : [...files, ...ofUv]
      },
    },
    {
      program: /^python[0-9.]*$/,
      reads: ([option, module = '', ...args]) =>
        option === '-m' && /^pip[0-9.]*$/.test(module) ? requirements(args) : undefined,
    },
    {
      program: /^poetry$/,
      reads: ([command, ...args]) =>
        command === 'install' && args.includes('--no-root') && !args.some((word) => elsewhere.test(word))
          ? ['pyproject.toml', 'poetry.lock?', 'poetry.toml?']
          : undefined,
    },
    {
      program: /^pipenv$/,
      reads: ([command = '', ...args]) =>
        /^(install|sync)$/.test(command) && args.every(isOption) ? ['Pipfile', 'Pipfile.lock?'] : undefined,
    },
    {
      program: /^go$/,
      reads: (args) => (args.join(' ') === 'mod download' ? ['go.mod', 'go.sum?'] : undefined),
    },
    {
      program: /^bundle$/,
      reads: ([command, ...args]) =>
        command === 'install' && args.every((word) => isOption(word) || /^\d+$/.test(word))
          ? ['Gemfile', 'Gemfile.lock?', '.bundle/config?', '.ruby-version?']
          : undefined,
    },
  ]

/** Commands that read nothing of the source. */
const independent: readonly RegExp[] = [
  /^(apt-get|apt|apk|yum|dnf|microdnf) /,
  /^rm -rf? (\/var\/lib\/apt\/lists|\/var\/cache|\/root\/\.cache|\/root\/\.npm|\/tmp\/)\S*$/,
  /^rm -rf( \/[\w./-]+(\/bin\/pip\*|\/python[\d.]+\/site-packages\/pip(-\*)?))+$/,
  /^(addgroup|adduser|groupadd|useradd) /,
  /^corepack (enable|disable|prepare [\w-]+@\S+)\b/,
  /^mkdir (-p )?\/\S+( \/\S+)*$/,
  /^(python[0-9.]* -m )?pip[0-9.]* install ((-U|--upgrade|--no-cache-dir|-q|--quiet) )*[A-Za-z][\w.[\]-]*((==|~=|>=)[\w.*]+)?( [A-Za-z][\w.[\]-]*((==|~=|>=)[\w.*]+)?)*$/,
  /^npm (install|i) (-g|--global) [@\w./^~-]+$/,
  /^(npm|yarn) (config set|cache clean)\b/,
  /^pip[0-9.]* (cache purge|config set)\b/,
  /^poetry config\b/,
]

/**
 * What a script needs of the source: undefined if it needs more than manifests, or if that is unknown. `reads` is empty
 * if it needs nothing.
 */
export function installOf({ chain, commands }: PlacedScript, directory: string | undefined): Install | undefined {
  // Others are in substitutions.
  if (chain === undefined || commands.length > chain.length) return undefined
  let place = directory
  const reads: string[] = []
  const names: string[] = []
  let beside: string | undefined
  let prunes = false
  for (const { node, words } of chain) {
    const [program = '', ...args] = words
    if (node.suffix.some(({ type }) => type !== 'Word')) return undefined
    if (program === 'cd') {
      place = args.length === 1 ? absolute(place, args[0] ?? '') : undefined
      continue
    }
    const manager = managers.find((one) => one.program.test(posix.basename(program)))
    const named = manager?.reads(args)
    if (named === undefined && !independent.some((one) => one.test(words.join(' ')))) return undefined
    const paths = (named ?? []).map((path) => (place === undefined ? undefined : posix.resolve(place, path)))
    if (paths.includes(undefined)) return undefined
    reads.push(...paths.filter((path) => path !== undefined))
    names.push(...args.flatMap((word) => pathsIn(word, place)))
    prunes ||= named !== undefined && args[0] === 'prune' && beside === undefined
    if (named !== undefined) beside ??= manager?.beside
  }
  const read = new Set(reads.map((path) => path.replace(/\?$/, '')))
  return {
    reads,
    names: names.filter((path) => !read.has(path)),
    ...(beside === undefined ? {} : { beside }),
    ...(prunes ? { prunes } : {}),
  }
}

/** The path that a word names, or the value of an option. */
function pathsIn(word: string, place: string | undefined): string[] {
  const value = word.replace(/^-[\w-]*=?/, '')
  return /^\.{0,2}\/|^\.{1,2}$/.test(value) ? [posix.resolve(place ?? '/', value)] : []
}

function isOption(word: string): boolean {
  return word.startsWith('-')
}

/** The files that pip reads; undefined if it installs something of the source itself. */
function requirements([command, ...args]: Words): string[] | undefined {
  const takesFile = /^(-r|--requirement|-c|--constraint)$/
  const files = args.flatMap((word, index) => {
    const joined = /^(?:--requirement|--constraint)=(.+)$|^-[rc](.+)$/.exec(word)
    return takesFile.test(args[index - 1] ?? '') ? [word] : joined === null ? [] : [joined[1] ?? joined[2] ?? '']
  })
  const takesValue =
    /^(-i|--index-url|--extra-index-url|--trusted-host|--timeout|--default-timeout|--retries|-f|--find-links)$/
  const others = args.filter(
    (word, index) =>
      !isOption(word) && !takesFile.test(args[index - 1] ?? '') && !takesValue.test(args[index - 1] ?? ''),
  )
  // By a name without a slash as well.
  const isLinked = args.some((word, index) =>
    /^(-f|--find-links)$/.test(args[index - 1] ?? '') || /^(-f.|--find-links=)/.test(word)
      ? !/^(-f|--find-links=)?https?:\/\//.test(word)
      : false,
  )
  const isOfSource =
    isLinked ||
    args.some((word) => /^(-e|--editable)/.test(word)) ||
    others.some((word) => /\.(txt|in|toml|py)$/.test(word) || !/^[A-Za-z][\w.=<>~![\],-]*$/.test(word))
  return command !== 'install' || files.length === 0 || isOfSource || files.some((file) => /:\/\/|\$/.test(file))
    ? undefined
    : [...files, ...ofPip]
}
