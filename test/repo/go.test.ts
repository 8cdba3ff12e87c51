import { execFileSync, spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { root } from './source-files.ts'

it('the Go programs are formatted by gofmt', () => {
  const files = execFileSync('git', ['ls-files', '-z', '*.go'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean)
  expect(files.length).toBeGreaterThan(0)
  const { status, stdout, stderr, error } = spawnSync('gofmt', ['-l', ...files], { cwd: root, encoding: 'utf8' })
  if (error !== undefined) throw new Error(`gofmt cannot be run: install Go (${error.message})`)
  expect({ status, output: `${stdout}${stderr}` }).toEqual({ status: 0, output: '' })
})
