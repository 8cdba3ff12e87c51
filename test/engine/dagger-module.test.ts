import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { scratch } from './command-line.ts'
import { copyLoadlineModule, dagger } from './loadline-module.ts'
import { tinyImage } from './tiny-image.ts'

/** A repository with two services and the example's module, which has Loadline as a dependency. Only the policy of `orders` lets a tiny image ship. */
async function shop(): Promise<string> {
  const directory = scratch()
  copyLoadlineModule(join(directory, 'tools/loadline'))
  cpSync(join(root, 'examples/dagger-module'), join(directory, 'pipeline'), { recursive: true })
  const configuration = JSON.parse(readFileSync(join(directory, 'pipeline/dagger.json'), 'utf8')) as object
  writeFileSync(
    join(directory, 'pipeline/dagger.json'),
    JSON.stringify({ ...configuration, dependencies: [{ name: 'loadline', source: '../tools/loadline' }] }),
  )
  for (const service of ['orders', 'billing'])
    cpSync(tinyImage(service), join(directory, 'services', service), { recursive: true })
  writeFileSync(
    join(directory, 'services/billing/loadline.yaml'),
    'version: 1\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n',
  )
  // A dependency has to lie in the repository of the module.
  await execa('git', ['init', '--quiet'], { cwd: directory })
  return directory
}

describe('a module that depends on Loadline', () => {
  it('calls it by generated bindings, has the reports of what passed and of what was rejected, and fails where a service may not ship', async () => {
    const directory = await shop()
    const called = await dagger(directory, '-m', 'pipeline', 'call', 'reports', 'export', '--path', 'reports')
    expect(called.exitCode, called.text).toBe(0)
    const outcome = (service: string) =>
      Run.parse(JSON.parse(readFileSync(join(directory, 'reports', service, 'verdict.json'), 'utf8'))).outcome
    expect({ orders: outcome('orders'), billing: outcome('billing') }).toEqual({
      orders: 'passed',
      billing: 'rejected',
    })

    const checked = await dagger(directory, '-m', 'pipeline', 'call', 'images')
    expect(checked.exitCode).not.toBe(0)
    expect(checked.text).toContain('may not ship')
  })
})
