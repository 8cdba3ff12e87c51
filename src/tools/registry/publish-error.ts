import { DeliveryError } from '../../model/errors.ts'
import type { Fault } from './output.ts'

/** What could not be done, and what is true of the registry after that. */
export interface Attempted {
  /** E.g. `pushing registry.example.com/shop@sha256:...`. */
  doing: string
  /** One sentence: where the tags are now. */
  after: string
}

/** The error of a release whose registry did not do what was asked: who said what, how often it was tried, what was missing, what to do. */
export function publishError(fault: Fault, { doing, after }: Attempted): DeliveryError {
  const { host, message, attempts, scope, retryAfter } = fault
  const who = host === undefined ? '' : `${host}: `
  const tried = attempts > 1 ? `, tried ${attempts} times` : ''
  const missing = scope === undefined ? '' : `; the scope ${scope} is missing`
  const asked = retryAfter === undefined || retryAfter === 0 ? '' : `; it asks for ${retryAfter} s between attempts`
  return new DeliveryError(
    'PUBLISH',
    `${doing} failed${tried}: ${who}${message}${missing}${asked}`,
    `${remedy(fault)} ${after}`,
  )
}

/** Where tags are after a fault while they were moved: in their order, and all looked at before the first. */
export function afterTagging(tags: readonly string[], { code, tag }: Fault): string {
  const earlier = code === 'exists-other' && tag !== undefined ? tags.slice(0, tags.indexOf(tag)) : tags
  return earlier.length === 0
    ? 'No tag was moved.'
    : `${earlier.join(', ')} may have been moved already; the next run leaves alone what is right.`
}

function remedy({ code, host = 'the registry', repository, tag }: Fault): string {
  switch (code) {
    case 'unauthorized':
      return `Log in to ${host} with an account that may push to ${repository}, and give its Docker config.json with --registry-config.`
    case 'denied':
      return `Let the account push to ${repository}, or give the config.json of one that may with --registry-config. It was not tried again: that would not change it.`
    case 'not-found':
      return `Check the name ${repository}; some registries want a repository created first.`
    case 'conflict':
    case 'refused':
      return `Check the rules that ${host} has for ${repository}: names, media types, sizes, immutable tags.`
    case 'too-many':
      return `Run again later, or log in: most registries allow more to those whom they know. What was sent is not sent again.`
    case 'unavailable':
    case 'reset':
    case 'timeout':
      return `Check that ${host} runs and that this machine reaches it, then run again. What was sent is not sent again.`
    case 'lying':
      return `Do not use what it holds. Check whether a proxy, or ${host} itself, rewrites manifests.`
    case 'exists-other':
      return `Release under a version of its own: ${tag} belongs to another image, and moves only without --immutable-tags.`
    case 'bad-reference':
    case 'layout':
      return 'Report this as a bug in Loadline.'
  }
}
