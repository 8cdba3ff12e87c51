import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { Merged, Run } from '../../src/model/index.ts'
import { loadline, scratch } from './command-line.ts'
import { serveRegistry } from './registry.ts'
import { tinyImage } from './tiny-image.ts'
import { independentCrane } from './independent-crane.ts'

/** A directory of services: two that pass, and on request one that is rejected and one that has no Dockerfile. */
function services(): { directory: string; paths(...names: string[]): string[] } {
  const directory = scratch()
  for (const name of ['orders', 'billing', 'mail']) cpSync(tinyImage(name), join(directory, name), { recursive: true })
  // The default policy asks for a health check, which the tiny image has not.
  writeFileSync(
    join(directory, 'mail', 'loadline.yaml'),
    'version: 1\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n',
  )
  mkdirSync(join(directory, 'empty'))
  return { directory, paths: (...names) => names.map((name) => join(directory, name)) }
}

const report = (output: string, name: string) =>
  Run.parse(JSON.parse(readFileSync(join(output, name, 'verdict.json'), 'utf8')))

describe('several sources by one call', () => {
  it('are released together or not at all', async () => {
    const output = scratch()
    const [crane, registry] = [await independentCrane(), await serveRegistry()]
    const { paths } = services()
    const publish = ['--publish', `${registry}/shop/{name}:1.0.0`, '--output', output, '--progress', 'plain']
    const repositories = async () =>
      (await execa(crane, ['catalog', '--insecure', registry])).stdout.split('\n').filter(Boolean).toSorted()

    const refused = await loadline(['build-and-scan', ...paths('orders', 'mail'), ...publish])
    expect(refused.exitCode, refused.stderr).toBe(1)
    expect(Merged.parse(JSON.parse(readFileSync(join(output, 'merged.json'), 'utf8')))).toMatchObject({
      outcome: 'rejected',
      parts: [
        { name: 'mail', state: 'rejected' },
        { name: 'orders', state: 'passed' },
      ],
    })
    expect(report(output, 'orders')).toMatchObject({
      outcome: 'passed',
      notPublished: `${registry}/shop/orders:1.0.0 was not touched: sources of one call are released together or not at all, and mail was rejected`,
    })
    expect(report(output, 'mail').outcome).toBe('rejected')
    expect(refused.stdout).toContain('REJECTED: 1 of 2 parts passed')
    expect(await repositories()).toEqual([])

    const released = await loadline(['build-and-scan', ...paths('orders', 'billing'), ...publish, '--json'])
    expect(released.exitCode, released.stderr).toBe(0)
    expect(Merged.parse(JSON.parse(released.stdout))).toMatchObject({
      outcome: 'passed',
      parts: [{ name: 'billing', release: { reference: `${registry}/shop/billing:1.0.0` } }, { name: 'orders' }],
    })
    expect(await repositories()).toEqual(['shop/billing', 'shop/orders'])
    expect(report(output, 'orders').release?.digest).toBe(
      (await execa(crane, ['digest', '--insecure', `${registry}/shop/orders:1.0.0`])).stdout,
    )
  })

  it('share one session, and one that breaks stops no other', async () => {
    const output = scratch()
    const { paths, directory } = services()
    const { exitCode, stdout, stderr } = await loadline([
      'build-and-scan',
      ...paths('empty', 'orders', 'gone'),
      '--output',
      output,
      '--progress',
      'plain',
      '--parallel',
      '3',
    ])
    expect(exitCode, stderr).toBe(2)
    expect(report(output, 'orders').outcome).toBe('passed')
    expect(report(output, 'empty').failure).toMatchObject({
      code: 'SOURCE',
      message: expect.stringContaining('Dockerfile'),
    })
    expect(report(output, 'gone').failure?.message).toBe(`${join(directory, 'gone')} does not exist`)
    expect(stdout).toContain('UNDECIDED: 1 of 3 parts passed')
    expect(stderr).toMatch(/^orders: build: linux\/amd64 done/m)
    expect(existsSync(join(output, 'engine.log'))).toBe(true)
    expect(existsSync(join(output, 'orders', 'engine.log'))).toBe(false)
  })
})
