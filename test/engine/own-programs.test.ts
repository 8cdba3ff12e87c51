import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { ownTools } from '../../src/tools/images.ts'
import { root } from '../repo/source-files.ts'

it('inspect passes its own Go tests: bad archives, limits, planted secrets', async () => {
  const ended = await execa('go', ['test', './...'], { cwd: join(root, ownTools.inspect.source), reject: false, env: { CGO_ENABLED: '0' } })
  expect(ended.exitCode, `${ended.stdout}\n${ended.stderr}`).toBe(0)
  expect(ended.stdout).toMatch(/^ok\s/m)
})
