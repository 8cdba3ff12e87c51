import { satisfies } from 'semver'
import { DeliveryError } from '../model/errors.ts'

/** Releases that must not be pinned: compromised, or withdrawn by their publishers. */
const denied: ReadonlyArray<{ tool: string; versions: string; why: string }> = [
  {
    tool: 'trivy',
    versions: '>=0.69.4 <=0.69.6',
    why: "an attacker made these releases with the project's credentials (March 2026)",
  },
]

/** An image built without a timestamp says 1970, or the year 1; real container images are newer than this. */
const firstContainers = Date.parse('2013-01-01T00:00:00Z')
const day = 86_400_000

/** Throws `LOCK` for a release on the deny list. */
export function refuseDenied(tool: string, version: string): void {
  const found = denied.find((one) => one.tool === tool && satisfies(version, one.versions))
  if (found !== undefined)
    throw new DeliveryError(
      'LOCK',
      `${tool} ${version} is on the deny list: ${found.why}`,
      'Use a different version; the table of tools is src/tools/images.ts.',
    )
}

/** Throws `LOCK` unless an image was created at least this many days ago. An unknown age is not enough. */
export function requireAge(name: string, created: Date | undefined, minimumDays: number, now: Date): void {
  if (created === undefined || created.getTime() < firstContainers)
    throw new DeliveryError(
      'LOCK',
      `expected the image of ${name} to be at least ${minimumDays} days old, found no creation date`,
      `Look up its release date at the publisher, and pass it: --released ${name}=2026-11-01.`,
    )
  const days = Math.floor((now.getTime() - created.getTime()) / day)
  if (days < minimumDays)
    throw new DeliveryError(
      'LOCK',
      `expected the image of ${name} to be at least ${minimumDays} days old, found ${Math.max(days, 0)}: most compromised releases are discovered within days`,
      'Keep the pinned one, and try again later.',
    )
}

/**
 * The checksums of the Dagger CLI's archives by platform, from the publisher's list. Throws `LOCK` if a needed one is missing.
 */
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
          `expected a checksum for ${name} in the list of the Dagger CLI ${version}, found none`,
          'Check the list by hand: the publisher may have renamed the file.',
        )
      return [platform, `sha256:${digest}`]
    }),
  )
}
