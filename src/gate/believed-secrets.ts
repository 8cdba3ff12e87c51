import {
  describeOwner,
  type Owner,
  type Owners,
  type Platform,
  type SecretSearch,
  type Violation,
} from '../model/index.ts'
import { counted } from '../model/measures.ts'
import { some } from './secret-search.ts'

type Known = SecretSearch['known'][number]

/** What the search of an image believes to be known to others, after asking who brought it. */
export interface Judged {
  /** Nobody's secret. */
  known: Known[]
  /** As good as not believed: the application brought the file itself, from its source. */
  own: Known[]
  /** Believed, and to be looked at: the application's steps brought it, or nobody knows who did. */
  doubted: Known[]
}

/**
 * A file of a package is the package's own only where its publisher brought it. The layers of the base are the publisher's. What COPY and ADD take from the source is the
 * application's, whatever the directory is called. What a step installs, or a stage hands over, may be either.
 */
export function judgeKnown(search: SecretSearch | undefined, owners: Owners): Judged {
  const judged: Judged = { known: [], own: [], doubted: [] }
  for (const one of search?.known ?? [])
    judged[belief(one.because, owners.ofLayer(one.layer), owners.hasBase)].push(one)
  return judged
}

function belief(because: Known['because'], owner: Owner, hasBase: boolean): keyof Judged {
  if (because === 'example-value' || owner.kind === 'base') return 'known'
  const maker = owner.kind === 'application' ? owner.instruction.split(' ', 1)[0] : undefined
  if (because === 'published-file' && maker === 'RUN') return 'known'
  // From scratch, a whole system comes through COPY and ADD, with the records of its packages. On a base, only a package manager writes such records, and none of them runs in the source.
  if (because === 'published-file' && !hasBase) return 'doubted'
  const isCopied = maker === 'COPY' || maker === 'ADD'
  const isSure = owner.kind === 'application' && owner.line !== undefined && owner.copiedFrom === undefined
  return isCopied && isSure ? 'own' : 'doubted'
}

/** Names what is believed only because a file lies where packages have theirs. It does not deny. */
export function doubtedOf(doubted: readonly Known[], owners: Owners, platform: Platform): Violation[] {
  if (doubted.length === 0) return []
  const shown = doubted.slice(0, 3).map(({ title, location, layer }) => {
    const owner = owners.ofLayer(layer)
    return `${title} in ${location.path} (${describeOwner(owner)})`
  })
  return [
    {
      id: 'secrets-of-packages',
      subject: 'packages',
      severity: 'unknown',
      platform,
      wanted: 'credentials of packages only where a package brought them',
      found: `${counted(doubted.length, 'place')} that may be a package's own: ${some(shown, doubted.length)}`,
      remedy: 'Look for yourself that they are no secrets of yours. verdict.json lists all of them.',
    },
  ]
}
