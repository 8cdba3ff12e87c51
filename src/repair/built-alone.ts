import type { Situation } from './repair.ts'

/** Files that may build a stage by its name: descriptions of builds, scripts, and what people read to build. */
const building = new RegExp(
  [
    String.raw`\.(hcl|tf|ya?ml|sh|bash|ps1|bat|cmd|mk|just)$`,
    String.raw`(^|/)[^/]*(docker|bake|compose|container|build|task|project|package)[^/]*\.json$`,
    String.raw`(^|/)(GNU)?(Make|Just|Task|Tilt|Earth|Rake|Jenkins)file[^/]*$`,
    String.raw`(^|/)(README|CONTRIBUTING)[^/]*$|(^|/)(noxfile|tasks|fabfile|dodo)\.py$|(^|/)(pom\.xml|build\.gradle(\.kts)?)$`,
    String.raw`(^|/)(\.?bin|scripts?|hack|ci|tools?|dev|deploy|\.buildkite|\.husky)/[^/.]+$`,
  ].join('|'),
  'i',
)

/** Lists of locked versions are long, and build nothing. */
const locks = /(^|\/)(package-lock|pnpm-lock|npm-shrinkwrap|conda-lock)\.(json|ya?ml)$/

/** No more are read. */
const mostBuilding = 300

/** The files of a source that may build a stage by its name, those of the upper directories first, and whether these are all. */
export function buildingFiles(paths: readonly string[]): { read: string[]; isWhole: boolean } {
  const depth = (path: string) => path.split('/').length
  const found = paths
    .filter((path) => building.test(path) && !locks.test(path))
    .toSorted((left, right) => depth(left) - depth(right) || (left < right ? -1 : 1))
  return { read: found.slice(0, mostBuilding), isWhole: found.length <= mostBuilding }
}

/**
 * Whether something in the source may build a stage for itself: it names it as what it builds, or a variable decides, or
 * not everything could be read. A repair takes nothing from such a stage.
 */
export function mayBeBuiltAlone({ source, file }: Pick<Situation, 'source' | 'file'>, stage: number): boolean {
  if (source.hasUnread === true) return true
  const name = file.instructions.find((one) => one.keyword === 'FROM' && one.stage === stage)?.words[2]
  const names = [String(stage), ...(name === undefined ? [] : [name.replaceAll('.', String.raw`\.`)])].join('|')
  const asked = new RegExp(
    String.raw`target["']?[\s\\]*(?:[:=(][\s\\]*)?["'\x60]?(?:(?:${names})(?![\w-])|[$%]|\{\{)`,
    'i',
  )
  const remarks = file.text.match(/^[ \t]*#.*$/gm) ?? []
  if (asked.test(remarks.join('\n'))) return true
  const builds = /docker|podman|buildah|nerdctl|kaniko|bake|build|skaffold|tilt/i
  return [...source.texts].some(([path, text]) => asked.test(text) && (builds.test(path) || builds.test(text)))
}
