import { offeredBases, type Lock } from '../../src/model/index.ts'
import type { ExternalImage } from '../../src/formats/dockerfile/external-images.ts'
import { tools, type Tool } from '../../src/tools/images.ts'

/** One checked item. `missing` means that a run would stop at it. */
export interface Remark {
  subject: string
  state: 'fine' | 'warning' | 'missing'
  found: string
  remedy?: string
}

/** A pin this old has missed months of fixes; the vulnerability rules judge what that means. */
const oldPinDays = 90

const again = 'Run "loadline lock" and commit loadline.lock.json.'
const release = 'Use the pins of this release, or write your own: "loadline tools --output FILE".'

/** What is pinned, since when, and what floats: each tool in the version that this Loadline runs, each base of the Dockerfile by digest. */
export function pinRemarks(lock: Lock, images: readonly ExternalImage[], now: Date): Remark[] {
  return [
    ...Object.values(tools).map((tool) => toolRemark(lock, tool)),
    ...uniqueBases(images).map((image) => baseRemark(lock, image, now)),
  ]
}

function toolRemark(lock: Lock, { name, version, onDemand }: Tool): Remark {
  const pinned = lock.tools[name]
  if (pinned === undefined && lock.mode === 'sealed' && onDemand === true)
    return { subject: name, state: 'fine', found: `${version}, made when a command first signs or verifies` }
  if (pinned === undefined)
    return { subject: name, state: 'missing', found: `no digest: ${version} would float`, remedy: release }
  if (pinned.version !== version)
    return {
      subject: name,
      state: 'missing',
      found: `pinned at ${pinned.version}, but this Loadline runs ${version}`,
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
        found: `${found}, collected from public files (${pinned.confidence}): the first run shows whether the registry has it`,
      }
}

function baseRemark(lock: Lock, image: ExternalImage, now: Date): Remark {
  const subject = `line ${image.line}`
  const pinned = lock.bases.find(({ reference }) => reference === image.reference)
  if (pinned === undefined) {
    if (image.digest !== undefined && lock.mode === 'connected')
      return { subject, state: 'fine', found: `${image.written}, pinned in the Dockerfile` }
    if (lock.mode === 'sealed' && offeredBases(lock).includes(image.reference))
      return { subject, state: 'fine', found: `${image.reference}: its substitute is made when a run first names it` }
    const [found, remedy] =
      lock.mode === 'sealed'
        ? [
            `${image.reference} has no substitute on this sealed network`,
            'Use a base that it has, or run on a network that reaches the registry.',
          ]
        : [
            `${image.reference} floats: neither the Dockerfile nor a lock file has its digest. A run resolves it once, and the rule base-pinned reports it`,
            again,
          ]
    return { subject, state: lock.mode === 'sealed' ? 'missing' : 'warning', found, remedy }
  }
  const days = Math.floor((now.getTime() - Date.parse(pinned.resolvedAt)) / 86_400_000)
  const found = `${image.reference} ${pinned.digest.slice(0, 19)}…, pinned ${days < 1 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`}${pinned.substitute === undefined ? '' : ', a substitute'}`
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
