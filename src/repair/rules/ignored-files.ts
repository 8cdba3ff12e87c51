import { posix } from 'node:path'
import { policyName } from '../../policy/file.ts'
import { shippedInstructions, type PlacedInstruction } from '../dockerfile-file.ts'
import { ignoreList, isPlainLine, withLines } from '../ignore-list.ts'
import { violationsOf, type Repair, type Situation } from '../repair.ts'
import { sourceFileAt, workingDirectoryAt } from '../source-file.ts'

/** What a build creates itself: copied from a workstation, it could be for a different system. */
const made = {
  node: /\b(npm (ci|i|install)|yarn( install)?|pnpm (i|install))\b/,
  python: /\bpip[0-9.]* install\b|\buv sync\b|\bpoetry install\b/,
}

/** A Dockerfile that copies the whole directory gets a list of what does not belong in the image. */
export const ignoredFiles: Repair = {
  id: 'ignored-files',
  title:
    'A directory that is copied as a whole gets a .dockerignore; files in which a credential was found are in it, also if there is one already',
  answers: ['secrets'],
  propose(situation) {
    const { file, source } = situation
    const copiesAll = file.instructions.some(
      ({ keyword, words, flags }) =>
        /^(COPY|ADD)$/.test(keyword) &&
        !flags.some((flag) => flag.startsWith('--from')) &&
        words.slice(0, -1).some((word) => /^\.?\/?\.?$/.test(word)),
    )
    const remains = violationsOf(situation, 'secrets').length === 0 ? {} : { remains: [revoked] }
    if (source.paths.has(`${file.path}${ignoreList}`)) return remains
    const written = source.texts.get(ignoreList)
    const lines = written === undefined && copiesAll ? ofNew(situation) : unlisted(written ?? '', leaked(situation))
    if (lines.length === 0 || (written === undefined && source.paths.has(ignoreList))) return remains
    const proposal = {
      repair: ignoredFiles.id,
      what: `${ignoreList}: what does not belong in the image`,
      equal: false,
      files: { [ignoreList]: withLines(written, lines) },
    }
    return { proposals: [proposal], ...remains }
  },
}

const revoked = {
  rule: 'secrets' as const,
  text: 'A credential that was in an image is no longer secret: revoke it. Pass its replacement to the build with RUN --mount=type=secret, or to the container when it starts.',
}

/** The lines of a list where there is none. */
function ofNew(situation: Situation): string[] {
  const { file, policy } = situation
  const runs = file.instructions.filter(({ keyword }) => keyword === 'RUN')
  const isPython = runs.some(({ words }) => made.python.test(words.join('\n')))
  return [
    '.git',
    ignoreList,
    file.path,
    'loadline-report',
    // A change of these need not build anything again.
    policyName,
    policy.structure.file,
    ...packagesOf(situation, runs),
    ...(isPython ? ['**/__pycache__'] : []),
    ...leaked(situation),
  ]
}

/** Where the packages would be that RUNs install by a package.json: those elsewhere may be part of the source. */
function packagesOf(situation: Situation, runs: readonly PlacedInstruction[]): string[] {
  const manifests = runs
    .filter(({ words }) => made.node.test(words.join('\n')))
    .map((one) =>
      sourceFileAt(situation, one, posix.join(workingDirectoryAt(situation.file, one) ?? '/', 'package.json')),
    )
  const found = manifests.flatMap((path) =>
    path === undefined ? [] : [posix.join(posix.dirname(path), 'node_modules')],
  )
  return [...new Set(found)].filter(isPlainLine)
}

/** The paths that a list does not have; one that it takes back is listed again, and the last line counts. */
function unlisted(text: string, paths: readonly string[]): string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/^\//, ''))
  return lines.some((line) => line.startsWith('!')) ? [...paths] : paths.filter((path) => !lines.includes(path))
}

/** Files of the source in which a credential was found, identified by the end of their path in the image. */
function leaked(situation: Situation): string[] {
  const found = violationsOf(situation, 'secrets').flatMap(({ location }) =>
    location?.within === 'image' ? [location.path] : [],
  )
  const copies = shippedInstructions(situation.file).some(({ keyword }) => /^(COPY|ADD)$/.test(keyword))
  const { paths } = situation.source
  const named = !copies ? [] : found.flatMap((one) => endsOf(one).find((end) => paths.has(end)) ?? [])
  return [...new Set(named)].filter(isPlainLine).toSorted()
}

/** What a path is below each of its directories, the longest first. */
function endsOf(path: string): string[] {
  const parts = path.split('/').slice(1)
  return parts.map((_, index) => parts.slice(index).join('/'))
}
