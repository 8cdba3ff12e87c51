import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dag, ImageMediaTypes, type Platform } from '@dagger.io/dagger'
import { execa } from 'execa'
import { afterAll, describe, expect, it } from 'vitest'
import { digestOf, type Run } from '../../src/model/index.ts'
import { openImage } from '../../src/stages/build/existing-image.ts'
import { pinnedImage } from '../../src/engine/pinned-image.ts'
import { advisory, application, base, onEngine } from './application.ts'
import { buildAndScan, loadline, scratch } from './command-line.ts'
import { serveDistribution } from './distribution.ts'

const directory = mkdtempSync(join(tmpdir(), 'loadline-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** One platform and two of an application, as builders leave them. Nothing in them is run. */
const archives = once(async (): Promise<{ one: string; both: string }> => {
  const [one, both] = [join(directory, 'one.tar'), join(directory, 'both.tar')]
  await onEngine(async (lock) => {
    const amd64 = dag
      .container({ platform: 'linux/amd64' as Platform })
      .from(pinnedImage(base, lock) ?? '')
      .withNewFile('/hello.txt', 'given\n')
      .withUser('65532')
    const arm64 = dag.container({ platform: 'linux/arm64' as Platform }).withNewFile('/hello.txt', 'given\n')
    await amd64.export(one, { mediaTypes: ImageMediaTypes.Oci })
    await amd64.export(both, { platformVariants: [arm64], mediaTypes: ImageMediaTypes.Oci })
  })
  return { one, both }
})

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= work())
}

const digests = ({ evidence }: Run) => evidence?.platforms.map(({ archive }) => `${archive.platform} ${archive.digest}`)

/** What the archive itself says: the manifests of its index, as the specification lays them out. */
async function manifestsOf(archive: string): Promise<string[]> {
  const read = async (
    path: string,
  ): Promise<{
    manifests: Array<{ digest: string; mediaType: string; platform?: { os: string; architecture: string } }>
  }> => JSON.parse((await execa('tar', ['--extract', '--to-stdout', '--file', archive, path])).stdout)
  const walk = async (path: string): Promise<string[]> =>
    (
      await Promise.all(
        (await read(path)).manifests.map(async ({ digest, mediaType, platform }) =>
          mediaType.endsWith('index.v1+json')
            ? walk(`blobs/${digest.replace(':', '/')}`)
            : [`${platform?.os ?? 'linux'}/${platform?.architecture ?? 'amd64'} ${digest}`],
        ),
      )
    ).flat()
  return walk('index.json')
}

