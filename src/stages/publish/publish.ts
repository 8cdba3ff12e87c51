import type { Directory } from '@dagger.io/dagger'
import type { Digest, Lock } from '../../model/index.ts'
import * as registry from '../../tools/registry/command.ts'
import {
  readProbe,
  readPush,
  readTagging,
  type Answer,
  type Ended,
  type Fault,
  type MovedTag,
  type ReferrersBy,
} from '../../tools/registry/output.ts'
import { afterTagging, publishError } from '../../tools/registry/publish-error.ts'
import { askRegistry } from '../../engine/ask-registry.ts'
import type { ImageLayout } from './layout.ts'
import type { RegistryAccess } from '../../engine/registry-access.ts'

export type { MovedTag } from '../../tools/registry/output.ts'

/** An image in a registry, by digest. No tag points to it yet. */
export interface Published {
  access: RegistryAccess
  digest: Digest
}

/** An image that was just pushed. */
export interface Pushed extends Published {
  /** Whether the registry had no part of it before, hence nothing attached to it. */
  isNew: boolean
}

/**
 * Pushes the judged bytes by digest: blobs, manifests, then an index over them, all read back. What already exists is
 * not sent again. Throws `PUBLISH`.
 */
export async function publishByDigest(
  { directory, digest }: ImageLayout,
  access: RegistryAccess,
  lock: Lock,
): Promise<Pushed> {
  const reference = `${access.inside}@${digest}`
  const doing = `pushing ${access.repository}@${digest}`
  const pushed = await ask(
    { lock, access, directory, doing },
    (connection) => registry.push(connection, { layout: '/layout', reference }),
    readPush,
  )
  if (pushed.digest !== digest) throw unexpected(access, doing, digest, pushed.digest)
  return { access, digest, isNew: pushed.manifests.present === 0 }
}

/**
 * Points tags at the published digest, in this order. The last step of a release: everything before it left the tags
 * where they were. `immutable` refuses to move a tag that exists with a different digest. Returns the result for each:
 * another release may have overtaken this one. Throws `PUBLISH`.
 */
export async function moveTags(
  { access, digest }: Published,
  tags: readonly string[],
  lock: Lock,
  { immutable = false } = {},
): Promise<MovedTag[]> {
  const reference = `${access.inside}@${digest}`
  const doing = `tagging ${access.repository}@${digest} as ${tags.join(', ')}`
  const tagging = await ask(
    { lock, access, doing, after: (fault) => afterTagging(tags, fault) },
    (connection) => registry.tag(connection, { reference, tags, immutable }),
    readTagging,
  )
  const found = tagging.tags.map(({ tag }) => tag).join(', ')
  if (tagging.digest !== digest || found !== tags.join(', '))
    throw unexpected(access, doing, `${digest} as ${tags.join(', ')}`, `${tagging.digest} as ${found}`)
  return tagging.tags
}

/** How the registry stores what refers to a published image, such as signatures. Throws `PUBLISH` if that cannot be determined. */
export function probeReferrers({ access, digest }: Published, lock: Lock): Promise<ReferrersBy> {
  return ask(
    { lock, access, doing: `asking ${access.repository} how it stores referrers` },
    (connection) => registry.probeReferrers(connection, { reference: `${access.inside}@${digest}` }),
    readProbe,
  )
}

const noTag = 'No tag was moved.'

interface Asked {
  lock: Lock
  access: RegistryAccess
  /** Mounted at /layout. */
  directory?: Directory
  doing: string
  /** Where the tags are after an error. */
  after?: (fault: Fault) => string
}

async function ask<T>(
  { lock, access, directory, doing, after = () => noTag }: Asked,
  argv: (connection: registry.Connection) => string[],
  read: (ended: Ended) => Answer<T>,
): Promise<T> {
  const answer = await askRegistry({ access, ...(directory === undefined ? {} : { directory }), argv, read }, lock)
  if (answer.fault !== undefined) throw publishError(answer.fault, { doing, after: after(answer.fault) })
  return answer.done
}

function unexpected({ repository }: RegistryAccess, doing: string, wanted: string, found: string): Error {
  return publishError(
    { code: 'lying', attempts: 1, repository, message: `expected ${wanted}, found ${found}` },
    { doing, after: 'Check its tags before anybody pulls.' },
  )
}
