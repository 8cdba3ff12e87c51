import type { Archive, Evidence, Reproduction, Violation } from '../../model/index.ts'
import { printable } from '../../model/printable.ts'
import { ownersOn } from '../owners.ts'
import { onEveryPlatform, type Rule } from '../rule.ts'

const wanted = 'the same image twice'

/** An image that nobody can build again from its source cannot be checked against it. */
export const reproducible: Rule = {
  id: 'reproducible',
  title: 'A second build gives the same image',
  needs: [],
  settings: ['build.reproducible'],
  severities: ['medium'],
  remedy:
    'Make the step that it names write the same bytes each time: pin what it downloads, take times from SOURCE_DATE_EPOCH, remove logs and caches; or set build.reproducible to normalize.',
  source: 'Reproducible Builds, definition; build.reproducible',
  judge({ policy, evidence }) {
    if (policy.build.reproducible !== 'verify')
      return {
        wanted,
        found: 'not judged: the policy does not ask for a second build (build.reproducible: verify)',
        violations: [],
        notJudged: true,
      }
    const images = evidence.platforms.map((image) => judgeImage(image, evidence))
    return { wanted, found: onEveryPlatform(images), violations: images.flatMap(({ violations }) => violations) }
  },
}

function judgeImage(
  { archive, reproduction }: Evidence['platforms'][number],
  evidence: Evidence,
): { platform: string; text: string; violations: Violation[] } {
  const { platform } = archive
  if (reproduction === undefined)
    return {
      platform,
      text: 'not built twice',
      violations: [violationOn(archive, 'not-built', 'the image was not built here', 'Build it from its source.')],
    }
  if (reproduction.status === 'undecided')
    return {
      platform,
      text: 'unknown',
      violations: [violationOn(archive, 'not-compared', reproduction.found, reproduction.remedy)],
    }
  const { first, second, count } = reproduction.value
  if (first !== archive.digest)
    return {
      platform,
      text: 'another image was compared',
      violations: [
        violationOn(archive, 'not-compared', `${first} was compared, and this is ${archive.digest}`, 'Run again.'),
      ],
    }
  return first === second
    ? { platform, text: 'the same image', violations: [] }
    : {
        platform,
        text: `${count} ${differing(count)}`,
        violations: differencesOf(reproduction.value, archive, evidence),
      }
}

/** One violation for each difference that is listed, so that an exception names one file, and one for all others together. */
function differencesOf(
  { count, second, differences }: Reproduction,
  archive: Archive,
  evidence: Evidence,
): Violation[] {
  const cell = evidence.platforms.find((image) => image.archive === archive)?.evidence.base
  const layers = cell?.status === 'collected' ? (cell.value.lineage?.layers ?? []) : []
  const owners = ownersOn(evidence, archive.platform)
  const listed = differences.map(({ layer, path, how }) => {
    if (layer === 0) return violationOn(archive, `configuration ${path}`, `${how} in ${second}`)
    const made = layers[layer - 1]
    const step = printable(made?.instruction ?? '', 80) || 'an unnamed step'
    return {
      ...violationOn(archive, path || `layer ${layer}`, `layer ${layer}, ${step}: ${how}`, remedyFor(path)),
      owner: owners.ofLayer(made?.diffId),
    }
  })
  return count === listed.length && listed.length > 0
    ? listed
    : [
        ...listed,
        violationOn(archive, 'more', `${count - listed.length} more ${differing(count - listed.length)} in ${second}`),
      ]
}

function differing(count: number): string {
  return count === 1 ? 'difference' : 'differences'
}

/** Files in which package managers and compilers leave a time or a random value, and how to avoid it. */
const knownCauses: ReadonlyArray<[RegExp, string]> = [
  [
    /\.pyc$/,
    'Do not compile in the build (PYTHONDONTWRITEBYTECODE=1, pip install --no-compile), or set PYTHONHASHSEED=0 for the step.',
  ],
  [/^var\/log\//, 'Remove the log in the RUN that writes it.'],
  [/^var\/cache\/ldconfig\/|^var\/cache\/apt\/|^var\/lib\/apt\/lists\//, 'Remove the cache in the RUN that writes it.'],
  [/^etc\/ssh\/ssh_host_|^etc\/machine-id$/, 'Remove it from the image, and make it where the container starts.'],
  [/^etc\/shadow-?$/, 'Write ARG SOURCE_DATE_EPOCH above the RUN: useradd then takes the day of the entry from it.'],
  [
    /\.(?:jar|war|zip|whl)$/,
    'Write ARG SOURCE_DATE_EPOCH above the RUN, and let the tool take the times in the archive from it.',
  ],
]

function remedyFor(path: string): string {
  return knownCauses.find(([known]) => known.test(path))?.[1] ?? reproducible.remedy
}

function violationOn({ platform }: Archive, id: string, found: string, remedy = reproducible.remedy): Violation {
  return { id, subject: '', severity: 'medium', platform, wanted, found, remedy }
}
