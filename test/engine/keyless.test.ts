import { createHash, generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFromJSON, type SerializedBundle } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier, type SignedEntity } from '@sigstore/verify'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEngine, type Engine } from '../../ci/run/engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { givenSigner } from '../../ci/run/signer.ts'
import {
  documentsOf,
  identityToken,
  startSigstore,
  stopSigstore,
  type SigstoreInstance,
} from '../../toolchain/sigstore/instance.ts'
import type { Lock } from '../../src/model/index.ts'
import { defaultPolicy } from '../../src/policy/index.ts'
import { ServiceAway } from '../../src/engine/patience.ts'
import type { Published } from '../../src/stages/publish/publish.ts'
import { sign } from '../../src/stages/sign/sign.ts'
import { planSigning, type Signed, type SigningPlan } from '../../src/stages/sign/signer.ts'
import { parseLock } from '../../src/stages/source/source.ts'
import { verifyAsConsumer, verifySignature } from '../../src/stages/verify/verify-signature.ts'
import { consumerFiles, type Identity } from '../../src/tools/cosign/identity.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { compiledSigstore } from './compiled.ts'
import { serveRegistry, takeProgram } from './registry.ts'
import { fetchBundles, publishedImage, pushSmallImage, tagsOf } from './signed-image.ts'
import { pythonVerifier } from './sigstore-python.ts'

const email = 'ci@example.com'

let home: string
let engine: Engine
let lock: Lock
let sigstore: SigstoreInstance
let crane: string
let cosign: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-keyless-'))
  engine = await findEngine({ say: () => undefined })
  lock = parseLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  sigstore = await startSigstore(join(home, 'sigstore'), await compiledSigstore())
  crane = await takeProgram('crane', home)
  cosign = await takeProgram('cosign', home)
})

afterAll(async () => {
  await stopSigstore(join(home, 'sigstore'))
  rmSync(home, { recursive: true, force: true })
})

async function tokenFile(directory: string, lifetimeSeconds = 600): Promise<string> {
  const path = join(directory, 'token')
  writeFileSync(path, await identityToken(sigstore, email, lifetimeSeconds))
  return path
}

/** The plan that the command line makes of its options. To be called inside a session. */
async function keylessPlan(token: string, documents = documentsOf(sigstore.directory)): Promise<SigningPlan> {
  const { signer } = await givenSigner({ identityToken: `file:${token}`, ...documents }, {})
  if (signer === undefined) throw new Error('wanted a signer')
  return planSigning(signer, defaultPolicy.signing)
}

/** The documents of the instance with one part at an address where nobody listens: to a client it is a part that has stopped, and nothing has to be started only to be stopped. */
function documentsWithout(part: 'rekor' | 'fulcio' | 'timestamps', directory: string): ReturnType<typeof documentsOf> {
  const { signingConfig, trustedRoot } = documentsOf(sigstore.directory)
  const text = readFileSync(signingConfig, 'utf8')
  const changed = text.replaceAll(sigstore.urls[part], 'http://127.0.0.1:9')
  expect(changed).not.toBe(text)
  const path = join(directory, 'signing-config.json')
  writeFileSync(path, changed)
  return { signingConfig: path, trustedRoot }
}

/** A registry with one image, which the work signs or verifies in a session of its own. */
async function withImage<T>(
  content: string,
  work: (image: { published: Published; registry: string; digest: string; directory: string }) => Promise<T>,
): Promise<T> {
  const directory = scratch()
  const registry = await serveRegistry(crane)
  const digest = await pushSmallImage(crane, registry, directory, content)
  return withSession(engine, join(directory, 'engine.log'), async () =>
    work({ published: await publishedImage(registry, digest, lock), registry, digest, directory }),
  )
}

async function signKeyless(published: Published, directory: string): Promise<Signed> {
  return sign(published, await keylessPlan(await tokenFile(directory)), lock)
}

function logSize(instance: SigstoreInstance): number {
  return Number(readFileSync(join(instance.directory, 'log-entries', 'checkpoint'), 'utf8').split('\n')[1])
}

