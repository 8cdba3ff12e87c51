import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  documentsOf,
  identityToken,
  startSigstore,
  stopSigstore,
  type SigstoreInstance,
} from '../../toolchain/sigstore/instance.ts'
import { predicateTypes, type AttestationKind } from '../../src/model/index.ts'
import { parseAttestations } from '../../src/tools/cosign/attestations.ts'
import { offline } from '../../src/tools/cosign/services.ts'
import { root as checkout } from '../repo/source-files.ts'
import { admissionControllers, askKyverno, askPolicyController, type Answer } from './admission/controllers.ts'
import {
  comparable,
  decidingPrograms,
  decisionsPath,
  policyNames,
  policyTexts,
  type Decisions,
  type Question,
} from './admission/decisions.ts'
import { buildAndScan, loadline, scratch } from '../engine/command-line.ts'
import { compiledSigstore } from '../engine/compiled.ts'
import { serveRegistry } from '../engine/registry.ts'
import { independentCrane } from '../engine/independent-crane.ts'
import { takeProgram } from '../engine/tool-programs.ts'

const password = 'correct-horse-canary-4b81'
const email = 'ci@example.com'
const source = 'examples/fastapi-postgres'

type Predicates = Record<AttestationKind, Record<string, unknown>>

let home: string
let controllers: { kyverno: string; policyController: string }
let crane: string
let cosign: string
let sigstore: SigstoreInstance

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'loadline-admission-'))
  controllers = await admissionControllers()
  sigstore = await startSigstore(join(home, 'sigstore'), await compiledSigstore())
  ;[crane, cosign] = [await independentCrane(), await takeProgram('cosign')]
  for (const name of ['signer', 'stranger'])
    await execa(cosign, ['generate-key-pair', '--output-key-prefix', name], {
      cwd: home,
      env: { COSIGN_PASSWORD: password },
      stdin: 'ignore',
    })
  writeFileSync(join(home, 'offline.json'), offline.signingConfig)
  for (const name of policyNames) writeFileSync(join(home, `${name}.yaml`), policyTexts()[name])
})

afterAll(async () => {
  const text = `${JSON.stringify(recorded, undefined, 1)}\n`
  if (passed === 2) {
    mkdirSync(dirname(join(checkout, decisionsPath)), { recursive: true })
    writeFileSync(join(checkout, decisionsPath), text)
  }
  await stopSigstore(join(home, 'sigstore'))
  rmSync(home, { recursive: true, force: true })
})

/** Releases the example, signed as the options say, and gives its repository and digest. */
async function release(
  registry: string,
  argv: string[],
  env: Record<string, string> = {},
): Promise<{ repository: string; digest: string }> {
  const repository = `${registry}/demo/app`
  const { run, exitCode } = await buildAndScan(source, ['--publish', `${repository}:1.0.0`, ...argv], env)
  expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
  return { repository, digest: run.release?.digest ?? '' }
}

const keyEnvironment = () => ({
  LOADLINE_TEST_KEY: readFileSync(join(home, 'signer.key'), 'utf8'),
  COSIGN_PASSWORD: password,
})

/** The policy that `loadline admission` writes, as a file. */
async function written(controller: string, image: string, argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await loadline(['admission', controller, '--image', image, ...argv])
  expect(exitCode, stderr).toBe(0)
  const path = join(scratch(), 'policy.yaml')
  writeFileSync(path, stdout)
  return path
}

const recorded: Decisions = { programs: decidingPrograms(), policies: {}, decisions: [] }

/** The answer to a question about an image (its reference, and what is right or wrong with it), which is recorded. */
async function decided(
  registry: string,
  about: [reference: string, what: string],
  question: Question,
): Promise<Answer> {
  const { controller, image, signer, policy, source: from, maximumAge, anyPolicy } = question
  const path = await written(controller, `${registry}/${image}`, [
    '--key',
    join(home, `${signer}.pub`),
    '--policy',
    join(home, `${policy}.yaml`),
    ...(from === undefined ? [] : ['--source', from]),
    ...(maximumAge === undefined ? [] : ['--maximum-age', maximumAge]),
    ...(anyPolicy === true ? ['--any-policy'] : []),
  ])
  const answer =
    controller === 'kyverno'
      ? await askKyverno(controllers.kyverno, path, pod(about[0]))
      : await askPolicyController(controllers.policyController, path, about[0])
  recorded.policies[JSON.stringify(question)] = comparable(readFileSync(path, 'utf8'), registry)
  recorded.decisions.push({ about: about[1], question, admitted: answer.admitted })
  return answer
}

function pod(...images: string[]): string {
  const path = join(scratch(), 'pod.yaml')
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', namespace: 'default' },
      spec: { containers: images.map((image, index) => ({ name: `app-${index}`, image })) },
    }),
  )
  return path
}

