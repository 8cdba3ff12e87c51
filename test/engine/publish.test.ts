import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildAndScan, scratch } from './command-line.ts'
import { isSmall, refuse, reset, serveFaulty, silence } from './faulty-registry.ts'
import { serveDistribution } from './distribution.ts'
import { root } from '../repo/source-files.ts'
import { tinyImage } from './tiny-image.ts'

const anyUpload = /^POST \/v2\/demo\/app\/blobs\/uploads\//
const sendingABlob = /^PUT \/v2\/demo\/app\/blobs\/uploads\//
const sendingAManifest = /^PUT \/v2\/demo\/app\/manifests\/sha256:/
const taggingRelease = /^PUT \/v2\/demo\/app\/manifests\/1\.0\.0$/

async function digestIn(registry: string, reference: string): Promise<string | null> {
  const answer = await fetch(`http://${registry}/v2/demo/app/manifests/${reference}`, {
    headers: { Accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' },
  })
  return answer.ok ? answer.headers.get('docker-content-digest') : null
}

describe('publish to a registry with faults', () => {
  it('ends at once where the account may not push, and names host, repository and scope [fault 46]', async () => {
    const upstream = await serveDistribution()
    const faulty = await serveFaulty(upstream, [{ at: anyUpload, instead: refuse(403, 'DENIED') }])
    const { run, exitCode } = await buildAndScan(tinyImage('denied'), ['--publish', `${faulty.host}/demo/app:1.0.0`])
    expect({ exitCode, code: run.failure?.code, verdict: run.verdict?.outcome, release: run.release }).toEqual({
      exitCode: 4,
      code: 'PUBLISH',
      verdict: 'passed',
      release: undefined,
    })
    expect(run.failure?.message).toContain(`${faulty.host}: 403 Forbidden`)
    expect(run.failure?.message).toContain('repository:demo/app:push,pull')
    expect(run.failure?.message).not.toContain('tried')
    expect(faulty.asked.filter((line) => sendingABlob.test(line))).toEqual([])
    expect(await digestIn(upstream, '1.0.0')).toBeNull()
  })

  it('outlasts a registry that asks to wait and connections that break in the middle, and sends every blob once [faults 47, 48]', async () => {
    const upstream = await serveDistribution()
    const faulty = await serveFaulty(upstream, [
      { at: anyUpload, times: 2, instead: refuse(429, 'TOOMANYREQUESTS', { 'Retry-After': '1' }) },
      { at: sendingABlob, times: 2, unless: isSmall, instead: reset },
      { at: sendingAManifest, times: 1, instead: refuse(503, 'UNAVAILABLE') },
    ])
    const { run, exitCode } = await buildAndScan(tinyImage(randomBytes(3_000_000).toString('hex')), [
      '--publish',
      `${faulty.host}/demo/app:1.0.0`,
    ])
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(faulty.faults.map(({ times }) => times)).toEqual([0, 0, 0])
    expect(faulty.uploaded.length).toBeGreaterThan(0)
    expect(new Set(faulty.uploaded).size).toBe(faulty.uploaded.length)
    expect(await digestIn(upstream, '1.0.0')).toBe(run.release?.digest)
    expect(run.release?.digest).toBe(run.evidence?.platforms[0]?.archive.digest)
  })

  it('moves no tag where the registry names a digest other than that which was judged [fault 49]', async () => {
    const upstream = await serveDistribution()
    const lie = `sha256:${'0'.repeat(64)}`
    const faulty = await serveFaulty(upstream, [
      { at: sendingAManifest, changes: (headers) => void (headers['docker-content-digest'] = lie) },
    ])
    const { run, exitCode } = await buildAndScan(tinyImage('lies'), ['--publish', `${faulty.host}/demo/app:1.0.0`])
    expect({ exitCode, code: run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(run.failure?.message).toContain(`expected ${run.evidence?.platforms[0]?.archive.digest}, found ${lie}`)
    expect(faulty.asked.filter((line) => taggingRelease.test(line))).toEqual([])
    expect(await digestIn(upstream, '1.0.0')).toBeNull()
  })

  it('pushes no index and moves no tag where one platform cannot be pushed [fault 51]', async () => {
    const upstream = await serveDistribution()
    const faulty = await serveFaulty(upstream, [
      { at: sendingAManifest, times: 1 },
      { at: sendingAManifest, instead: refuse(403, 'DENIED') },
    ])
    const { run, exitCode } = await buildAndScan(tinyImage('two platforms'), [
      '--platform',
      'linux/amd64',
      'linux/arm64',
      '--publish',
      `${faulty.host}/demo/app:1.0.0`,
    ])
    expect({ exitCode, code: run.failure?.code, verdict: run.verdict?.outcome }).toEqual({
      exitCode: 4,
      code: 'PUBLISH',
      verdict: 'passed',
    })
    const platforms = run.evidence?.platforms.map(({ archive }) => archive.digest) ?? []
    const written = faulty.asked.flatMap((line) => /^PUT .*\/manifests\/(.*)/.exec(line)?.[1] ?? [])
    expect(written).toHaveLength(2)
    expect(platforms).toEqual(expect.arrayContaining(written))
    expect(
      await Promise.all(
        [...platforms, '1.0.0'].map(async (reference) => (await digestIn(upstream, reference)) !== null),
      ),
    ).toEqual([true, false, false])
  })

  it('goes on after it was killed between push and tag, and sends no blob twice [fault 48]', async () => {
    const upstream = await serveDistribution()
    const faulty = await serveFaulty(upstream, [{ at: taggingRelease, instead: silence }])
    const [source, output] = [tinyImage('killed'), scratch()]
    const tagging = faulty.reached(taggingRelease)
    const argv = ['build-and-scan', source, '--progress', 'none', '--publish', `${faulty.host}/demo/app:1.0.0`]
    const first = spawn('node', [join(root, 'ci/loadline.mjs'), ...argv, '--output', output], {
      cwd: root,
      stdio: 'ignore',
      detached: true,
    })
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      first.once('exit', (_code, signal) => resolve(signal)),
    )
    await Promise.race([tagging, ended])
    // The whole group: whoever pulls the plug does not leave its children running.
    process.kill(-(first.pid ?? 0), 'SIGKILL')
    expect(await ended).toBe('SIGKILL')
    expect(JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8'))).toMatchObject({
      outcome: 'broken',
      failure: { message: expect.stringContaining('has not finished') },
    })
    const sent = [...faulty.uploaded]
    expect(sent.length).toBeGreaterThan(0)
    expect(await digestIn(upstream, '1.0.0')).toBeNull()

    faulty.faults.length = 0
    const { run, exitCode } = await buildAndScan(source, ['--publish', `${faulty.host}/demo/app:1.0.0`])
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    expect(faulty.uploaded).toEqual(sent)
    expect(await digestIn(upstream, '1.0.0')).toBe(run.release?.digest)
  })

  it('takes an immutable tag with the same digest for done, and refuses to move one with another [fault 50]', async () => {
    const registry = await serveDistribution()
    const argv = ['--immutable-tags', '--publish', `${registry}/demo/app:1.0.0`]
    const source = tinyImage('first')
    const first = await buildAndScan(source, argv)
    const again = await buildAndScan(source, argv)
    expect([first.exitCode, again.exitCode, again.run.release?.digest]).toEqual([0, 0, first.run.release?.digest])

    const { run, exitCode } = await buildAndScan(tinyImage('second'), argv)
    expect({ exitCode, code: run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(run.failure?.message).toContain(`it points to ${first.run.release?.digest}`)
    expect(run.failure?.hint).toContain('No tag was moved.')
    expect(run.notPublished).toContain('was not released')
    expect(await digestIn(registry, '1.0.0')).toBe(first.run.release?.digest)
  })

  it('leaves one whole index where two releases move a tag at once, and each says its own digest [fault 52]', async () => {
    const registry = await serveDistribution()
    const runs = await Promise.all(
      ['one', 'two'].map((text) =>
        buildAndScan(tinyImage(text), ['--consumer', 'index', '--publish', `${registry}/demo/app:1.0.0`]),
      ),
    )
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    const digests = runs.map(({ run }) => run.release?.digest)
    expect(new Set(digests).size).toBe(2)
    const tagged = await digestIn(registry, '1.0.0')
    expect(digests).toContain(tagged)
    // Whether the one that lost saw it depends on who came when; the one that won must not say so.
    const said = runs.map(({ run }) => run.release?.overtaken ?? [])
    expect(said.filter((_overtaken, index) => digests[index] === tagged)).toEqual([[]])
    expect([[], [{ tag: '1.0.0', digest: tagged }]]).toContainEqual(
      said.find((_overtaken, index) => digests[index] !== tagged),
    )
    const index = (await (
      await fetch(`http://${registry}/v2/demo/app/manifests/1.0.0`, {
        headers: { Accept: 'application/vnd.oci.image.index.v1+json' },
      })
    ).json()) as { manifests: Array<{ digest: string }> }
    expect(index.manifests).toHaveLength(1)
    const winner = runs.find(({ run }) => run.release?.digest === tagged)
    expect(index.manifests[0]?.digest).toBe(winner?.run.evidence?.platforms[0]?.archive.digest)
    for (const { digest } of index.manifests) expect(await digestIn(registry, digest)).toBe(digest)
  })
})
