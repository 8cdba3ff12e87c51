/** What a scaffold knows about a source directory: every path, and the text of the files that matter. */
export interface SourceTree {
  /** Name of the directory, for an application without its own name. */
  name?: string
  /** Paths of regular files, relative and with slashes, sorted. */
  paths: readonly string[]
  texts: ReadonlyMap<string, string>
}

/** Directories that are not source, wherever they are: dependencies, build output, caches, version control. They are skipped. */
export const notSource: ReadonlySet<string> = new Set([
  '.git',
  '.gradle',
  '.idea',
  '.mypy_cache',
  '.next',
  '.pytest_cache',
  '.ruff_cache',
  '.tox',
  '.venv',
  '.vscode',
  '__pycache__',
  'dist',
  'loadline-report',
  'node_modules',
  'target',
  'venv',
  'vendor',
])

/** The limit on paths in an application's source. */
export const mostPaths = 100_000

/** Files whose text may matter, by name: those that lock and describe an application, and the lock file of bases. */
const described =
  /^(requirements\.txt|pyproject\.toml|poetry\.lock|uv\.lock|package\.json|package-lock\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|\.npmrc|\.yarnrc\.yml|tsconfig(\..+)?\.json|go\.(mod|sum|work)|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.lockfile|Cargo\.(toml|lock)|loadline\.lock\.json)$/

/** Files with the settings of a framework: they describe the application, and people write them. */
const configuration = /^application(-[\w-]+)?\.(properties|ya?ml)$/

/** Files that tell of an application what its code does not: how it was built, started and migrated until now. */
const told = /^(Dockerfile|Procfile|alembic\.ini|(docker-)?compose\.ya?ml)$/

const code = /\.(py|[cm]?[jt]sx?|prisma|go|java|kt|rs)$/

/** No file that says where an application listens is larger; a lock file may be. */
const largestText = { code: 400_000, described: 20_000_000 }

/** Whether a file describes the application, so that reading something else in its place would be wrong. */
export function describes(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return described.test(name) || configuration.test(name)
}

/** How many bytes of a file are worth reading; undefined for none. */
export function worthReading(path: string): number | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (described.test(name) || path.endsWith('.cargo/config.toml')) return largestText.described
  return name === 'Dockerfile' || configuration.test(name) || ((code.test(name) || told.test(name)) && !isTest(path))
    ? largestText.code
    : undefined
}

/** Whether a file only serves tests, which neither ship nor say where an application listens. */
export function isTest(path: string): boolean {
  return /(^|\/)(tests?|__tests__|spec|e2e|testdata)\/|(^|\/)(test_[^/]*|conftest)\.py$|_test\.(py|go)$|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)src\/test\//.test(
    path,
  )
}

/** The tree below a directory, as if that were the source. */
export function below(tree: SourceTree, folder: string): SourceTree {
  if (folder === '') return tree
  const inside = (path: string) => path.startsWith(`${folder}/`)
  const shorter = (path: string) => path.slice(folder.length + 1)
  return {
    paths: tree.paths.filter(inside).map(shorter),
    texts: new Map([...tree.texts].filter(([path]) => inside(path)).map(([path, text]) => [shorter(path), text])),
  }
}

/** The first part of a path. */
export function topOf(path: string): string {
  return path.split('/', 1)[0] ?? path
}

/** Every file and every folder. */
export function placesIn(tree: SourceTree): ReadonlySet<string> {
  const places = new Set<string>()
  for (const path of tree.paths)
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
      const place = path.slice(0, at)
      if (places.has(place)) break
      places.add(place)
    }
  return places
}

/** A path up to the first part with a sign that makes it a pattern, or that only a program knows. */
export function plainStart(path: string, sign: RegExp): string {
  const parts = path.split('/')
  const open = parts.findIndex((part) => sign.test(part))
  return (open === -1 ? parts : parts.slice(0, open)).join('/')
}

/** A path without dots and doubled slashes; undefined if it leads out of the source. */
export function plainPath(path: string): string | undefined {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '..' && part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
