import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { buildAndScan, scratch } from './command-line.ts'
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

    const { run, exitCode, output, stdout, stderr } = await buildAndScan('examples/fastapi-postgres', ['--publish', reference, '--key', 'env:LOADLINE_TEST_KEY'], environment)
    expect({ exitCode, failure: run.failure, outcome: run.outcome }).toEqual({ exitCode: 0, failure: undefined, outcome: 'passed' })

    const inRegistry = (await execa(crane, ['digest', reference])).stdout.trim()
    expect(inRegistry).toBe(run.evidence?.platforms[0]?.archive.digest)
    expect(run.release?.digest).toBe(inRegistry)
    expect(readFileSync(join(output, 'cosign.pub'), 'utf8')).toBe(readFileSync(publicKey, 'utf8'))
    await execa(cosign, ['verify', '--key', publicKey, '--insecure-ignore-tlog=true', '--allow-http-registry', `${registry}/demo/app@${inRegistry}`])

    const other = scratch()
    const stranger = await keyPair(cosign, other)
    const refused = await execa(cosign, ['verify', '--key', stranger.publicKey, '--insecure-ignore-tlog=true', '--allow-http-registry', `${registry}/demo/app@${inRegistry}`], { reject: false })
    expect(refused.exitCode).not.toBe(0)

    const everything = [stdout, stderr, ...['verdict.json', 'report.sarif', 'report.html', 'summary.md', 'report.junit.xml', 'engine.log'].map((name) => readFileSync(join(output, name), 'utf8'))].join('\n')
    expect(everything).not.toContain(password)
    expect(everything).not.toContain(privateKey.split('\n')[1])
  })

  it('publishes an index over several platforms, each the one that was judged', async () => {
    const directory = scratch()
    const crane = await takeProgram('crane', directory)
    const registry = await serveRegistry(crane)
    const reference = `${registry}/demo/go:1.0.0`
    const { run, exitCode } = await buildAndScan('examples/go-service', ['--publish', reference])
    expect({ exitCode, failure: run.failure }).toEqual({ exitCode: 0, failure: undefined })
    const index = JSON.parse((await execa(crane, ['manifest', reference])).stdout) as { manifests: Array<{ digest: string; platform: { os: string; architecture: string } }> }
    const published = Object.fromEntries(index.manifests.map(({ digest, platform }) => [`${platform.os}/${platform.architecture}`, digest]))
    expect(published).toEqual(Object.fromEntries((run.evidence?.platforms ?? []).map(({ archive }) => [archive.platform, archive.digest])))
    expect(Object.keys(published).toSorted()).toEqual(['linux/amd64', 'linux/arm64'])
  })

  it('pushes nothing that was rejected', async () => {
    const crane = await takeProgram('crane', scratch())
    const registry = await serveRegistry(crane)
    const { run, exitCode } = await buildAndScan('examples/legacy-app', ['--publish', `${registry}/demo/legacy:1.0.0`])
    expect({ exitCode, outcome: run.outcome, release: run.release }).toEqual({ exitCode: 1, outcome: 'rejected', release: undefined })
    expect(run.notPublished).toContain('only a passed verdict')
    const catalog = (await (await fetch(`http://${registry}/v2/_catalog`)).json()) as { repositories: string[] | null }
    expect(catalog.repositories ?? []).toEqual([])
  })

  it('moves no tag where signing fails [fault 53]', async () => {
    const crane = await takeProgram('crane', scratch())
    const registry = await serveRegistry(crane)
    const { run, exitCode } = await buildAndScan('examples/fastapi-postgres', ['--publish', `${registry}/demo/app:1.0.0`, '--key', 'env:LOADLINE_TEST_KEY'], { LOADLINE_TEST_KEY: 'no key at all' })
    expect({ exitCode, outcome: run.outcome, code: run.failure?.code, verdict: run.verdict?.outcome }).toEqual({ exitCode: 4, outcome: 'broken', code: 'SIGN', verdict: 'passed' })
    const tags = (await (await fetch(`http://${registry}/v2/demo/app/tags/list`)).json()) as { tags?: string[] | null }
    expect((tags.tags ?? []).filter((tag) => !tag.startsWith('sha256'))).toEqual([])
  })

  it('says which registry refuses', async () => {
    const { run, exitCode } = await buildAndScan('examples/fastapi-postgres', ['--publish', '127.0.0.1:9/demo/app:1.0.0'])
    expect({ exitCode, code: run.failure?.code }).toEqual({ exitCode: 4, code: 'PUBLISH' })
    expect(run.failure?.message).toContain('127.0.0.1:9/demo/app')
  })
})
