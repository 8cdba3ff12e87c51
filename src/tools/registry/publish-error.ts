import { DeliveryError, type ErrorCode } from '../../model/errors.ts'
import type { Fault } from './output.ts'

/** What failed, and the state of the registry afterwards. */
export interface Attempted {
  /** E.g. `pushing registry.example.com/shop@sha256:...`. */
  doing: string
  /** One sentence: where the tags are now. */
  after: string
  /** The stage whose work it was; `PUBLISH` if omitted. */
  code?: ErrorCode
}

/** The error for a release that its registry refused: who said what, how often it was tried, what was missing, what to do. */
export function publishError(fault: Fault, { doing, after, code: stage = 'PUBLISH' }: Attempted): DeliveryError {
  const { host, message, attempts, scope, retryAfter } = fault
  const who = host === undefined ? '' : `${host}: `
  const tried = attempts > 1 ? `, tried ${attempts} times` : ''
  const missing = scope === undefined ? '' : `; the scope ${scope} is missing`
  const asked = retryAfter === undefined || retryAfter === 0 ? '' : `; it asks for ${retryAfter} s between attempts`
  return new DeliveryError(
    stage,
    `${doing} failed${tried}: ${who}${message}${missing}${asked}`,
    `${remedy(fault)} ${after}`,
  )
}

/** Where tags are after a fault while moving them: they move in order, after all were checked. */
export function afterTagging(tags: readonly string[], { code, tag }: Fault): string {
  const earlier = code === 'exists-other' && tag !== undefined ? tags.slice(0, tags.indexOf(tag)) : tags
  return earlier.length === 0
    ? 'No tag was moved.'
    : `${earlier.join(', ')} may already have been moved; the next run leaves correct tags alone.`
}

function remedy({ code, host = 'the registry', repository, tag }: Fault): string {
  switch (code) {
    case 'unauthorized':
      return `Log in to ${host} with an account that can push to ${repository}, and pass its Docker config.json with --registry-config.`
    case 'denied':
      return `Allow the account to push to ${repository}, or pass the config.json of one that can with --registry-config. It was not retried, because that would not help.`
    case 'not-found':
      return `Check the name ${repository}; some registries want a repository created first.`
    case 'conflict':
    case 'refused':
      return `Check ${host}'s rules for ${repository}: names, media types, sizes, immutable tags.`
    case 'too-many':
      return `Run again later, or log in: most registries allow more requests to authenticated users. What was sent is not sent again.`
    case 'unavailable':
    case 'reset':
    case 'timeout':
      return `Check that ${host} is running and that this machine can reach it, then run again. What was sent is not sent again.`
    case 'lying':
      return `Do not use its contents. Check whether a proxy, or ${host} itself, rewrites manifests.`
    case 'exists-other':
      return `Release under a new version: ${tag} belongs to a different image, and moves only without --immutable-tags.`
    case 'bad-reference':
    case 'layout':
      return 'Report this as a bug in Loadline.'
  }
}
