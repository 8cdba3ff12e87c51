import { satisfies } from 'semver'
import { DeliveryError } from '../model/errors.ts'

/** Releases that nobody may pin: poisoned or withdrawn by their publishers. */
const denied: ReadonlyArray<{ tool: string; versions: string; why: string }> = [
  {
    tool: 'trivy',
    versions: '>=0.69.4 <=0.69.6',
    why: 'these releases were made by an attacker with the credentials of the project (March 2026)',
  },
]

/** An image whose maker writes no time says 1970, or the year 1; containers are younger than this. */
const firstContainers = Date.parse('2013-01-01T00:00:00Z')
const day = 86_400_000

/** Throws `LOCK` for a release on the deny list. */
export function refuseDenied(tool: string, version: string): void {
  const found = denied.find((one) => one.tool === tool && satisfies(version, one.versions))
  if (found !== undefined)
    throw new DeliveryError(
      'LOCK',
      `${tool} ${version} is on the deny list: ${found.why}`,
      'Run another version; the table of tools is src/tools/images.ts.',
    )
}

/** Throws `LOCK` unless an image was made at least so many days ago. An age that nobody knows is not enough. */
export function requireAge(name: string, created: Date | undefined, minimumDays: number, now: Date): void {
  if (created === undefined || created.getTime() < firstContainers)
    throw new DeliveryError(
      'LOCK',
      `the image of ${name} does not say when it was made, and at least ${minimumDays} days are wanted`,
      `Look up the day of its release at the publisher's, and give it: --released ${name}=2026-11-01.`,
    )
  const days = Math.floor((now.getTime() - created.getTime()) / day)
  if (days < minimumDays)
    throw new DeliveryError(
      'LOCK',
      `the image of ${name} is ${Math.max(days, 0)} days old, and at least ${minimumDays} are wanted: most poisoned releases are found within days`,
      'Keep the pinned one, and ask again later.',
    )
}

/** The checksums of the Dagger CLI's archives by platform, from the list that its publisher has beside them. Throws `LOCK` where one that is wanted is missing. */
export function readChecksums(text: string, version: string, platforms: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    platforms.map((platform) => {
      const name = `dagger_v${version}_${platform.replace('/', '_')}.tar.gz`
      const digest = text
        .split('\n')
        .map((line) => /^([0-9a-f]{64}) [ *](\S+)$/.exec(line.trim()))
        .find((match) => match?.[2] === name)?.[1]
      if (digest === undefined)
        throw new DeliveryError(
          'LOCK',
          `the list of checksums of the Dagger CLI ${version} has none for ${name}`,
          'Look at the list by hand: the publisher may have renamed the file.',
        )
      return [platform, `sha256:${digest}`]
    }),
  )
}
