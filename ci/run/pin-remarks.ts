import type { Lock } from '../../src/model/index.ts'
import type { ExternalImage } from '../../src/formats/dockerfile/external-images.ts'
import { tools } from '../../src/tools/images.ts'

/** One thing that was looked at. `missing` is what a run would stop at. */
export interface Remark {
  subject: string
  state: 'fine' | 'warning' | 'missing'
  found: string
  remedy?: string
}

/** A pin this old has missed some months of repairs; the vulnerability rules judge what that means. */
const oldPinDays = 90

const again = 'Run "loadline lock" and commit loadline.lock.json.'
const release = 'Use the pins of this release, or write your own for it: "loadline tools --output FILE".'

/** What is pinned, since when, and what floats: each tool in the version that this Loadline runs, each base of the Dockerfile by digest. */
export function pinRemarks(lock: Lock, images: readonly ExternalImage[], now: Date): Remark[] {
  return [
    ...Object.values(tools).map(({ name, version }) => toolRemark(lock, name, version)),
    ...uniqueBases(images).map((image) => baseRemark(lock, image, now)),
  ]
}

function toolRemark(lock: Lock, name: string, version: string): Remark {
  const pinned = lock.tools[name]
  if (pinned === undefined)
    return { subject: name, state: 'missing', found: `no digest: ${version} would float`, remedy: release }
  if (pinned.version !== version)
    return {
      subject: name,
      state: 'missing',
      found: `pinned at ${pinned.version}, and this Loadline runs ${version}`,
      remedy: release,
    }
  if (!pinned.reference.includes('@sha256:'))
    return { subject: name, state: 'missing', found: `${pinned.reference} has no digest`, remedy: release }
  const found = `${version} ${pinned.digest.slice(0, 19)}…`
  return pinned.confidence === undefined || pinned.confidence === 'confirmed'
    ? { subject: name, state: 'fine', found }
    : {
        subject: name,
        state: pinned.confidence === 'likely' ? 'fine' : 'warning',
        found: `${found}, collected from public files (${pinned.confidence}): the first run finds out whether its registry has it`,
      }
}

function baseRemark(lock: Lock, image: ExternalImage, now: Date): Remark {
  const subject = `line ${image.line}`
  const pinned = lock.bases.find(({ reference }) => reference === image.reference)
  if (pinned === undefined) {
    if (image.digest !== undefined && lock.mode === 'connected')
      return { subject, state: 'fine', found: `${image.written}, pinned where it is written` }
    const [found, remedy] =
      lock.mode === 'sealed'
        ? [
            `${image.reference} has no stand-in on this sealed network`,
            'Start from a base that it has, or run where the registry can be reached.',
          ]
        : [
            `${image.reference} floats: no digest where it is written, none in a lock file. A run resolves it once, and the rule base-pinned says so`,
            again,
          ]
    return { subject, state: lock.mode === 'sealed' ? 'missing' : 'warning', found, remedy }
  }
  const days = Math.floor((now.getTime() - Date.parse(pinned.resolvedAt)) / 86_400_000)
  const found = `${image.reference} ${pinned.digest.slice(0, 19)}…, pinned ${days < 1 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`}${pinned.substitute === undefined ? '' : ', a stand-in'}`
  return days > oldPinDays && pinned.substitute === undefined
    ? { subject, state: 'warning', found, remedy: again }
    : { subject, state: 'fine', found }
}

function uniqueBases(images: readonly ExternalImage[]): ExternalImage[] {
  return images.filter(
    ({ reference }, index) =>
      reference !== 'scratch' && images.findIndex((other) => other.reference === reference) === index,
  )
}
