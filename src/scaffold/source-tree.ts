/** What a scaffold knows of a source directory: every path, and the text of the files that decide something. */
export interface SourceTree {
  /** Name of the directory, for an application that gives itself none. */
  name?: string
  /** Paths of ordinary files, relative and with slashes, in one order. */
  paths: readonly string[]
  texts: ReadonlyMap<string, string>
}

/** Folders that are no source, wherever they lie: dependencies, build output, caches, version control. Nobody looks into them. */
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

/** More paths than that are no source of an application. */
export const mostPaths = 100_000

/** Files whose text may decide something, by name: what locks and describes an application, and the lock file of bases. */
const described =
  /^(requirements\.txt|pyproject\.toml|poetry\.lock|uv\.lock|package\.json|package-lock\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|\.npmrc|\.yarnrc\.yml|tsconfig(\..+)?\.json|go\.(mod|sum|work)|pom\.xml|build\.gradle(\.kts)?|settings\.gradle(\.kts)?|gradle\.lockfile|application\.(properties|ya?ml)|Cargo\.(toml|lock)|loadline\.lock\.json)$/

const code = /\.(py|[cm]?[jt]s|go|java|kt|rs)$/

/** Nothing that says where an application listens is larger; a lock file may be. */
const largestText = { code: 400_000, described: 20_000_000 }

/** Whether a file says what the application is made of, so that reading something else in its place would be wrong. */
export function describes(path: string): boolean {
  return described.test(path.slice(path.lastIndexOf('/') + 1))
}

/** How much of a file is worth reading, in bytes; undefined where nothing is. */
export function worthReading(path: string): number | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (described.test(name) || path.endsWith('.cargo/config.toml')) return largestText.described
  return code.test(name) && !isTest(path) ? largestText.code : undefined
}

/** Whether a file only serves tests, which neither ship nor say where an application listens. */
export function isTest(path: string): boolean {
  return /(^|\/)(tests?|__tests__|spec|e2e|testdata)\/|(^|\/)(test_[^/]*|conftest)\.py$|_test\.(py|go)$|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)src\/test\//.test(
    path,
  )
}

/** The tree below a folder, as if that were the source. */
export function below(tree: SourceTree, folder: string): SourceTree {
  if (folder === '') return tree
  const inside = (path: string) => path.startsWith(`${folder}/`)
  const shorter = (path: string) => path.slice(folder.length + 1)
  return {
    paths: tree.paths.filter(inside).map(shorter),
    texts: new Map([...tree.texts].filter(([path]) => inside(path)).map(([path, text]) => [shorter(path), text])),
  }
}