/** The same image in another repository, signed and attested anew by hand: everything that the release said, changed in one place. A kind without predicate is left out. */
async function copyWith(
  from: { repository: string; digest: string },
  to: string,
  form: readonly string[],
  change: (predicates: Predicates) => Partial<Predicates>,
): Promise<string> {
  const image = `${from.repository}@${from.digest}`
  const { stdout } = await execa(cosign, ['download', 'attestation', image])
  const said = Object.fromEntries(
    parseAttestations(stdout).map(({ statement }) => [statement.predicateType, statement.predicate]),
  )
  const predicates = Object.fromEntries(
    Object.entries(predicateTypes).map(([kind, type]) => [kind, said[type] ?? {}]),
  ) as Predicates
  const copy = `${to}@${from.digest}`
  await execa(crane, ['copy', image, `${to}:1.0.0`])
  const by = [...form, '--yes', '--key', join(home, 'signer.key'), '--allow-http-registry']
  await execa(cosign, ['sign', ...by, copy], { env: { COSIGN_PASSWORD: password } })
  for (const [kind, predicate] of Object.entries(change(structuredClone(predicates)))) {
    const path = join(scratch(), 'predicate.json')
    writeFileSync(path, JSON.stringify(predicate))
    await execa(
      cosign,
      ['attest', ...by, '--type', predicateTypes[kind as AttestationKind], '--predicate', path, copy],
      { env: { COSIGN_PASSWORD: password } },
    )
  }
  return copy
}

function without<T extends object>(name: keyof T, all: T): Partial<T> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)) as Partial<T>
}

/** What may be wrong with one attestation, and what Kyverno says of it. */
const broken: Record<string, { change: (predicates: Predicates) => Partial<Predicates>; said: string }> = {
  'a verdict that says FAILED': {
    change: (all) => ({ ...all, verdict: { ...all.verdict, verificationResult: 'FAILED' } }),
    said: 'expected the verdict to be PASSED',
  },
  'a verdict by somebody else': {
    change: (all) => ({ ...all, verdict: { ...all.verdict, verifier: { id: 'urn:somebody:else' } } }),
    said: 'expected the gate of Loadline to have judged',
  },
  'an old verdict': {
    change: (all) => ({ ...all, verdict: { ...all.verdict, timeVerified: '2025-01-01T00:00:00Z' } }),
    said: 'expected a younger verdict',
  },
  'no verdict': { change: (all) => without('verdict', all), said: predicateTypes.verdict },
  'no vulnerability report': { change: (all) => without('vulnerabilities', all), said: predicateTypes.vulnerabilities },
  'no bill of materials': { change: (all) => without('cyclonedx', all), said: predicateTypes.cyclonedx },
  'a failed test': {
    change: (all) => ({ ...all, tests: { ...all.tests, result: 'FAILED' } }),
    said: 'expected no structure test to have failed',
  },
  'another builder': {
    change: (all) => ({
      ...all,
      provenance: { ...all.provenance, runDetails: { builder: { id: 'urn:somebody:else' } } },
    }),
    said: 'expected the builder to be Loadline',
  },
  'a bill that names its format nowhere': {
    change: (all) => ({ ...all, spdx: without('spdxVersion', all.spdx) }),
    said: '',
  },
}

/** Tests that went well to their end: only then are the decisions recorded. */
let passed = 0

