import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dag } from '@dagger.io/dagger'
import { bundleFromJSON, type SerializedBundle } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { runEach } from '../../src/engine/run-each.ts'
import { toolImage } from '../../src/engine/tool-image.ts'
import { defaultPolicy } from '../../src/policy/index.ts'
import { sign } from '../../src/stages/sign/sign.ts'
import { planSigning } from '../../src/stages/sign/signer.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { consumer } from '../../src/stages/verify/attestation-reader.ts'
import { verifyAsConsumer, verifySignature } from '../../src/stages/verify/verify-signature.ts'
import { offline } from '../../src/tools/cosign/services.ts'
import { scratch } from './command-line.ts'
import { serveRegistry } from './registry.ts'
import { fetchBundles, publishedImage, pushSmallImage } from './signed-image.ts'
import { signingKey } from './signing-key.ts'
import { takeProgram } from './tool-programs.ts'

const password = 'correct-horse-canary-9d2e'

it('signs offline with a key in both forms, says where each lies, and cosign and sigstore-js verify them by hand', async () => {
  const directory = scratch()
  const engine = await findEngine({ say: () => undefined })
  const lock = parseSealedLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  const [cosign, registry] = [await takeProgram('cosign'), await serveRegistry()]
  const { privateKey, publicKey } = await signingKey(password)
  const digest = await pushSmallImage(registry, directory, 'both forms')

  await withSession(engine, join(directory, 'engine.log'), async () => {
    const published = await publishedImage(registry, digest, lock)
    const signer = {
      kind: 'key',
      key: dag.setSecret('format-key', privateKey),
      password: dag.setSecret('format-password', password),
    } as const
    const noKey = { kind: 'key', key: dag.setSecret('no-key', 'no key at all') } as const
    await expect(sign(published, planSigning(noKey, defaultPolicy.signing), lock)).rejects.toMatchObject({
      code: 'SIGN',
      message: expect.stringContaining('failed to read the signing key'),
    })

    const bundle = await sign(published, planSigning(signer, defaultPolicy.signing), lock)
    expect(bundle.stored.map(({ format }) => format)).toEqual(['bundle'])
    await expect(verifySignature(published, bundle.identity, 'legacy', lock)).rejects.toMatchObject({ code: 'VERIFY' })

    const both = await sign(published, planSigning(signer, { ...defaultPolicy.signing, format: 'both' }), lock)
    await verifyAsConsumer(both, lock)
    expect(both.stored).toEqual([
      {
        format: 'bundle',
        where: expect.stringMatching(/^referrers-(api|tag)$/),
        reference: expect.stringContaining(digest.slice('sha256:'.length)),
      },
      { format: 'legacy', where: 'signature-tag', reference: `${registry}/demo/small:${digest.replace(':', '-')}.sig` },
    ])
    // Who has none of Loadline's own programs gets the same answers, each from a container of its own.
    const { batch: _, ...others } = lock.tools
    const [together, alone] = await Promise.all(
      [lock, { ...lock, tools: others }].map(async (pinned) => {
        const asking = await consumer(published.access, both.identity, pinned)
        const { container, program } = await toolImage(pinned, 'cosign')
        const commands = [
          [program, 'version'],
          [program, 'no-such-command'],
          [program, 'version'],
        ]
        const sequence = await runEach('cosign', container, { commands, order: 'sequence' }, pinned)
        return [await asking.look(published.digest, ['tests']), sequence.map(({ exitCode }) => exitCode)] as const
      }),
    )
    expect(alone).toEqual(together)
    expect(together?.[0]).toMatchObject({ signatureFault: undefined, unverified: [expect.anything()] })
    expect(together?.[1]).toEqual([0, 1])

    const hasReferrers = (await fetch(`http://${registry}/v2/demo/small/referrers/${digest}`)).ok
    expect(both.stored[0]?.where).toBe(hasReferrers ? 'referrers-api' : 'referrers-tag')
  })

  for (const form of ['--new-bundle-format=true', '--new-bundle-format=false']) {
    const byHand = await execa(
      cosign,
      [
        'verify',
        '--key',
        publicKey,
        '--insecure-ignore-tlog=true',
        form,
        '--allow-http-registry',
        `${registry}/demo/small@${digest}`,
      ],
      { cwd: directory, reject: false },
    )
    expect(byHand.exitCode, byHand.stderr).toBe(0)
  }

  const bundles = await fetchBundles(registry, 'demo/small', digest)
  expect(bundles).toHaveLength(1)
  const rawBytes = createPublicKey(readFileSync(publicKey)).export({ type: 'spki', format: 'der' })
  const material = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(offline.trustedRoot)), () => ({
    publicKey: createPublicKey({ key: rawBytes, type: 'spki', format: 'der' }),
    validFor: () => true,
  }))
  const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
  expect(() => verifier.verify(toSignedEntity(bundleFromJSON(bundles[0] as SerializedBundle)))).not.toThrow()
  expect(readFileSync(join(directory, 'engine.log'), 'utf8')).not.toContain(password)
})