describe('keyless signing', () => {
  it('signs with a token, and a consumer verifies by identity and issuer: by our own verify, by cosign by hand, by sigstore-js, and by sigstore of Python', async () => {
    await withImage('signed', async ({ published, registry, digest, directory }) => {
      const signed = await signKeyless(published, directory)
      expect(signed.identity).toMatchObject({
        kind: 'certificate',
        identity: email,
        issuer: sigstore.urls.issuer,
        transparencyLog: 'required',
      })
      await verifyAsConsumer(signed, lock)

      for (const [name, text] of Object.entries(consumerFiles(signed.identity)))
        writeFileSync(join(directory, name), text)
      const byHand = await execa(
        cosign,
        [
          'verify',
          '--certificate-identity',
          email,
          '--certificate-oidc-issuer',
          sigstore.urls.issuer,
          '--trusted-root',
          'trusted-root.json',
          '--insecure-ignore-sct=true',
          '--allow-http-registry',
          `${registry}/demo/small@${digest}`,
        ],
        { cwd: directory, reject: false },
      )
      expect(byHand.exitCode, byHand.stderr).toBe(0)

      const bundles = await fetchBundles(registry, 'demo/small', digest)
      expect(bundles).toHaveLength(1)
      const trusted = TrustedRoot.fromJSON(
        JSON.parse(readFileSync(documentsOf(sigstore.directory).trustedRoot, 'utf8')),
      )
      const verifier = new Verifier(toTrustMaterial(trusted), {
        tlogThreshold: 1,
        ctlogThreshold: 0,
        timestampThreshold: 1,
      })
      const entity = signedEntity(bundles[0])
      const { identity } = verifier.verify(entity, {
        subjectAlternativeName: `^${email}$`,
        extensions: { issuer: sigstore.urls.issuer },
      })
      expect(identity?.subjectAlternativeName).toBe(email)
      expect(() => verifier.verify(entity, { subjectAlternativeName: '^mallory@example.com$' })).toThrow()
      expect(statementOf(bundles[0])).toMatchObject({
        subject: [{ digest: { sha256: digest.replace('sha256:', '') } }],
      })

      const verifyInPython = await pythonVerifier()
      const bundle = join(directory, 'bundle.json')
      writeFileSync(bundle, JSON.stringify(bundles[0]))
      const expected = {
        bundle,
        trustedRoot: documentsOf(sigstore.directory).trustedRoot,
        identity: email,
        issuer: sigstore.urls.issuer,
      }
      const inPython = await verifyInPython(expected)
      expect(inPython.exitCode, inPython.complaint).toBe(0)
      expect(JSON.parse(inPython.statement)).toEqual(statementOf(bundles[0]))
      expect(await verifyInPython({ ...expected, identity: 'mallory@example.com' })).toMatchObject({
        exitCode: 1,
        complaint: expect.stringContaining('mallory@example.com'),
      })
      writeFileSync(bundle, JSON.stringify(about(bundles[0], `sha256:${'0'.repeat(64)}`)))
      expect(await verifyInPython(expected)).toMatchObject({ exitCode: 1, statement: '' })
    })
  })

  it('signs nothing twice', async () => {
    await withImage('twice', async ({ published, registry, digest, directory }) => {
      await signKeyless(published, directory)
      const entries = logSize(sigstore)
      await signKeyless(published, directory)
      expect(logSize(sigstore)).toBe(entries)
      expect(await fetchBundles(registry, 'demo/small', digest)).toHaveLength(1)
    })
  })

  it('refuses another identity, another issuer, another trusted root, a missing signature and a tampered bundle [fault 55]', async () => {
    await withImage('refused', async ({ published, registry, digest, directory }) => {
      const { identity } = await signKeyless(published, directory)
      const expected = identity as Identity & { kind: 'certificate' }
      const refused = async (differences: Partial<Identity & { kind: 'certificate' }>, image = published) => {
        await expect(verifySignature(image, { ...expected, ...differences }, 'bundle', lock)).rejects.toMatchObject({
          code: 'VERIFY',
        })
      }
      await refused({ identity: 'mallory@example.com' })
      await refused({ issuer: 'https://issuer.example.com' })
      await refused({ trustedRoot: withAnotherLogKey(expected.trustedRoot ?? '') })

      const unsigned = await pushSmallImage(crane, registry, directory, 'never signed')
      await refused({}, { ...published, digest: unsigned })
      const [bundle] = await fetchBundles(registry, 'demo/small', digest)
      await attach(registry, unsigned, JSON.stringify(bundle))
      await refused({}, { ...published, digest: unsigned })
      await attach(registry, unsigned, JSON.stringify(about(bundle, unsigned)))
      await refused({}, { ...published, digest: unsigned })
      await verifySignature(published, expected, 'bundle', lock)
    })
  })

  it('gives up at once where the token has expired, and nothing reaches the log', async () => {
    await withImage('expired', async ({ published, registry, digest, directory }) => {
      const entries = logSize(sigstore)
      const plan = await keylessPlan(await tokenFile(directory, -3600))
      await expect(sign(published, plan, lock)).rejects.toMatchObject({
        code: 'SIGN',
        message: expect.stringContaining('the identity token was refused'),
      })
      expect(logSize(sigstore)).toBe(entries)
      expect(await fetchBundles(registry, 'demo/small', digest)).toEqual([])
    })
  })

  it("signs with a key into a log of one's own, and a consumer asks for the entry", async () => {
    await withImage('key with log', async ({ published, directory }) => {
      await execa(cosign, ['generate-key-pair'], { cwd: directory, env: { COSIGN_PASSWORD: '' }, stdin: 'ignore' })
      const { signer } = await givenSigner(
        { key: `file:${join(directory, 'cosign.key')}`, ...documentsOf(sigstore.directory) },
        {},
      )
      if (signer === undefined) throw new Error('wanted a signer')
      const entries = logSize(sigstore)
      const signed = await sign(published, planSigning(signer, defaultPolicy.signing), lock)
      expect(logSize(sigstore)).toBe(entries + 1)
      expect(signed.identity).toMatchObject({ kind: 'key', transparencyLog: 'required' })
      await verifyAsConsumer(signed, lock)
      await expect(
        verifySignature(
          published,
          { ...signed.identity, trustedRoot: withAnotherLogKey(signed.identity.trustedRoot ?? '') },
          'bundle',
          lock,
        ),
      ).rejects.toMatchObject({ code: 'VERIFY' })
    })
  })

  it.each(['rekor', 'fulcio', 'timestamps'] as const)(
    'waits for %s that is away, then says so and signs nothing [fault 54]',
    async (part) => {
      await withImage(`without ${part}`, async ({ published, registry, digest, directory }) => {
        const plan = await keylessPlan(await tokenFile(directory), documentsWithout(part, directory))
        const signing = sign(published, plan, lock, { minutes: 8 / 60, firstWait: 100 })
        await expect(signing).rejects.toThrow(/a signing service is away.*tried (once|\d+ times)/s)
        await expect(signing).rejects.toBeInstanceOf(ServiceAway)
        expect(await fetchBundles(registry, 'demo/small', digest)).toEqual([])
      })
    },
  )
})

