import { posix } from 'node:path'
import { manifestOf, record } from './manifest.ts'
import { absolute } from './placed-paths.ts'
import { isPlainPath, type Situation } from './repair.ts'

/** A command that compiles an application. */
export interface Compilation {
  words: readonly string[]
  /** The variables that are set for it alone, as they are written before it. */
  assigned: string
  /** The directory in which it finds its manifests. */
  directory: string
}

/** A compiler that can fetch or compile what an application depends on before there is any code. */
export interface Compiler {
  /** What a command compiles, in the directory in which it works; undefined if it is another command. */
  compiles(words: readonly string[], here: string): Pick<Compilation, 'words' | 'directory'> | undefined
  /** Files that it reads, those that may be missing with a question mark at their end. */
  manifests: readonly string[]
  /** Whether a file is code, by its path below the manifests. */
  isCode(path: string): boolean
  /**
   * The commands that work without code, started in some directory, and leave only what others provide. Undefined if the
   * manifests, which are in `root` in the source, may not be sufficient.
   */
  commands(compilation: Compilation, from: string, root: string, source: Situation['source']): string[] | undefined
}

/** Go modules are downloaded when the code is compiled, unless they are there. */
export const goCompiler: Compiler = {
  compiles: (words, here) => (/^go (build|install)\b/.test(words.join(' ')) ? { words, directory: here } : undefined),
  manifests: ['go.mod', 'go.sum?'],
  isCode: (path) => path.endsWith('.go'),
  commands({ assigned, directory }, from, root, { texts, paths }) {
    const manifest = texts.get(posix.join(root, 'go.mod')) ?? ''
    // A module of the source is not there yet.
    if (!/^[ \t]*require\b/m.test(manifest) || /=>\s*\.{0,2}\//.test(manifest)) return undefined
    if (paths.has(posix.join(root, 'vendor/modules.txt'))) return undefined
    if (from !== directory && !isPlainPath(directory)) return undefined
    // Which modules are private, and where they are, may be said for the compilation alone.
    const settings = /\bGO(PRIVATE|PROXY|NOPROXY|SUMDB|NOSUMDB|INSECURE|AUTH|FLAGS)=/.test(assigned) ? assigned : ''
    return [`${settings}go mod download${from === directory ? '' : ` -C ${directory}`}`]
  },
}

/** Options of `cargo build` that mean the same for a package without code. */
const cargoOption =
  /^(--release|-r|-v+|--verbose|-q|--quiet|--locked|--all-features|--no-default-features|--(target|features)=[\w,-]+)$/

/**
 * Packages are compiled with an empty program in place of the code. Cargo tells by a file's time whether it has changed,
 * so that what it made of the empty one is removed: otherwise older code would not be compiled.
 */
const cargo: Compiler = {
  compiles: (words, here) => (/^cargo build\b/.test(words.join(' ')) ? { words, directory: here } : undefined),
  manifests: ['Cargo.toml', 'Cargo.lock?', 'rust-toolchain?', 'rust-toolchain.toml?'],
  isCode: (path) => path.startsWith('src/'),
  commands({ words, assigned, directory }, from, root, { texts, paths }) {
    const manifest = manifestOf(texts, 'Cargo.toml')
    const { name, build } = record(manifest['package'])
    const steering = [...paths].some((path) => /^(build\.rs|\.cargo\/.*|src\/bin\/.*)$/.test(path))
    const isPlain = Object.keys(manifest).every((key) =>
      /^(package|dependencies|dev-dependencies|profile|features|lints)$/.test(key),
    )
    const isOfSource = ['dependencies', 'dev-dependencies'].some((key) =>
      Object.values(record(manifest[key])).some((one) => record(one)['path'] !== undefined || record(one)['workspace']),
    )
    const options = words.slice(2)
    if (typeof name !== 'string' || !/^[\w-]+$/.test(name) || build !== undefined) return undefined
    if (root !== '.' || from !== directory || steering || !isPlain || isOfSource) return undefined
    const empty = ['src/main.rs', 'src/lib.rs'].filter((path) => paths.has(path))
    if (!empty.includes('src/main.rs') || !options.every((one) => cargoOption.test(one))) return undefined
    const cleaned = options.filter((one) => /^(--release|-r|--target=)/.test(one))
    return [
      'mkdir src',
      ...empty.map((path) => (path === 'src/main.rs' ? `echo 'fn main() {}' > ${path}` : `touch ${path}`)),
      `${assigned}${words.join(' ')}`,
      [`${assigned}cargo clean`, `-p ${name}`, ...cleaned].join(' '),
      'rm -r src',
    ]
  },
}

/** Goals and options of Maven that leave nothing outside the build: another goal may publish what it finds. */
const mavenWord =
  /^(clean|package|verify|install|-[BUeq]|-ntp|--(batch-mode|no-transfer-progress|quiet|errors|update-snapshots)|-D[\w.-]+(=[\w.,:/-]*)?|-P[\w,-]+|-f|--file|[\w./-]*pom\.xml)$/

/** Maven fetches each plugin when it gets to it: without code as well. */
const maven: Compiler = {
  compiles([program = '', ...args], here) {
    const at = args.findIndex((word) => /^(-f|--file)$/.test(word))
    const path = absolute(here, at === -1 ? 'pom.xml' : (args[at + 1] ?? ''))
    const isBuild = program === 'mvn' && args.some((word) => /^(package|verify|install)$/.test(word))
    return isBuild && path !== undefined && posix.basename(path) === 'pom.xml'
      ? { words: [program, ...args], directory: posix.dirname(path) }
      : undefined
  },
  manifests: ['pom.xml'],
  isCode: (path) => path.startsWith('src/'),
  commands({ words, assigned, directory }, from, _, { paths }) {
    const pom = posix.join(directory, 'pom.xml')
    const target = posix.join(directory, 'target')
    const isOne = [...paths].filter((path) => posix.basename(path) === 'pom.xml').length === 1
    const steering = [...paths].some((path) => /(^|\/)\.mvn\/(?!wrapper\/)/.test(path))
    if (
      !isOne ||
      !isPlainPath(target) ||
      steering ||
      (from !== directory && !words.includes(pom)) ||
      !words.slice(1).every((word) => mavenWord.test(word))
    )
      return undefined
    // Spring Boot would not find a main class.
    return [`test ! -e ${target}`, `${assigned}${words.join(' ')} -Dspring-boot.repackage.skip`, `rm -rf ${target}`]
  },
}

/** Those that are known. */
export const compilers: readonly Compiler[] = [goCompiler, cargo, maven]
