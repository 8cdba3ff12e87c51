import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { filesBelow } from '../../toolchain/content-key.ts'
import { copyOf } from '../unit/scaffold/applications.ts'
import { loadline, scratch } from './command-line.ts'
import { answers, change, everyday, expectPasses, gateOfToday, scaffolded, type Gate } from './scaffold-gate.ts'

let gate: Gate
beforeAll(async () => {
  gate = await gateOfToday()
})
afterAll(() => gate.end())

describe('the scaffold of', () => {
  it.each(everyday)(
    '%s passes its own strict gate, unchanged, and answers its health check under full hardening',
    async (stack) => expectPasses(gate, stack),
  )

  it('an application whose health endpoint is broken is rejected', async () => {
    const directory = await scaffolded('node-npm')
    change(join(directory, 'src/main.ts'), "return response.end('ok')", 'return response.writeHead(500).end()')
    // It will not get better with time.
    change(join(directory, 'loadline.yaml'), /readySeconds: \d+/g, 'readySeconds: 5')
    const { verdict } = await gate.judge(directory)
    expect(verdict).toMatchObject({
      outcome: 'rejected',
      exitCode: 1,
      against: [expect.stringMatching(/^runtime-ready: not-ready: .*answered 500/)],
    })
  })
})

describe('the Dagger function', () => {
  it('writes the files of the command line', async () => {
    const [ofCommandLine, source, exported] = [await scaffolded('go'), copyOf('go'), scratch()]
    onTestFinished(() => rmSync(source, { recursive: true, force: true }))
    const called = await loadline([
      'dagger',
      '--silent',
      'call',
      'scaffold',
      '--source',
      source,
      ...answers,
      'after',
      'export',
      '--path',
      exported,
    ])
    expect(called.exitCode, called.stderr).toBe(0)
    const paths = await filesBelow(ofCommandLine)
    expect(paths).toContain('DEPLOYMENT.md')
    expect(await filesBelow(exported)).toEqual(paths)
    for (const path of [...paths, '.dockerignore', '.github/workflows/orders.yaml'])
      expect(readFileSync(join(exported, path), 'utf8'), path).toBe(readFileSync(join(ofCommandLine, path), 'utf8'))
  })
})
