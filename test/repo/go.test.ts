import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownTools, type OwnTool } from '../../src/tools/images.ts'
import { root } from './source-files.ts'

/** What a program of the Go toolchain wrote; the exit code decides whether it is content. */
function ran(program: string, args: readonly string[], directory = root): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, CGO_ENABLED: '0' },
  })
  if (error !== undefined) throw new Error(`${program} cannot be run: install Go (${error.message})`)
  return { status, output: `${stdout}${stderr}` }
}

describe('the Go programs', () => {
  it('are formatted by gofmt', () => {
    const files = execFileSync('git', ['ls-files', '-z', '*.go'], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean)
    expect(files.length).toBeGreaterThan(0)
    expect(ran('gofmt', ['-l', ...files])).toEqual({ status: 0, output: '' })
  })

  it.each(Object.values(ownTools))(
    '$name has nothing that go vet finds',
    ({ source, tags = [] }: OwnTool) => {
      expect(ran('go', ['vet', '-tags', tags.join(','), './...'], join(root, source))).toEqual({
        status: 0,
        output: '',
      })
    },
    // Packages that it depends on are compiled the first time.
    600_000,
  )
})