describe('keyless release by the command line', () => {
  it('moves the tag of a verified signature, and shows the token to nobody', async () => {
    const directory = scratch()
    const registry = await serveRegistry(crane)
    const token = await tokenFile(directory)
    const { signingConfig, trustedRoot } = documentsOf(sigstore.directory)
    const services = ['--signing-config', signingConfig, '--trusted-root', trustedRoot]
    const { run, exitCode, output, stdout, stderr } = await buildAndScan('examples/go-service', [
      '--publish',
      `${registry}/demo/go:1.0.0`,
      '--identity-token',
      `file:${token}`,
      ...services,
    ])
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(run.release?.signature).toMatchObject({
      signer: 'keyless',
      certificate: { identity: email, issuer: sigstore.urls.issuer },
      transparencyLog: 'private',
      verified: true,
      stored: [{ format: 'bundle' }],
    })
    expect(await tagsOf(registry, 'demo/go')).toEqual(['1.0.0'])
    const byHand = await execa(cosign, (run.release?.verifyCommand ?? '').split(' ').slice(1), {
      cwd: output,
      reject: false,
    })
    expect(byHand.exitCode, byHand.stderr).toBe(0)

    const parts = readFileSync(token, 'utf8').split('.')
    const written = [stdout, stderr, ...filesOf(output).map((path) => readFileSync(path, 'latin1'))].join('\n')
    for (const part of parts) expect(written).not.toContain(part)
  })

  it('moves no tag where the token is refused [fault 53]', async () => {
    const registry = await serveRegistry(crane)
    const { signingConfig, trustedRoot } = documentsOf(sigstore.directory)
    const token = await tokenFile(scratch(), -3600)
    const { run, exitCode } = await buildAndScan('examples/go-service', [
      '--publish',
      `${registry}/demo/go:1.0.0`,
      '--identity-token',
      `file:${token}`,
      '--signing-config',
      signingConfig,
      '--trusted-root',
      trustedRoot,
    ])
    expect({ exitCode, outcome: run.outcome, failure: run.failure?.code, verdict: run.verdict?.outcome }).toEqual({
      exitCode: 4,
      outcome: 'broken',
      failure: 'SIGN',
      verdict: 'passed',
    })
    expect(await tagsOf(registry, 'demo/go')).toEqual([])
  })

  it.each([
    ['refuse', { exitCode: 4, tags: [] as string[] }],
    ['release-unsigned', { exitCode: 0, tags: ['1.0.0'] }],
  ])('does what the policy says where the log stays away: %s [fault 54]', async (unavailable, expected) => {
    const source = scratch()
    cpSync(join(root, 'examples/go-service'), source, { recursive: true })
    appendFileSync(
      join(source, 'loadline.yaml'),
      `\nsigning:\n  unavailable: ${unavailable}\n  patienceMinutes: 0.02\n`,
    )
    const registry = await serveRegistry(crane)
    const { signingConfig, trustedRoot } = documentsWithout('rekor', scratch())
    const argv = [
      '--publish',
      `${registry}/demo/go:1.0.0`,
      '--identity-token',
      `file:${await tokenFile(scratch())}`,
      '--signing-config',
      signingConfig,
      '--trusted-root',
      trustedRoot,
    ]
    const { run, exitCode, stdout } = await buildAndScan(source, argv)
    expect({ exitCode, tags: await tagsOf(registry, 'demo/go') }).toEqual(expected)
    expect(run.failure?.message ?? run.release?.unsigned).toContain('a signing service is away')
    expect(run.release?.signature).toBeUndefined()
    expect(stdout).toContain(unavailable === 'refuse' ? 'signing service is away' : 'without a signature')
  })

  it('pushes nothing where the public log would learn of it and the policy does not allow that', async () => {
    const registry = await serveRegistry(crane)
    const { run, exitCode } = await buildAndScan('examples/go-service', [
      '--publish',
      `${registry}/demo/go:1.0.0`,
      '--identity-token',
      `file:${await tokenFile(scratch())}`,
    ])
    expect({ exitCode, failure: run.failure?.code }).toEqual({ exitCode: 4, failure: 'SIGN' })
    expect(run.failure?.message).toContain('public Sigstore instance')
    expect(
      ((await (await fetch(`http://${registry}/v2/_catalog`)).json()) as { repositories: string[] | null })
        .repositories ?? [],
    ).toEqual([])
  })

  it('judges a pull request from a fork, publishes nothing, and says why [fault 56]', async () => {
    const registry = await serveRegistry(crane)
    const { run, exitCode, stdout } = await buildAndScan(
      'examples/go-service',
      ['--publish', `${registry}/demo/go:1.0.0`, '--keyless'],
      { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', ACTIONS_ID_TOKEN_REQUEST_URL: '' },
    )
    expect({ exitCode, outcome: run.outcome, release: run.release }).toEqual({
      exitCode: 0,
      outcome: 'passed',
      release: undefined,
    })
    expect(run.notPublished).toContain('no OIDC token: publish was skipped because')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('no OIDC token')
  })
})

/**
 * The bundle as sigstore-js reads it. Its version 3.1.1 expects the digest of the payload in a log entry, and Rekor 2 logs the digest of what was
 * signed: DSSE's pre-authentication encoding. That one comparison is made here; certificate, timestamp, inclusion proof, checkpoint and signature are its own.
 */
function signedEntity(bundle: unknown): SignedEntity {
  const { signature, ...entity } = toSignedEntity(bundleFromJSON(bundle as SerializedBundle))
  const { payload, payloadType } = (bundle as { dsseEnvelope: { payload: string; payloadType: string } }).dsseEnvelope
  const bytes = Buffer.from(payload, 'base64')
  const signedBytes = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `),
    bytes,
  ])
  const compareDigest = (digest: Buffer) => digest.equals(createHash('sha256').update(signedBytes).digest())
  return {
    ...entity,
    signature: Object.assign(Object.create(signature) as SignedEntity['signature'], { compareDigest }),
  }
}

function statementOf(bundle: unknown): unknown {
  const { dsseEnvelope } = bundle as { dsseEnvelope: { payload: string } }
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8'))
}

/** The bundle of one image, changed to speak of another. */
function about(bundle: unknown, digest: string): unknown {
  const statement = {
    ...(statementOf(bundle) as object),
    subject: [{ digest: { sha256: digest.replace('sha256:', '') } }],
  }
  const { dsseEnvelope } = bundle as { dsseEnvelope: object }
  return {
    ...(bundle as object),
    dsseEnvelope: { ...dsseEnvelope, payload: Buffer.from(JSON.stringify(statement)).toString('base64') },
  }
}

/** Puts a bundle beside an image, as anybody who may push can. */
async function attach(registry: string, digest: string, bundle: string): Promise<void> {
  const base = `http://${registry}/v2/demo/small`
  const upload = async (content: string) => {
    const blobDigest = `sha256:${sha256(content)}`
    const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' })
    const location = new URL(started.headers.get('location') ?? '', `http://${registry}`)
    location.searchParams.set('digest', blobDigest)
    expect((await fetch(location, { method: 'PUT', body: content })).status).toBe(201)
    return { digest: blobDigest, size: Buffer.byteLength(content) }
  }
  const subject = await fetch(`${base}/manifests/${digest}`)
  const bytes = Buffer.byteLength(await subject.text())
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: mediaType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...(await upload('{}')) },
    layers: [{ mediaType, ...(await upload(bundle)) }],
    subject: { mediaType: subject.headers.get('content-type'), digest, size: bytes },
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1',
    },
  })
  const pushed = await fetch(`${base}/manifests/sha256:${sha256(manifest)}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
  })
  expect(pushed.status).toBe(201)
  // This registry has no referrers API: an index under a tag stands in for it.
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: mediaType,
    digest: `sha256:${sha256(manifest)}`,
    size: Buffer.byteLength(manifest),
  }
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [entry],
  })
  const tagged = await fetch(`${base}/manifests/${digest.replace(':', '-')}`, {
    method: 'PUT',
    body: index,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
  })
  expect(tagged.status).toBe(201)
  expect((await fetchBundles(registry, 'demo/small', digest)).map((found) => JSON.stringify(found))).toContain(bundle)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function withAnotherLogKey(trustedRoot: string): string {
  const changed = JSON.parse(trustedRoot) as { tlogs: Array<{ publicKey: { rawBytes: string } }> }
  const spki = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
  for (const log of changed.tlogs) log.publicKey.rawBytes = spki.toString('base64')
  return JSON.stringify(changed)
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}