describe('what admission controllers say of a release', () => {
  it("Kyverno's own engine admits what was released with a key, and refuses it for each link that is broken", async () => {
    const registry = await serveRegistry()
    const released = await release(registry, ['--key', 'env:LOADLINE_TEST_KEY'], keyEnvironment())
    const image: [string, string] = [`${released.repository}@${released.digest}`, 'a release']
    const question: Question = { controller: 'kyverno', image: 'demo/*', signer: 'signer', policy: 'example' }
    const ask = (about: [string, string], change: Partial<Question> = {}) =>
      decided(registry, about, { ...question, ...change })

    expect(await ask(image, { maximumAge: '1h' })).toMatchObject({ admitted: true })
    expect(await ask(image, { image: 'demo/app' })).toMatchObject({ admitted: true })
    const refused = { admitted: false, said: expect.any(String) as string }
    const refusedFor = (said: string) => ({ ...refused, said: expect.stringContaining(said) as string })
    expect(await ask(image, { signer: 'stranger' })).toEqual(refusedFor('expected a signature by the trusted signer'))
    expect(await ask(image, { policy: 'strange' })).toEqual(refusedFor('to have judged'))
    expect(await ask(image, { source: 'https://git.example.com/somebody/else' })).toEqual(
      refusedFor('expected the source to be'),
    )
    expect(await ask([`${released.repository}:1.0.0`, 'a tag'])).toEqual(refusedFor('does not have a digest'))

    // Nothing of the release but the bytes; then everything, by hand; then one thing wrong at a time.
    await execa(crane, ['copy', image[0], `${registry}/demo/bare:1.0.0`])
    expect(await ask([`${registry}/demo/bare@${released.digest}`, 'the bytes alone'])).toEqual(refused)
    const form = ['--signing-config', join(home, 'offline.json')]
    const aged = { maximumAge: '30d' }
    const whole = await copyWith(released, `${registry}/demo/whole`, form, (all) => all)
    expect(await ask([whole, 'a release by hand'], aged)).toMatchObject({ admitted: true })
    for (const [index, [what, { change, said }]] of Object.entries(broken).entries()) {
      const copy = await copyWith(released, `${registry}/demo/broken-${index}`, form, change)
      expect(await ask([copy, what], aged), what).toEqual(refusedFor(said))
    }
    passed += 1
  })

  it("policy-controller's own engine admits what was released with a key in the older format, and refuses it for each link that is broken", async () => {
    const registry = await serveRegistry()
    const released = await release(
      registry,
      ['--key', 'env:LOADLINE_TEST_KEY', '--policy', join(home, 'legacy.yaml')],
      keyEnvironment(),
    )
    const image: [string, string] = [`${released.repository}@${released.digest}`, 'a release']
    const question: Question = { controller: 'policy-controller', image: 'demo/*', signer: 'signer', policy: 'legacy' }
    const ask = async (about: [string, string], change: Partial<Question> = {}) =>
      (await decided(registry, about, { ...question, ...change })).admitted

    expect(await ask(image, { maximumAge: '1h' })).toBe(true)
    expect(await ask(image, { image: 'demo/app' })).toBe(true)
    expect(await ask(image, { signer: 'stranger' })).toBe(false)
    expect(await ask(image, { source: 'https://git.example.com/somebody/else' })).toBe(false)
    expect(await ask(image, { policy: 'other' })).toBe(false)
    expect(await ask(image, { policy: 'other', anyPolicy: true })).toBe(true)

    await execa(crane, ['copy', image[0], `${registry}/demo/bare:1.0.0`])
    expect(await ask([`${registry}/demo/bare@${released.digest}`, 'the bytes alone'])).toBe(false)
    const form = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false']
    const aged = { maximumAge: '30d' }
    const whole = await copyWith(released, `${registry}/demo/whole`, form, (all) => all)
    expect(await ask([whole, 'a release by hand'], aged)).toBe(true)
    for (const [index, [what, { change }]] of Object.entries(broken).entries()) {
      const copy = await copyWith(released, `${registry}/demo/broken-${index}`, form, change)
      expect(await ask([copy, what], aged), what).toBe(false)
    }
    passed += 1
  })

  it("policy-controller's own engine admits what an identity released, by the keys of its own Sigstore, and no other identity's", async () => {
    const registry = await serveRegistry()
    // A log of the second version is what this controller cannot read: the timestamp authority proves the time.
    const documents = documentsOf(sigstore.directory)
    const withoutLog = (path: string, ...keys: string[]) => {
      const kept = join(home, `without-log-${keys[0]}.json`)
      writeFileSync(
        kept,
        JSON.stringify(
          Object.fromEntries(
            Object.entries(JSON.parse(readFileSync(path, 'utf8')) as object).filter(([key]) => !keys.includes(key)),
          ),
        ),
      )
      return kept
    }
    const services = ['--signing-config', withoutLog(documents.signingConfig, 'rekorTlogUrls', 'rekorTlogConfig')]
    const root = ['--trusted-root', withoutLog(documents.trustedRoot, 'tlogs')]
    writeFileSync(join(home, 'token'), await identityToken(sigstore, email, 600))
    const { repository, digest } = await release(registry, [
      '--identity-token',
      `file:${join(home, 'token')}`,
      ...services,
      ...root,
    ])
    const ask = async (identity: string, issuer: string) => {
      const documentsOfPolicy = readFileSync(
        await written('policy-controller', repository, [
          '--policy',
          `${source}/loadline.yaml`,
          '--certificate-identity',
          identity,
          '--certificate-oidc-issuer',
          issuer,
          ...root,
        ]),
        'utf8',
      ).split('---\n')
      const [trustRoot, policy] = ['trust-root.yaml', 'policy.yaml'].map((name, index) => {
        writeFileSync(join(home, name), documentsOfPolicy[index] ?? '')
        return join(home, name)
      })
      return (
        await askPolicyController(controllers.policyController, policy ?? '', `${repository}@${digest}`, trustRoot)
      ).admitted
    }
    expect(await ask(email, sigstore.urls.issuer)).toBe(true)
    expect(await ask('somebody@example.com', sigstore.urls.issuer)).toBe(false)
    expect(await ask('*@example.com', sigstore.urls.issuer)).toBe(true)
    // An expression that were not over the whole would find these in it.
    expect(await ask('*i@example.co', sigstore.urls.issuer)).toBe(false)
    expect(await ask('*@acme.example', sigstore.urls.issuer)).toBe(false)
    expect(await ask(email, 'https://issuer.example.com')).toBe(false)
  })
})
