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

/** Credentials that the search believes to be public, judged by who added the file. */
export interface Judged {
  /** Nobody's secret. */
  known: Known[]
  /** Not believed after all: the application added the file from its own source. */
  own: Known[]
  /** Believed, but worth a look: the application's steps added it, or its origin is unknown. */
  doubted: Known[]
}

/**
 * A package's file is the package's own only if its publisher added it. The base's layers are the publisher's. What
 * COPY and ADD take from the source is the application's, whatever the directory is called. What a step installs, or a
 * stage passes on, may be either.
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
  // On scratch, a whole system comes through COPY and ADD, including its package records. On a base, only a package
  // manager writes such records, and none runs in the source.
  if (because === 'published-file' && !hasBase) return 'doubted'
  const isCopied = maker === 'COPY' || maker === 'ADD'
  const isSure = owner.kind === 'application' && owner.line !== undefined && owner.copiedFrom === undefined
  return isCopied && isSure ? 'own' : 'doubted'
}

/** Reports what is believed only because a file is where packages have theirs. It does not reject. */
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
      wanted: 'credentials in package files only if a package added them',
      found: `${counted(doubted.length, 'place')} that may be a package's own: ${some(shown, doubted.length)}`,
      remedy: 'Check that they are not your own secrets. verdict.json lists all of them.',
    },
  ]
}
