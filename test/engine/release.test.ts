import { readFileSync } from 'node:fs'
import { request as forward } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { digestOf, predicateTypes, Reverdict, Verification } from '../../src/model/index.ts'
import { parseAttestations } from '../../src/tools/cosign/attestations.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan, loadline, scratch } from './command-line.ts'
import { refuse, serveFaulty } from './faulty-registry.ts'
import { serveRegistry, takeProgram } from './registry.ts'

const password = 'correct-horse-canary-7f3a'

async function keyPair(cosign: string, directory: string): Promise<{ privateKey: string; publicKey: string }> {
  await execa(cosign, ['generate-key-pair'], { cwd: directory, env: { COSIGN_PASSWORD: password }, stdin: 'ignore' })
  return { privateKey: readFileSync(join(directory, 'cosign.key'), 'utf8'), publicKey: join(directory, 'cosign.pub') }
}

describe('release', () => {
  it('publishes the digest that was judged, signs it, and cosign verifies it by hand [fault 38]', async () => {
    const directory = scratch()
    const [crane, cosign] = [await takeProgram('crane', directory), await takeProgram('cosign', directory)]
    const registry = await serveRegistry(crane)
    const { privateKey, publicKey } = await keyPair(cosign, directory)
    const reference = `${registry}/demo/app:1.0.0`
    const environment = { LOADLINE_TEST_KEY: privateKey, COSIGN_PASSWORD: password }

    const { run, exitCode, output, stdout, stderr } = await buildAndScan(
      'examples/fastapi-postgres',
      ['--publish', reference, '--key', 'env:LOADLINE_TEST_KEY'],
      environment,
    )
    expect({ exitCode, failure: run.failure, outcome: run.outcome }).toEqual({
      exitCode: 0,
      failure: undefined,
      outcome: 'passed',
    })

    const inRegistry = (await execa(crane, ['digest', reference])).stdout.trim()
    expect(inRegistry).toBe(run.evidence?.platforms[0]?.archive.digest)
    expect(run.release?.digest).toBe(inRegistry)
    expect(readFileSync(join(output, 'cosign.pub'), 'utf8')).toBe(readFileSync(publicKey, 'utf8'))
    await execa(cosign, [
      'verify',
      '--key',
      publicKey,
      '--insecure-ignore-tlog=true',
      '--allow-http-registry',
      `${registry}/demo/app@${inRegistry}`,
    ])

    const other = scratch()
    const stranger = await keyPair(cosign, other)
    const refused = await execa(
      cosign,
      [
        'verify',
        '--key',
        stranger.publicKey,
        '--insecure-ignore-tlog=true',
        '--allow-http-registry',
        `${registry}/demo/app@${inRegistry}`,
      ],
      { reject: false },
    )
    expect(refused.exitCode).not.toBe(0)

    const everything = [
      stdout,
      stderr,
      ...['verdict.json', 'report.sarif', 'report.html', 'summary.md', 'report.junit.xml', 'engine.log'].map((name) =>
        readFileSync(join(output, name), 'utf8'),
      ),
    ].join('\n')
    expect(everything).not.toContain(password)
    expect(everything).not.toContain(privateKey.split('\n')[1])
  })

  it('publishes an index over several platforms, each the one that was judged, and everything that is said about it can be verified by hand; each broken link is refused [fault 55]', async () => {
    const directory = scratch()
    const [crane, cosign] = [await takeProgram('crane', directory), await takeProgram('cosign', directory)]
    const registry = await serveRegistry(crane)
    const { privateKey, publicKey } = await keyPair(cosign, directory)
    const repository = `${registry}/demo/go`
    const environment = { LOADLINE_TEST_KEY: privateKey, COSIGN_PASSWORD: password }
    const publish = [
      '--publish',
      repository,
      '--version',
      '1.2.3',
      '--tag',
      'type=semver,pattern={{version}}',
      'type=semver,pattern={{major}}.{{minor}}',
      '--key',
      'env:LOADLINE_TEST_KEY',
    ]

    const { run, exitCode, output } = await buildAndScan('examples/go-service', publish, environment)
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    const digest = run.release?.digest ?? ''
    expect(run.release?.tags.slice(0, 2)).toEqual(['1.2.3', '1.2'])
    for (const tag of run.release?.tags ?? [])
      expect((await execa(crane, ['digest', `${repository}:${tag}`])).stdout.trim()).toBe(digest)

    // Pulled back: the index, each image, their bytes and what they say of their source.
    const index = JSON.parse((await execa(crane, ['manifest', `${repository}@${digest}`])).stdout) as {
      manifests: Array<{ digest: string; platform: { os: string; architecture: string } }>
      annotations: Record<string, string>
    }
    expect(index.annotations).toMatchObject({
      'org.opencontainers.image.title': 'go-service',
      'org.opencontainers.image.version': '1.0.0',
    })
    const published = Object.fromEntries(
      index.manifests.map((entry) => [`${entry.platform.os}/${entry.platform.architecture}`, entry.digest]),
    )
    expect(published).toEqual(
      Object.fromEntries((run.evidence?.platforms ?? []).map(({ archive }) => [archive.platform, archive.digest])),
    )
    expect(Object.keys(published).toSorted()).toEqual(['linux/amd64', 'linux/arm64'])
    const head = (await execa('git', ['rev-parse', 'HEAD'], { cwd: root, reject: false })).stdout.trim() || undefined
    for (const image of Object.values(published)) {
      const manifest = (await execa(crane, ['manifest', `${repository}@${image}`], { stripFinalNewline: false })).stdout
      expect(digestOf(manifest)).toBe(image)
      const { config } = JSON.parse((await execa(crane, ['config', `${repository}@${image}`])).stdout) as {
        config: { Labels: Record<string, string> }
      }
      const { annotations } = JSON.parse(manifest) as { annotations: Record<string, string> }
      // The Dockerfile sets title, version and source itself, and wins.
      expect(config.Labels).toMatchObject({
        'org.opencontainers.image.title': 'go-service',
        'org.opencontainers.image.version': '1.0.0',
      })
      expect(annotations).toMatchObject({
        'org.opencontainers.image.title': 'go-service',
        'org.opencontainers.image.version': '1.0.0',
      })
      expect([
        config.Labels['org.opencontainers.image.revision'],
        annotations['org.opencontainers.image.revision'],
      ]).toEqual([head, head])
    }

    // By hand, with the commands that the report prints.
    expect(run.release?.attestations).toHaveLength(14)
    const [everything = '', ...byHand] = run.release?.verifyCommands ?? []
    expect(byHand).toHaveLength(15)
    for (const command of byHand) {
      const [program, ...argv] = command.split(' ')
      expect(program).toBe('cosign')
      await execa(cosign, argv, { cwd: output })
    }
    const key = ['--key', publicKey]
    const verified = await loadline([
      ...everything.split(' ').slice(1, 3),
      ...key,
      '--policy',
      'examples/go-service/loadline.yaml',
    ])
    expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0)
    for (const said of [
      'VERIFIED',
      `${repository}@${digest}`,
      'linux/arm64',
      'loadline-example-advisories (example)',
      run.policy?.digest ?? '',
    ])
      expect(verified.stdout).toContain(said)

    // Judged again from what is attested: nothing has changed since.
    const again = await loadline([
      'reverdict',
      `${repository}:1.2.3`,
      ...key,
      '--policy',
      'examples/go-service/loadline.yaml',
      '--json',
    ])
    expect(again.exitCode, again.stdout + again.stderr).toBe(0)
    const reverdict = Reverdict.parse(JSON.parse(again.stdout))
    expect({
      outcome: reverdict.outcome,
      appeared: reverdict.appeared,
      disappeared: reverdict.disappeared,
      changed: reverdict.changedRules,
    }).toEqual({ outcome: 'passed', appeared: [], disappeared: [], changed: [] })
    expect(reverdict.takenOver.map(({ rule }) => rule)).toContain('size-unpacked')

    const called = await loadline([
      'dagger',
      '--silent',
      'call',
      '--policy',
      'examples/go-service/loadline.yaml',
      'reverdict',
      '--reference',
      `${repository}:1.2.3`,
      ...key,
      '--registry',
      `tcp://${registry}`,
    ])
    expect(called.exitCode, called.stdout + called.stderr).toBe(0)
    for (const said of [digest, 'PASSED']) expect(called.stdout).toContain(said)

    // Released once more: nothing is said twice.
    const beside = async (subject: string) =>
      (
        (await (await fetch(`http://${registry}/v2/demo/go/manifests/${subject.replace(':', '-')}`)).json()) as {
          manifests: Array<{ digest: string }>
        }
      ).manifests
    const before = await Promise.all([digest, ...Object.values(published)].map(beside))
    const repeated = await buildAndScan('examples/go-service', publish, environment)
    expect({ exitCode: repeated.exitCode, failure: repeated.run.failure }).toEqual({ exitCode: 0, failure: undefined })
    const after = await Promise.all([digest, ...Object.values(published)].map(beside))
    expect(after.slice(1)).toEqual(before.slice(1))

    // Each link broken once.
    const stranger = await keyPair(cosign, scratch())
    const wrongKey = await loadline(['verify', `${repository}:1.2.3`, '--key', stranger.publicKey, '--json'])
    expect(wrongKey.exitCode, wrongKey.stderr).toBe(4)
    expect(new Set(Verification.parse(JSON.parse(wrongKey.stdout)).checks.map(({ status }) => status))).toEqual(
      new Set(['refused']),
    )

    const amd64 = published['linux/amd64'] ?? ''
    const put = async (reference: string, body: string, type: string) => {
      const answer = await fetch(`http://${registry}/v2/demo/go/manifests/${reference}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': type },
      })
      // A link that was not broken holds, and would look as if nobody had noticed.
      expect(answer.status).toBe(201)
    }
    const faultsWith = async (manifests: unknown[]): Promise<string[]> => {
      const kept = await fetch(`http://${registry}/v2/demo/go/manifests/${amd64.replace(':', '-')}`)
      const [text, type] = [await kept.text(), kept.headers.get('content-type') ?? '']
      await put(amd64.replace(':', '-'), JSON.stringify({ ...(JSON.parse(text) as object), manifests }), type)
      const broken = await loadline(['verify', `${repository}:1.2.3`, ...key, '--json'])
      await put(amd64.replace(':', '-'), text, type)
      expect(broken.exitCode, broken.stderr).toBe(4)
      return Verification.parse(JSON.parse(broken.stdout))
        .checks.filter(({ status }) => status !== 'holds')
        .map(({ what, status }) => `${what} ${status}`)
    }
    const entries = await beside(amd64)
    const withType = async (type: string) => {
      const found = []
      for (const entry of entries) {
        const manifest = (await (await fetch(`http://${registry}/v2/demo/go/manifests/${entry.digest}`)).json()) as {
          annotations?: Record<string, string>
          layers: Array<{ digest: string; size: number }>
        }
        if (manifest.annotations?.['dev.sigstore.bundle.predicateType'] === type) found.push({ entry, manifest })
      }
      const [only, ...others] = found
      if (only === undefined || others.length > 0) throw new Error(`wanted one ${type}, found ${found.length}`)
      return only
    }
    const tests = await withType(predicateTypes.tests)
    // Removed: it is missing, and the verdict misses it too.
    expect(await faultsWith(entries.filter((entry) => entry !== tests.entry))).toEqual([
      'tests missing',
      'verdict refused',
    ])
    // Changed after it was signed.
    const [layer] = tests.manifest.layers
    const bundle = JSON.parse(await (await fetch(`http://${registry}/v2/demo/go/blobs/${layer?.digest}`)).text()) as {
      dsseEnvelope: { payload: string }
    }
    bundle.dsseEnvelope.payload = Buffer.from(
      Buffer.from(bundle.dsseEnvelope.payload, 'base64')
        .toString()
        .replace('"passedTests": [', '"passedTests": ["planted", ')
        .replace('"passedTests":[', '"passedTests":["planted",'),
    ).toString('base64')
    const changed = JSON.stringify(bundle)
    const started = await fetch(`http://${registry}/v2/demo/go/blobs/uploads/`, { method: 'POST' })
    await fetch(
      `${new URL(started.headers.get('location') ?? '', `http://${registry}`).href}?digest=${digestOf(changed)}`,
      { method: 'PUT', body: changed },
    )
    const forged = JSON.stringify({
      ...tests.manifest,
      layers: [{ ...layer, digest: digestOf(changed), size: Buffer.byteLength(changed) }],
    })
    await put(digestOf(forged), forged, 'application/vnd.oci.image.manifest.v1+json')
    expect(
      await faultsWith(
        entries.map((entry) =>
          entry === tests.entry ? { ...entry, digest: digestOf(forged), size: Buffer.byteLength(forged) } : entry,
        ),
      ),
    ).toEqual(['tests refused', 'verdict refused'])
    // The attestations of another image.
    expect(
      (await faultsWith(await beside(published['linux/arm64'] ?? ''))).every((fault) => fault.endsWith('refused')),
    ).toBe(true)

    // An image from elsewhere: what is missing, and what to do.
    await execa(crane, ['copy', `${repository}@${amd64}`, `${registry}/demo/foreign:1`])
    const foreign = await loadline(['verify', `${registry}/demo/foreign:1`, ...key])
    expect(foreign.exitCode, foreign.stderr).toBe(4)
    expect(foreign.stdout).toContain('REFUSED: 7 checks of 7 do not hold')
    for (const type of Object.values(predicateTypes)) expect(foreign.stdout).toContain(`no attestation of type ${type}`)
  })

  it('moves no tag where attestations cannot be written [fault 53]', async () => {
    const directory = scratch()
    const [crane, cosign] = [await takeProgram('crane', directory), await takeProgram('cosign', directory)]
    const { privateKey } = await keyPair(cosign, directory)
    // The first write is the signature's.
    for (const spared of [1, 3]) {
      const upstream = await serveRegistry(crane)
      let writes = 0
      const { host: registry } = await serveFaulty(upstream, [
        { at: /^PUT .*\/manifests\/sha256-/, unless: () => (writes += 1) <= spared, instead: refuse(500, 'UNKNOWN') },
      ])
      const { run, exitCode } = await buildAndScan(
        'examples/fastapi-postgres',
        ['--publish', `${registry}/demo/app:1.0.0`, '--key', 'env:LOADLINE_TEST_KEY'],
        { LOADLINE_TEST_KEY: privateKey, COSIGN_PASSWORD: password },
      )
      expect({ exitCode, code: run.failure?.code, verdict: run.verdict?.outcome, release: run.release }).toEqual({
        exitCode: 4,
        code: 'ATTEST',
        verdict: 'passed',
        release: undefined,
      })
      const { tags } = (await (await fetch(`http://${upstream}/v2/demo/app/tags/list`)).json()) as { tags: string[] }
      expect(tags.filter((tag) => !tag.startsWith('sha256'))).toEqual([])
    }
  })

  it('resumes at signing, then at the attestation whose answer was lost, and leaves each statement once [fault 53]', async () => {
    const directory = scratch()
    const [crane, cosign] = [await takeProgram('crane', directory), await takeProgram('cosign', directory)]
    const { privateKey } = await keyPair(cosign, directory)
    const upstream = await serveRegistry(crane)
    const registry = await serveFaulty(upstream)
    const reference = `${registry.host}/demo/app:1.0.0`
    const releaseWith = async (key: string) =>
      buildAndScan('examples/fastapi-postgres', ['--publish', reference, '--key', 'env:LOADLINE_TEST_KEY'], {
        LOADLINE_TEST_KEY: key,
        COSIGN_PASSWORD: password,
      })
    const tags = async () =>
      (
        (await (await fetch(`http://${upstream}/v2/demo/app/tags/list`)).json()) as { tags: string[] | null }
      ).tags?.filter((tag) => !tag.startsWith('sha256')) ?? []

    const unsigned = await releaseWith('no key at all')
    expect({ exitCode: unsigned.exitCode, code: unsigned.run.failure?.code, tags: await tags() }).toEqual({
      exitCode: 4,
      code: 'SIGN',
      tags: [],
    })
    const image = unsigned.run.evidence?.platforms[0]?.archive.digest ?? ''
    const pushed = [...registry.uploaded]
    expect(pushed.length).toBeGreaterThan(0)

    // The registry keeps the third write beside the image (a signature and an attestation come first), and nobody hears of it.
    let writes = 0
    registry.faults.push({
      at: /^PUT .*\/manifests\/sha256-/,
      unless: () => (writes += 1) < 3,
      instead: (request, response) => {
        const forwarded = forward(
          `http://${upstream}${request.url}`,
          { method: request.method, headers: request.headers },
          (answer) => {
            answer.resume()
            response.socket?.destroy()
          },
        )
        request.pipe(forwarded)
      },
    })
    const lost = await releaseWith(privateKey)
    expect({ exitCode: lost.exitCode, code: lost.run.failure?.code, tags: await tags() }).toEqual({
      exitCode: 4,
      code: 'ATTEST',
      tags: [],
    })
    expect(registry.uploaded.filter((digest) => pushed.includes(digest))).toEqual(pushed)

    registry.faults.length = 0
    const whole = await releaseWith(privateKey)
    expect({
      exitCode: whole.exitCode,
      failure: whole.run.failure,
      digest: whole.run.release?.digest,
      tags: await tags(),
    }).toEqual({ exitCode: 0, failure: undefined, digest: image, tags: ['1.0.0'] })
    expect(registry.uploaded.filter((digest) => pushed.includes(digest))).toEqual(pushed)
    const statements = parseAttestations(
      (await execa(cosign, ['download', 'attestation', `${upstream}/demo/app@${image}`])).stdout,
    ).map(({ statement }) => statement.predicateType)
    expect(statements.toSorted()).toEqual(
      ['https://sigstore.dev/cosign/sign/v1', ...Object.values(predicateTypes)].toSorted(),
    )
  })

  it('pushes nothing that was rejected', async () => {
    const crane = await takeProgram('crane', scratch())
    const registry = await serveRegistry(crane)
    const { run, exitCode } = await buildAndScan('examples/legacy-app', ['--publish', `${registry}/demo/legacy:1.0.0`])
    expect({ exitCode, outcome: run.outcome, release: run.release }).toEqual({
      exitCode: 1,
      outcome: 'rejected',
      release: undefined,
    })
    expect(run.notPublished).toContain('only a passed verdict')
    const catalog = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as { repositories: string[] | null }
    expect(catalog.repositories ?? []).toEqual([])
  })

  it('moves no tag where signing fails [fault 53]', async () => {
    const crane = await takeProgram('crane', scratch())
    const registry = await serveRegistry(crane)
    const { run, exitCode } = await buildAndScan(
      'examples/fastapi-postgres',
      ['--publish', `${registry}/demo/app:1.0.0`, '--key', 'env:LOADLINE_TEST_KEY'],
      { LOADLINE_TEST_KEY: 'no key at all' },
    )
    expect({ exitCode, outcome: run.outcome, code: run.failure?.code, verdict: run.verdict?.outcome }).toEqual({
      exitCode: 4,
      outcome: 'broken',
      code: 'SIGN',
      verdict: 'passed',
    })
    const tags = (await (await fetch(`http://${registry}/v2/demo/app/tags/list`)).json()) as { tags?: string[] | null }
    expect((tags.tags ?? []).filter((tag) => !tag.startsWith('sha256'))).toEqual([])
  })

  it('says which registry refuses', async () => {
    const { run, exitCode } = await buildAndScan('examples/fastapi-postgres', [
      '--publish',
      '127.0.0.1:9/demo/app:1.0.0',
    ])
    expect({ exitCode, code: run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(run.failure?.message).toContain('127.0.0.1:9/demo/app')
  })
})