/** As "cosign save" leaves a layout: the image without a platform, and its signature, which has the configuration of an image. */
function putSignatureBeside(layout: string): void {
  const write = (content: string) => {
    const digest = digestOf(content)
    writeFileSync(join(layout, 'blobs', digest.replace(':', '/')), content)
    return { digest, size: content.length }
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const signature = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...write('{"architecture":"","os":"","rootfs":{}}'),
    },
    layers: [{ mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json', ...write('{"critical":{}}') }],
  }
  const path = join(layout, 'index.json')
  const index: { manifests: object[] } = JSON.parse(readFileSync(path, 'utf8'))
  const manifests = [
    ...index.manifests.map((image) => ({ ...image, platform: undefined })),
    { mediaType, ...write(JSON.stringify(signature)), annotations: { kind: 'dev.cosignproject.cosign/sigs' } },
  ]
  writeFileSync(path, JSON.stringify({ ...index, manifests }))
}

describe('an image that exists already', () => {
  it('is judged as it is, from an archive, a layout and a registry, and published with the very digest that it came with', async () => {
    const [registry, { one }, policy] = [
      await serveDistribution(),
      await archives(),
      application({ 'loadline.yaml': advisory }),
    ]
    const published = await buildAndScan(policy, ['--image', one, '--publish', `${registry}/vendor/app:2.1.0`])
    expect({ exitCode: published.exitCode, failure: published.run.failure }).toEqual({
      exitCode: 0,
      failure: undefined,
    })
    const [given] = await manifestsOf(one)
    expect(digests(published.run)).toEqual([given])
    expect(`linux/amd64 ${published.run.release?.digest}`).toBe(given)
    expect(published.run.subject).toEqual({ name: expect.any(String), image: { form: 'archive', name: one } })
    const results = Object.fromEntries(published.run.verdict?.results.map(({ rule, status }) => [rule, status]) ?? [])
    expect(results).toMatchObject({
      dockerfile: 'warned',
      evidence: 'passed',
      'lint-level': 'off',
      'base-pinned': 'off',
    })
    for (const report of ['summary.md', 'report.html', 'report.junit.xml', 'report.sarif'])
      expect(readFileSync(join(published.output, report), 'utf8'), report).toContain('no Dockerfile was given')

    const layout = scratch()
    await execa('tar', ['--extract', '--file', one, '--directory', layout])
    putSignatureBeside(layout)
    const fromLayout = await buildAndScan(policy, ['--image', layout])
    const fromRegistry = await buildAndScan(policy, ['--image', `${registry}/vendor/app:2.1.0`])
    expect([digests(fromLayout.run), digests(fromRegistry.run)]).toEqual([[given], [given]])
  })

  it('is judged by dagger call as well', async () => {
    const [{ one }, policy] = [await archives(), application({ 'loadline.yaml': advisory })]
    const called = await loadline([
      'dagger',
      '--silent',
      'call',
      'with-image',
      '--archive',
      one,
      'assess',
      '--source',
      policy,
      'verdict',
    ])
    expect(called.exitCode, called.stderr).toBe(0)
    const run = JSON.parse(called.stdout) as Run
    expect({ outcome: run.outcome, digests: digests(run), form: run.subject.image?.form }).toEqual({
      outcome: 'passed',
      digests: await manifestsOf(one),
      form: 'archive',
    })
  })

  it('of several platforms is judged for each that is asked for, and is rejected by the default policy because it has no Dockerfile [fault 101]', async () => {
    const [output, { both }] = [scratch(), await archives()]
    const ended = await loadline([
      'build-and-scan',
      '--image',
      both,
      '--platform',
      'linux/amd64',
      'linux/arm64',
      '--output',
      output,
      '--progress',
      'plain',
      '--json',
    ])
    const run = JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8')) as Run
    expect(ended.exitCode, ended.stderr).toBe(1)
    expect(digests(run)?.toSorted()).toEqual((await manifestsOf(both)).toSorted())
    expect(run.verdict?.results.find(({ rule }) => rule === 'dockerfile')).toMatchObject({
      status: 'failed',
      violations: [{ id: 'base' }, { id: 'lint' }],
    })
  })

  it('that cannot be read or believed is refused with its reason, and nothing is judged [fault 100]', async () => {
    const [{ one }, policy] = [await archives(), application({ 'loadline.yaml': advisory })]
    const bad = async (name: string, change: (path: string) => void | Promise<void>): Promise<string> => {
      const path = join(directory, name)
      await execa('cp', [one, path])
      await change(path)
      return path
    }
    const cases: Array<[string, RegExp]> = [
      [await bad('cut.tar', (path) => truncateSync(path, 20_000)), /truncated or damaged|ends within/],
      [await bad('empty.tar', (path) => truncateSync(path, 0)), /found an empty file/],
      [
        await bad('changed.tar', (path) =>
          writeFileSync(
            path,
            readFileSync(path, 'latin1').replace(/"architecture":"amd64"/g, '"architecture":"amd65"'),
            'latin1',
          ),
        ),
        /digest/,
      ],
      [await bad('text.tar', (path) => writeFileSync(path, 'no archive at all\n')), /truncated or damaged/],
      [scratch(), /expected index\.json in the layout, found none/],
    ]
    await onEngine(async (lock) => {
      for (const [name, message] of cases) {
        const given = statSync(name).isDirectory()
          ? { form: 'layout' as const, name, directory: dag.host().directory(name) }
          : { form: 'archive' as const, name, file: dag.host().file(name) }
        await expect(
          openImage(given, lock).then((archive) => archive('linux/amd64')),
          name,
        ).rejects.toMatchObject({ code: 'SOURCE', message: expect.stringMatching(message) })
      }
    })
    const { run, exitCode } = await buildAndScan(policy, ['--image', cases[0]?.[0] ?? ''])
    expect({ exitCode, code: run.failure?.code, stage: run.failure?.stage, verdict: run.verdict }).toEqual({
      exitCode: 2,
      code: 'SOURCE',
      stage: 'source',
      verdict: undefined,
    })
  })
})
