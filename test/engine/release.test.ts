import { readFileSync, writeFileSync } from 'node:fs'
import { request as forward } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { digestOf, predicateTypes, Reverdict, Verification } from '../../src/model/index.ts'
import { parseAttestations } from '../../src/tools/cosign/attestations.ts'
import { root } from '../repo/source-files.ts'
import { attestationsBeside, type Attestations } from './attestations-beside.ts'
import { buildAndScan, loadline, scratch, type Ended } from './command-line.ts'
import { refuse, serveFaulty, type Fault } from './faulty-registry.ts'
import { serveReferrers } from './referrers-registry.ts'
import { serveRegistry } from './registry.ts'
import { tagsOf } from './signed-image.ts'
import { signingKey, type SigningKey } from './signing-key.ts'
import { renewedPolicy } from './renewed-policy.ts'
import { strict, tinyImage } from './tiny-image.ts'
import { independentCrane } from './independent-crane.ts'
import { takeProgram } from './tool-programs.ts'

const password = 'correct-horse-canary-7f3a'

let crane: string
let cosign: string
beforeAll(async () => {
  ;[crane, cosign] = [await independentCrane(), await takeProgram('cosign')]
})

describe('an index over two platforms', () => {
  const source = 'examples/go-service'
  const policy = ['--policy', renewedPolicy(source)]
  let key: SigningKey
  let repository: string
  let publish: string[]
  let released: Ended
  let digest: string
  let published: Record<string, string>
  let beside: Attestations

  beforeAll(async () => {
    key = await signingKey(password)
    const registry = await serveRegistry()
    repository = `${registry}/demo/go`
    beside = attestationsBeside(`http://${registry}/v2/demo/go`)
    const tags = ['--tag', 'type=semver,pattern={{version}}', 'type=semver,pattern={{major}}.{{minor}}']
    publish = ['--publish', repository, '--version', '1.2.3', ...tags, ...policy, ...key.argv]
    released = await buildAndScan(source, publish, key.env)
    digest = released.run.release?.digest ?? ''
    published = Object.fromEntries(
      (released.run.evidence?.platforms ?? []).map(({ archive }) => [archive.platform, archive.digest]),
    )
  })

  it('is published under its tags, each image the one that was judged', async () => {
    const { run, exitCode } = released
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(run.release?.tags.slice(0, 2)).toEqual(['1.2.3', '1.2'])
    for (const tag of run.release?.tags ?? [])
      expect((await execa(crane, ['digest', `${repository}:${tag}`])).stdout.trim()).toBe(digest)
    const index = JSON.parse((await execa(crane, ['manifest', `${repository}@${digest}`])).stdout) as {
      manifests: Array<{ digest: string; platform: { os: string; architecture: string } }>
      annotations: Record<string, string>
    }
    expect(index.annotations).toMatchObject({
      'org.opencontainers.image.title': 'go-service',
      'org.opencontainers.image.version': '1.0.0',
    })
    expect(
      Object.fromEntries(
        index.manifests.map(({ digest: image, platform }) => [`${platform.os}/${platform.architecture}`, image]),
      ),
    ).toEqual(published)
    expect(Object.keys(published).toSorted()).toEqual(['linux/amd64', 'linux/arm64'])
  })

  it('says of each image what its Dockerfile and git say of its source', async () => {
    const head = (await execa('git', ['rev-parse', 'HEAD'], { cwd: root, reject: false })).stdout.trim() || undefined
    // The Dockerfile sets title, version and source itself, and wins.
    const said = {
      'org.opencontainers.image.title': 'go-service',
      'org.opencontainers.image.version': '1.0.0',
      ...(head === undefined ? {} : { 'org.opencontainers.image.revision': head }),
    }
    expect(Object.values(published)).toHaveLength(2)
    for (const image of Object.values(published)) {
      const { stdout: manifest } = await execa(crane, ['manifest', `${repository}@${image}`], {
        stripFinalNewline: false,
      })
      expect(digestOf(manifest)).toBe(image)
      expect((JSON.parse(manifest) as { annotations: object }).annotations).toMatchObject(said)
      const { config } = JSON.parse((await execa(crane, ['config', `${repository}@${image}`])).stdout) as {
        config: { Labels: object }
      }
      expect(config.Labels).toMatchObject(said)
    }
  })

  it('is verified by hand with the commands that its report prints, and by loadline verify', async () => {
    const { run, output } = released
    expect(run.release?.attestations).toHaveLength(14)
    const [everything = '', ...byHand] = run.release?.verifyCommands ?? []
    expect(byHand).toHaveLength(15)
    for (const command of byHand) {
      const [program, ...argv] = command.split(' ')
      expect(program).toBe('cosign')
      await execa(cosign, argv, { cwd: output })
    }
    const verified = await loadline([...everything.split(' ').slice(1, 3), '--key', key.publicKey, ...policy])
    expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0)
    for (const said of [
      'VERIFIED',
      `${repository}@${digest}`,
      'linux/arm64',
      'loadline-example-advisories (example)',
      run.policy?.digest ?? '',
    ])
      expect(verified.stdout).toContain(said)
  })

  it('is judged again from what is attested, by either face: nothing has changed since', async () => {
    const again = await loadline(['reverdict', `${repository}:1.2.3`, '--key', key.publicKey, ...policy, '--json'])
    expect(again.exitCode, again.stdout + again.stderr).toBe(0)
    const reverdict = Reverdict.parse(JSON.parse(again.stdout))
    expect({
      outcome: reverdict.outcome,
      appeared: reverdict.appeared,
      disappeared: reverdict.disappeared,
      changed: reverdict.changedRules,
    }).toEqual({ outcome: 'passed', appeared: [], disappeared: [], changed: [] })
    expect(reverdict.takenOver.map(({ rule }) => rule)).toContain('size-unpacked')

    const about = ['--reference', `${repository}:1.2.3`, '--key', key.publicKey]
    const registry = ['--registry', `tcp://${repository.split('/')[0]}`]
    const called = await loadline(['dagger', '--silent', 'call', ...policy, 'reverdict', ...about, ...registry])
    expect(called.exitCode, called.stdout + called.stderr).toBe(0)
    for (const said of [digest, 'PASSED']) expect(called.stdout).toContain(said)
  })

  it('is released once more: what was removed is said again, with the verdict that rests on it, and nothing else twice', async () => {
    const [amd64 = '', arm64 = ''] = ['linux/amd64', 'linux/arm64'].map((platform) => published[platform])
    const before = await Promise.all([amd64, arm64].map(beside.entries))
    const tests = await beside.entryOf(amd64, predicateTypes.tests)
    const without = before[0]?.filter(({ digest: entry }) => entry !== tests.digest) ?? []
    // What the second release says stays: the verdict about the index rests on it.
    await beside.replace(amd64, without)
    const again = await buildAndScan(source, publish, key.env)
    const after = await Promise.all([amd64, arm64].map(beside.entries))
    expect({ exitCode: again.exitCode, failure: again.run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(after[1]).toEqual(before[1])
    const added = after[0]?.filter(({ digest: entry }) => without.every((earlier) => earlier.digest !== entry)) ?? []
    const types = await Promise.all(added.map(beside.typeOf))
    expect(types.toSorted()).toEqual([predicateTypes.tests, predicateTypes.verdict].toSorted())
  })

  it('gets a younger verdict by its key, by which consumers go; not by another key, nor by a policy that has not judged the rest', async () => {
    const judge = (env: Record<string, string>, by = policy) =>
      loadline(
        [
          'reverdict',
          `${repository}:1.2.3`,
          '--key',
          key.publicKey,
          ...by,
          '--attest-key',
          'env:LOADLINE_TEST_KEY',
          '--json',
        ],
        env,
      )
    const verdictOf = async () => {
      const { exitCode, stdout, stderr } = await loadline([
        'verify',
        `${repository}:1.2.3`,
        '--key',
        key.publicKey,
        ...policy,
        '--json',
      ])
      expect(exitCode, stdout + stderr).toBe(0)
      return Verification.parse(JSON.parse(stdout)).verdict?.at
    }
    const stranger = await judge((await signingKey(password)).env)
    expect([stranger.exitCode, stranger.stdout]).toEqual([4, ''])
    expect(stranger.stderr).toContain('is not whom consumers of the image expect')
    const larger = join(scratch(), 'loadline.yaml')
    writeFileSync(larger, readFileSync(policy[1] ?? '', 'utf8').replace('pids: 32', 'pids: 33'))
    const elsewise = await judge(key.env, ['--policy', larger])
    expect([elsewise.exitCode, elsewise.stderr]).toEqual([4, expect.stringContaining('Nothing was attested')])

    const renewed = await judge(key.env)
    expect(renewed.exitCode, renewed.stderr).toBe(0)
    const [amd64 = '', arm64 = ''] = ['linux/amd64', 'linux/arm64'].map((platform) => published[platform])
    const { judgedAt, renewed: made = [] } = Reverdict.parse(JSON.parse(renewed.stdout))
    // The scan of each image, whose claim is as it was, and a verdict of each and of the index.
    expect(made.map(({ predicateType }) => predicateType).toSorted()).toEqual(
      [
        ...[amd64, arm64].map(() => predicateTypes.vulnerabilities),
        ...[amd64, arm64, digest].map(() => predicateTypes.verdict),
      ].toSorted(),
    )
    expect(await verdictOf()).toBe(judgedAt)

    // What was taken over is taken over again, and nobody forgets when it was judged.
    const after = await judge(key.env)
    expect(after.exitCode, after.stderr).toBe(0)
    const { attested, takenOver } = Reverdict.parse(JSON.parse(after.stdout))
    expect(attested.at).toBe(judgedAt)
    const size = takenOver.find(({ rule }) => rule === 'size-unpacked')
    expect(size?.judgedAt && size.judgedAt < judgedAt).toBe(true)

    const before = await verdictOf()
    const about = ['--reference', `${repository}:1.2.3`, '--registry', `tcp://${repository.split('/')[0]}`]
    const signer = ['--attest-key', 'env:LOADLINE_TEST_KEY', '--key-password', 'env:COSIGN_PASSWORD']
    const called = await loadline(
      ['dagger', '--silent', 'call', ...policy, 'reverdict', ...about, '--key', key.publicKey, ...signer],
      key.env,
    )
    expect(called.exitCode, called.stdout + called.stderr).toBe(0)
    const newest = await verdictOf()
    expect(newest && before && newest > before, `${before}, then ${newest}`).toBe(true)
  })

  describe('is refused', () => {
    const verify = async (publicKey: string): Promise<Verification['checks']> => {
      const argv = ['verify', `${repository}:1.2.3`, '--key', publicKey, '--json']
      const { exitCode, stdout, stderr } = await loadline(argv)
      expect(exitCode, stderr).toBe(4)
      return Verification.parse(JSON.parse(stdout)).checks
    }
    /** What is wrong where others are listed beside the image for amd64 than its attestations. */
    const faultsWith = async (entries: readonly object[]) => {
      const checks = await beside.instead(published['linux/amd64'] ?? '', entries, () => verify(key.publicKey))
      return checks.filter(({ status }) => status !== 'holds').map(({ what, status }) => `${what} ${status}`)
    }

    it('by the key of a stranger [fault 55]', async () => {
      const checks = await verify((await signingKey(password)).publicKey)
      expect(new Set(checks.map(({ status }) => status))).toEqual(new Set(['refused']))
    })

    it('where an attestation was removed, changed or made about another image [fault 55]', async () => {
      const image = published['linux/amd64'] ?? ''
      const entries = await beside.entries(image)
      const tests = await beside.entryOf(image, predicateTypes.tests)
      const without = entries.filter(({ digest: entry }) => entry !== tests.digest)
      expect(without).toHaveLength(entries.length - 1)
      // The verdict misses it too.
      expect(await faultsWith(without)).toEqual(['tests missing', 'verdict refused'])

      const forged = await beside.changed(tests, (payload) =>
        payload.replace(/"passedTests": ?\[/, '"passedTests": ["planted",'),
      )
      const planted = entries.map((entry) => (entry.digest === tests.digest ? { ...entry, ...forged } : entry))
      expect(await faultsWith(planted)).toEqual(['tests refused', 'verdict refused'])

      const ofAnother = await faultsWith(await beside.entries(published['linux/arm64'] ?? ''))
      expect(ofAnother.length).toBeGreaterThan(0)
      expect(ofAnother.every((fault) => fault.endsWith('refused'))).toBe(true)
    })

    it('where nothing is said of it, with what is missing and what to do [fault 55]', async () => {
      const elsewhere = `${repository.replace('/go', '/foreign')}:1`
      await execa(crane, ['copy', `${repository}@${published['linux/amd64']}`, elsewhere])
      const foreign = await loadline(['verify', elsewhere, '--key', key.publicKey])
      expect(foreign.exitCode, foreign.stderr).toBe(4)
      expect(foreign.stdout).toContain('REFUSED: 7 checks of 7 do not hold')
      for (const type of Object.values(predicateTypes))
        expect(foreign.stdout).toContain(`no attestation of type ${type}`)
    })
  })
})

describe('one image', () => {
  /** From the first write on that nobody may make, the signature's being the first. */
  const denyingWrites = (spared: number): Fault => {
    let writes = 0
    return {
      at: /^PUT .*\/manifests\/sha256-/,
      unless: () => (writes += 1) <= spared,
      instead: refuse(403, 'DENIED'),
    }
  }

  /** The registry keeps this write beside the image, and nobody hears of it: a gateway says that it has no answer, and every further one is refused. */
  const losingAnswer = (upstream: string): Fault => {
    const denied = denyingWrites(0)
    let lost = false
    return {
      ...denied,
      instead: (request, response) => {
        if (lost) return denied.instead?.(request, response)
        lost = true
        const { method, headers } = request
        const kept = forward(`http://${upstream}${request.url}`, { method, headers }, (answer) => {
          answer.resume()
          refuse(502, 'UNKNOWN')(request, response)
        })
        request.pipe(kept)
      },
    }
  }

  it('whose signature or attestation cannot be written moves no tag; the next run goes on from there, leaves each statement once, and shows neither key nor password [faults 38, 53]', async () => {
    const [key, stranger, upstream] = [await signingKey(password), await signingKey(password), await serveRegistry()]
    const registry = await serveFaulty(upstream)
    const source = tinyImage('resumed')
    const release = async (env: Record<string, string>, ...faults: Fault[]) => {
      registry.faults = faults
      const ended = await buildAndScan(source, ['--publish', `${registry.host}/demo/app:1.0.0`, ...key.argv], env)
      const { failure, verdict, release: made } = ended.run
      return { ...ended, said: [ended.exitCode, failure?.code, verdict?.outcome, made?.tags] }
    }

    const unsigned = await release({ LOADLINE_TEST_KEY: 'no key at all' })
    expect(unsigned.said).toEqual([4, 'SIGN', 'passed', undefined])
    const image = unsigned.run.evidence?.platforms[0]?.archive.digest ?? ''
    const pushed = [...registry.uploaded]
    expect(pushed.length).toBeGreaterThan(0)

    // A signature and no attestation.
    const ends = [unsigned]
    const broken = await release(key.env, denyingWrites(1))
    expect(broken.said).toEqual([4, 'ATTEST', 'passed', undefined])
    ends.push(broken)
    expect(await tagsOf(upstream, 'demo/app')).toEqual([])

    // All attestations, of which nobody hears: the registry is asked again, and nothing written twice.
    const whole = await release(key.env, losingAnswer(upstream))
    expect(whole.said).toEqual([0, undefined, 'passed', ['1.0.0']])
    expect(whole.run.release?.digest).toBe(image)
    expect((await execa(crane, ['digest', `${upstream}/demo/app:1.0.0`])).stdout.trim()).toBe(image)
    expect(registry.uploaded.filter((digest) => pushed.includes(digest))).toEqual(pushed)
    const attested = await execa(cosign, ['download', 'attestation', `${upstream}/demo/app@${image}`])
    expect(
      parseAttestations(attested.stdout)
        .map(({ statement }) => statement.predicateType)
        .toSorted(),
    ).toEqual(['https://sigstore.dev/cosign/sign/v1', ...Object.values(predicateTypes)].toSorted())

    expect(readFileSync(join(whole.output, 'cosign.pub'), 'utf8')).toBe(readFileSync(key.publicKey, 'utf8'))
    const byHand = (publicKey: string) =>
      execa(
        cosign,
        [
          'verify',
          '--key',
          publicKey,
          '--insecure-ignore-tlog=true',
          '--allow-http-registry',
          `${upstream}/demo/app@${image}`,
        ],
        { reject: false },
      )
    expect((await byHand(key.publicKey)).exitCode).toBe(0)
    expect((await byHand(stranger.publicKey)).exitCode).not.toBe(0)

    const reports = ['verdict.json', 'report.sarif', 'report.html', 'summary.md', 'report.junit.xml', 'engine.log']
    const everything = [...ends, whole].flatMap(({ output, stdout, stderr }) => [
      stdout,
      stderr,
      ...reports.map((name) => readFileSync(join(output, name), 'utf8')),
    ])
    for (const secret of [password, key.privateKey.split('\n')[1] ?? ''])
      expect(everything.filter((text) => text.includes(secret))).toEqual([])
  })

  it('is signed and attested at the same time where the registry has the referrers API, and tagged after both are verified', async () => {
    const key = await signingKey(password)
    const order: string[] = []
    let [attested, signed] = [() => {}, () => {}]
    const [attestationArrives, signatureArrives] = [
      new Promise<void>((resolve) => (attested = resolve)),
      new Promise<void>((resolve) => (signed = resolve)),
    ]
    // Each waits for the other: written one after the other, neither would ever be kept.
    const registry = await serveReferrers(await serveRegistry(), async ({ annotations = {} }) => {
      const type = annotations['dev.sigstore.bundle.predicateType'] ?? ''
      order.push(type)
      const isSignature = type.startsWith('https://sigstore.dev/cosign/sign/')
      if (isSignature) signed()
      else attested()
      await (isSignature ? attestationArrives : signatureArrives)
    })
    const repository = `${registry.host}/demo/app`
    const ended = await buildAndScan(tinyImage('together'), ['--publish', `${repository}:1.0.0`, ...key.argv], key.env)
    expect({ exitCode: ended.exitCode, failure: ended.run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(ended.run.release).toMatchObject({ tags: ['1.0.0'], signature: { stored: [{ where: 'referrers-api' }] } })
    expect(order.toSorted()).toEqual(
      ['https://sigstore.dev/cosign/sign/v1', ...Object.values(predicateTypes)].toSorted(),
    )
    const isTag = (line: string) => /^PUT .*\/manifests\/1\.0\.0/.test(line)
    const reads = registry.asked.findLastIndex((line) => /^GET .*\/referrers\//.test(line))
    expect(registry.asked.findIndex(isTag)).toBeGreaterThan(reads)
    const verified = await loadline(['verify', `${repository}:1.0.0`, '--key', key.publicKey])
    expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0)
  })

  it('that was rejected is not pushed', async () => {
    const registry = await serveRegistry()
    const source = tinyImage('rejected', strict)
    const { run, exitCode } = await buildAndScan(source, ['--publish', `${registry}/demo/app:1.0.0`])
    expect([exitCode, run.outcome, run.release]).toEqual([1, 'rejected', undefined])
    expect(run.notPublished).toContain('only a passed verdict')
    const catalog = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as { repositories: string[] | null }
    expect(catalog.repositories ?? []).toEqual([])
  })
})
