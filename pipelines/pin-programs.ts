import { DeliveryError } from '../src/model/errors.ts'
import type { Platform, Run } from '../src/model/index.ts'
import { runtimePackages } from '../src/engine/oci-runtime.ts'
import { programsName, programsSource } from '../src/engine/own-programs.ts'
import type { Pin, Pins } from '../src/tools/pins.ts'

/**
 * Pins the image of Loadline's own programs, as the given run published it, for the sources of this checkout; every
 * other pin stays. No registry is asked: the run verified its own release. Throws `LOCK` unless it published this image,
 * signed, from publishers' bases, for every platform on which an engine runs.
 */
export function pinPrograms(earlier: Pins, run: Run, now: Date): Pins {
  const { mode, subject, release, evidence, loadline: version } = run
  const found = evidence?.platforms.map(({ archive }) => archive) ?? []
  const wanted = Object.keys(runtimePackages[0]?.sha256 ?? {}) as Platform[]
  const lacking = wanted.filter((platform) => !found.some((archive) => archive.platform === platform))
  if (subject.name !== programsName) throw refusal(`one of ${programsName}`, `one of ${subject.name}`)
  if (mode !== 'connected') throw refusal("one on publishers' images", `a ${mode} one`)
  if (release?.signature?.verified !== true)
    throw refusal('one that published and signed', release === undefined ? 'no release' : 'no signature')
  if (lacking.length > 0) throw refusal(`images for ${wanted.join(' and ')}`, `none for ${lacking.join(' and ')}`)
  const pin: Pin = {
    version,
    reference: release.reference,
    digest: release.digest,
    platforms: Object.fromEntries(found.map(({ platform, digest }) => [platform, digest])),
    found: { how: 'resolved', on: now.toISOString().slice(0, 10), ...signerOf(release.signature) },
    source: programsSource(),
  }
  return { ...earlier, tools: { ...earlier.tools, [programsName]: pin } }
}

function signerOf({ certificate }: { certificate?: { identity: string; issuer: string } | undefined }) {
  return certificate === undefined ? {} : { signedBy: `${certificate.identity} (${certificate.issuer})` }
}

function refusal(expected: string, found: string): DeliveryError {
  return new DeliveryError(
    'LOCK',
    `expected the verdict of a run, ${expected}, found ${found}`,
    'Give the verdict.json of a release run of programs/, which the release workflow keeps.',
  )
}
