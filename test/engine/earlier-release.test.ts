import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { expect, it, vi } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { earlierRelease } from '../../pipelines/earlier-release.ts'
import { digestOf } from '../../src/model/index.ts'
import { defaultPolicy } from '../../src/policy/index.ts'
import { sign } from '../../src/stages/sign/sign.ts'
import { planSigning } from '../../src/stages/sign/signer.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { scratch } from './command-line.ts'
import { serveRegistry } from './registry.ts'
import { publishedImage, pushSmallImage } from './signed-image.ts'
import { signingKey } from './signing-key.ts'

it('tells what a repository has of an image, for its digest and its signer only', async () => {
  const directory = scratch()
  const engine = await findEngine({ say: () => undefined })
  const lock = parseSealedLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  const registry = await serveRegistry()
  const { privateKey } = await signingKey('')
  const [signedDigest, other] = [
    await pushSmallImage(registry, directory, 'signed'),
    await pushSmallImage(registry, directory, 'not signed'),
  ]
  const absent = digestOf('nobody pushed this')

  await withSession(engine, join(directory, 'engine.log'), async () => {
    const port = Number(registry.split(':')[1])
    const service = dag.host().service([{ frontend: port, backend: port }], { host: '127.0.0.1' })
    const target = { reference: `${registry}/demo/small:signed`, registry: service }
    const signer = { kind: 'key', key: dag.setSecret('earlier-key', privateKey) } as const
    const published = await publishedImage(registry, signedDigest, lock)
    const { identity } = await sign(published, planSigning(signer, defaultPolicy.signing), lock)

    const earlier = earlierRelease({ target, signer }, lock)
    for (const digest of [signedDigest, absent]) earlier.begin(digest, defaultPolicy)
    expect(await Promise.all([signedDigest, other, absent].map((digest) => earlier.has(digest)))).toEqual([
      true,
      true,
      false,
    ])
    expect(await earlier.beside(signedDigest, identity)).toMatchObject({ signatureFault: undefined })
    expect(await earlier.beside(signedDigest, { ...identity, trustedRoot: 'of somebody else' })).toBeUndefined()
    expect(await earlier.beside(other, identity), 'nobody began to look').toBeUndefined()
    expect(await earlier.beside(absent, identity)).toBeUndefined()
    const now = performance.now()
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 61_000)
    expect(await earlier.beside(signedDigest, identity), 'a minute later').toBeUndefined()
    clock.mockRestore()

    const away = earlierRelease({ target: { ...target, reference: `${registry}/demo/nothing:1` }, signer }, lock)
    away.begin(signedDigest, defaultPolicy)
    expect([await away.has(signedDigest), await away.beside(signedDigest, identity)]).toEqual([false, undefined])
  })
})
