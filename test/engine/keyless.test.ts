import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toTrustMaterial, Verifier } from '@sigstore/verify'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEngine, type Engine } from '../../ci/run/choose-engine.ts'
import { withSession } from '../../ci/run/session.ts'
import { givenSigner } from '../../ci/run/given-signer.ts'
import {
  documentsOf,
  identityToken,
  startSigstore,
  stopSigstore,
  type SigstoreInstance,
} from '../../toolchain/sigstore/instance.ts'
import { freePorts } from '../../toolchain/sigstore/free-ports.ts'
import { issueToken, newIssuerKey, serveIssuer } from '../../toolchain/sigstore/issuer.ts'
import type { Lock } from '../../src/model/index.ts'
import { defaultPolicy } from '../../src/policy/index.ts'
import { ServiceAway } from '../../src/engine/retry.ts'
import type { Published } from '../../src/stages/publish/publish.ts'
import { sign } from '../../src/stages/sign/sign.ts'
import { planSigning, type SigningPlan } from '../../src/stages/sign/signer.ts'
import { parseSealedLock } from '../../src/stages/source/read-lock.ts'
import { expectedSigner } from '../../src/stages/verify/expected-signer.ts'
import { verifyAsConsumer, verifySignature, type Signed } from '../../src/stages/verify/verify-signature.ts'
import { consumerFiles, type Identity } from '../../src/tools/cosign/identity.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { compiledSigstore } from './compiled.ts'
import { serveRegistry } from './registry.ts'
import { fetchBundles, publishedImage, pushSmallImage, tagsOf } from './signed-image.ts'
import { signingKey } from './signing-key.ts'
import { about, attach, signedEntity, statementOf, withAnotherLogKey } from './sigstore-bundle.ts'
import { pythonVerifier } from './sigstore-python.ts'
import { tinyImage } from './tiny-image.ts'
import { takeProgram } from './tool-programs.ts'

const email = 'ci@example.com'

/** What Fulcio asks a workflow's token for besides what is tested. */
const workflowClaims =
  'sha job_workflow_sha runner_environment repository_id repository_owner repository_owner_id workflow_ref workflow_sha run_id run_attempt repository_visibility'.split(
    ' ',
  )

let home: string
let engine: Engine
let lock: Lock
let sigstore: SigstoreInstance
let cosign: string
let workflows: { issuer: string; key: string; server: Server }

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-keyless-'))
  engine = await findEngine({ say: () => undefined })
  lock = parseSealedLock(readFileSync(engine.lockFile ?? '', 'utf8'), engine.lockFile ?? '')
  workflows = await serveWorkflows()
  sigstore = await startSigstore(join(home, 'sigstore'), await compiledSigstore(), workflows.issuer)
  cosign = await takeProgram('cosign')
})

afterAll(async () => {
  await stopSigstore(join(home, 'sigstore'))
  workflows.server.close()
  rmSync(home, { recursive: true, force: true })
})

/** An issuer whose tokens speak for workflows, as GitHub's does. */
async function serveWorkflows(): Promise<typeof workflows> {
  const [port = 0] = await freePorts(1)
  const [issuer, key] = [`http://127.0.0.1:${port}`, newIssuerKey()]
  const server = serveIssuer(issuer, key).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { issuer, key, server }
}

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
  const registry = await serveRegistry()
  const digest = await pushSmallImage(registry, directory, content)
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

      const unsigned = await pushSmallImage(registry, directory, 'never signed')
      await refused({}, { ...published, digest: unsigned })
      const [bundle] = await fetchBundles(registry, 'demo/small', digest)
      await attach(registry, unsigned, JSON.stringify(bundle))
      await refused({}, { ...published, digest: unsigned })
      await attach(registry, unsigned, JSON.stringify(about(bundle, unsigned)))
      await refused({}, { ...published, digest: unsigned })
      await verifySignature(published, expected, 'bundle', lock)
    })
  })

  it('lets a consumer expect a pattern of the identity, which is another for each tag, and claims of the workflow [fault 55]', async () => {
    const shared = 'acme/pipelines/.github/workflows/release.yml'
    const claims = {
      sub: 'repo:acme/shop:ref:refs/tags/v1.4.0',
      job_workflow_ref: `${shared}@refs/tags/v1.4.0`,
      repository: 'acme/shop',
      workflow: 'Release',
      ref: 'refs/tags/v1.4.0',
      event_name: 'push',
      ...Object.fromEntries(workflowClaims.map((name) => [name, '1'])),
    }
    await withImage('by a workflow', async ({ published, directory }) => {
      const token = join(directory, 'workflow-token')
      const { issuer } = workflows
      const now = new Date()
      writeFileSync(token, issueToken(workflows.key, { issuer, email: '', claims, now, lifetimeSeconds: 600 }))
      const named = {
        certificateIdentity: `https://github.com/${claims.job_workflow_ref}`,
        certificateOidcIssuer: issuer,
      }
      const { signer } = await givenSigner(
        { identityToken: `file:${token}`, ...named, ...documentsOf(sigstore.directory) },
        {},
      )
      if (signer === undefined) throw new Error('wanted a signer')
      await sign(published, planSigning(signer, defaultPolicy.signing), lock)

      const trustedRoot = readFileSync(documentsOf(sigstore.directory).trustedRoot, 'utf8')
      const verified = async (identity: string, wanted: string[] = []) =>
        verifySignature(
          published,
          expectedSigner({ publicKey: undefined, identity, claims: wanted, issuer, trustedRoot }),
          'bundle',
          lock,
        )
      const pattern = `https://github.com/${shared}@refs/tags/v*`
      await verified(pattern)
      await verified(pattern, ['repository=acme/shop', 'workflow=Release', 'ref=refs/tags/v1.4.0', 'trigger=push'])
      const refused = async (identity: string, wanted?: string[]) =>
        expect(verified(identity, wanted), `${identity} ${wanted}`).rejects.toMatchObject({ code: 'VERIFY' })
      await refused(`https://github.com/${shared}@refs/heads/*`)
      await refused('https://github.com/acme/*/.github/workflows/release.yml@refs/tags/v1.4')
      await refused(`https://github.com/mallory/*/.github/workflows/release.yml@refs/tags/v1.4.0`)
      await refused(pattern, ['repository=acme/other'])
      await refused(pattern, ['trigger=pull_request'])
      await refused(pattern, ['repository=acme/shop', 'ref=refs/tags/v1'])
    })
  })

  it('gives up at once if the token has expired, and nothing reaches the log', async () => {
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

  it('signs with a key into a private log, and a consumer requires the entry', async () => {
    await withImage('key with log', async ({ published, directory }) => {
      writeFileSync(join(directory, 'cosign.key'), (await signingKey()).privateKey)
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
        const signing = sign(published, plan, lock, {}, { minutes: 1 / 60, firstWait: 100 })
        await expect(signing).rejects.toThrow(/a signing service is unavailable.*tried (once|\d+ times)/s)
        await expect(signing).rejects.toBeInstanceOf(ServiceAway)
        expect(await fetchBundles(registry, 'demo/small', digest)).toEqual([])
      })
    },
  )
})

