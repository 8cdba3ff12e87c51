import { DeliveryError, type ErrorCode } from '../model/errors.ts'
import { firstLine } from '../tools/lines.ts'

/** Why a pull failed, as registries, engines and container runtimes report it. */
export type PullFault = 'missing' | 'limited' | 'refused' | 'untrusted' | 'full' | 'away' | 'other'

const full = /no space left on device|disk quota exceeded|ENOSPC/i

/** In this order: a rate limit is often worded like a refusal, and a lost connection like an unknown image. */
const signs: ReadonlyArray<[PullFault, RegExp]> = [
  ['limited', /toomanyrequests|too many requests|pull rate limit|status(?: code)?:? 429|429 Too Many/i],
  ['full', full],
  [
    'untrusted',
    /x509:|certificate (?:signed by unknown authority|has expired|is not trusted|verify failed)|tls: failed to verify/i,
  ],
  [
    'away',
    /no such host|server misbehaving|temporary failure in name resolution|temporary failure resolving|could not resolve|unable to connect|could not connect|connection refused|connection reset|network is unreachable|no route to host|i\/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout|unexpected EOF|request canceled|proxyconnect|bad gateway|service unavailable|gateway timeout|internal server error|status(?: code)?:? 5\d\d/i,
  ],
  [
    'refused',
    /unauthorized|authentication required|access denied|denied:|forbidden|no basic auth credentials|status(?: code)?:? 40[13]/i,
  ],
  [
    'missing',
    /manifest unknown|manifest for .* not found|name unknown|repository does not exist|not found|no match for platform|no matching manifest|status(?: code)?:? 404/i,
  ],
]

/** What the message of a failed pull means. */
export function readPullFault(text: string): PullFault {
  return signs.find(([, sign]) => sign.test(text))?.[0] ?? 'other'
}

/** Whether a message says that a disk is full. */
export function isFullDisk(text: string): boolean {
  return full.test(text)
}

const remedies: Readonly<Record<Exclude<PullFault, 'missing'>, string>> = {
  limited: 'Run again later, or log in ("docker login"): registries allow more requests to authenticated users.',
  refused: 'Log in to the registry ("docker login") with an account that can read the image.',
  untrusted:
    "Add your network's or proxy's CA certificate to the container runtime and to the engine: docs/engines.md says how.",
  full: 'Free disk space where the engine stores its images, and run again.',
  away: 'Check that this machine can reach the registry (DNS, proxy, firewall), and run again.',
  other: 'Read the message above; if the error persists, report it as a bug in Loadline.',
}

/**
 * The error for an image that could not be pulled, in one sentence, with what to do. `missing` is the remedy if its
 * registry does not have it.
 */
export function pullError(code: ErrorCode, what: string, error: unknown, remedy: { missing: string }): DeliveryError {
  const text = error instanceof Error ? error.message : String(error)
  const fault = readPullFault(text)
  const told = lineOf(text, fault)
  return new DeliveryError(code, `${what}: ${told}`, fault === 'missing' ? remedy.missing : remedies[fault], {
    cause: error,
  })
}

/** The one line that matters: engines print steps before it, and container runtimes their progress. */
function lineOf(text: string, fault: PullFault): string {
  const sign = signs.find(([name]) => name === fault)?.[1]
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const line = lines.findLast((one) => sign?.test(one)) ?? lines.at(-1) ?? firstLine(text)
  return line.trim().slice(-500)
}
