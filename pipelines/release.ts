import type { PassedVerdict } from '../src/gate/evaluate.ts'
import { digestOf, type Lock, type Release } from '../src/model/index.ts'
import type { BuiltArchive } from '../src/stages/build.ts'
import { layOut } from '../src/stages/layout.ts'
import { step, type Progress } from '../src/stages/progress.ts'
import { moveTag, publishByDigest } from '../src/stages/publish.ts'
import { registryAccess, type Target } from '../src/stages/registry-access.ts'
import { sign, type Signer } from '../src/stages/sign.ts'
import { verifyAsConsumer } from '../src/stages/verify.ts'

/** Where a passed image goes, and who signs it. */
export interface ReleaseRequest {
  target: Target
  signer?: Signer
  lock: Lock
  progress: Progress
}

/** A release, with the public key that verifies it where it was signed. */
export interface Released {
  release: Release
  publicKey: string | undefined
}

/**
 * publish -> sign -> verify -> tag, for the archives of a passed verdict only; the type checker sees to that.
 * Throws `PUBLISH`, `SIGN` or `VERIFY`; every tag is then where it was, and the next run goes on from there.
 */
export async function release(passed: PassedVerdict, archives: readonly BuiltArchive[], request: ReleaseRequest): Promise<Released> {
  const { lock, progress, signer } = request
  passed.mustCover(archives.map(({ archive }) => archive))
  const access = registryAccess(request.target)

  const published = await step(progress, 'publish', '', async () => publishByDigest(await layOut(archives, lock), access, lock), ({ digest }) => digest)
  const signed = signer === undefined ? undefined : await step(progress, 'sign', '', () => sign(published, signer, lock))
  if (signed !== undefined) await step(progress, 'sign', 'verify', () => verifyAsConsumer(signed, lock))
  await step(progress, 'publish', 'tag', () => moveTag(published, lock), () => `${access.repository}:${access.tag}`)

  const publicKey = signed?.publicKey
  return {
    publicKey,
    release: {
      reference: `${access.repository}:${access.tag}`,
      digest: published.digest,
      ...(publicKey === undefined ? {} : { signature: { format: 'bundle', publicKeyDigest: digestOf(publicKey), verified: true } }),
      ...(publicKey === undefined ? {} : { verifyCommand: `cosign verify --key cosign.pub --insecure-ignore-tlog=true${access.insecure ? ' --allow-http-registry' : ''} ${access.repository}@${published.digest}` }),
    },
  }
}