describe('keyless release by the command line', () => {
  async function release(token: string, source: string, documents = documentsOf(sigstore.directory)) {
    const registry = await serveRegistry()
    const { signingConfig, trustedRoot } = documents
    const ended = await buildAndScan(source, [
      '--publish',
      `${registry}/demo/app:1.0.0`,
      '--identity-token',
      `file:${token}`,
      '--signing-config',
      signingConfig,
      '--trusted-root',
      trustedRoot,
    ])
    return { ...ended, tags: await tagsOf(registry, 'demo/app') }
  }

  it('moves the tag of a verified signature, and shows the token to nobody', async () => {
    const token = await tokenFile(scratch())
    const { run, exitCode, output, stdout, stderr, tags } = await release(token, tinyImage('released'))
    expect({ exitCode, failure: run.failure, tags }).toEqual({ exitCode: 0, failure: undefined, tags: ['1.0.0'] })
    expect(run.release?.signature).toMatchObject({
      signer: 'keyless',
      certificate: { identity: email, issuer: sigstore.urls.issuer },
      transparencyLog: 'private',
      verified: true,
      stored: [{ format: 'bundle' }],
    })
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
    const { run, exitCode, tags } = await release(await tokenFile(scratch(), -3600), tinyImage('expired'))
    expect([exitCode, run.outcome, run.failure?.code, run.verdict?.outcome, tags]).toEqual([
      4,
      'broken',
      'SIGN',
      'passed',
      [],
    ])
  })

  it.each([
    ['refuse', { exitCode: 4, tags: [] as string[] }],
    ['release-unsigned', { exitCode: 0, tags: ['1.0.0'] }],
  ])('does what the policy says where the log stays away: %s [fault 54]', async (unavailable, expected) => {
    const source = tinyImage('keyless')
    appendFileSync(join(source, 'loadline.yaml'), `signing: {unavailable: ${unavailable}, patienceMinutes: 0.02}\n`)
    const services = documentsWithout('rekor', scratch())
    const { run, exitCode, stdout, tags } = await release(await tokenFile(scratch()), source, services)
    expect({ exitCode, tags }).toEqual(expected)
    expect(run.failure?.message ?? run.release?.unsigned).toContain('a signing service is unavailable')
    expect(run.release?.signature).toBeUndefined()
    expect(stdout).toContain(unavailable === 'refuse' ? 'signing service is unavailable' : 'without a signature')
  })

  it('pushes nothing where the public log would learn of it and the policy does not allow that', async () => {
    const registry = await serveRegistry()
    const { run, exitCode } = await buildAndScan(tinyImage('private'), [
      '--publish',
      `${registry}/demo/app:1.0.0`,
      '--identity-token',
      `file:${await tokenFile(scratch())}`,
    ])
    expect({ exitCode, failure: run.failure?.code }).toEqual({ exitCode: 4, failure: 'SIGN' })
    expect(run.failure?.message).toContain('public Sigstore instance')
    const catalog = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as { repositories: string[] | null }
    expect(catalog.repositories ?? []).toEqual([])
  })

  it('judges a pull request from a fork, publishes nothing, and says why [fault 56]', async () => {
    const registry = await serveRegistry()
    const { run, exitCode, stdout } = await buildAndScan(
      tinyImage('from a fork'),
      ['--publish', `${registry}/demo/app:1.0.0`, '--keyless'],
      { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', ACTIONS_ID_TOKEN_REQUEST_URL: '' },
    )
    expect([exitCode, run.outcome, run.release]).toEqual([0, 'passed', undefined])
    expect(run.notPublished).toContain('no OIDC token: publish was skipped because')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('no OIDC token')
  })
})

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}
