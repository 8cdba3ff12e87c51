import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { ownTools, type OwnTool } from '../../src/tools/images.ts'
import { root } from '../repo/source-files.ts'

const covered = {
  advisories:
    'facts that are not what they should be, versions of every ecosystem, digests, damaged databases [fault 3]',
  dockerfile:
    'what BuildKit reads otherwise than it looks, what the engine cannot or must not build, rewriting by places, secrets of earlier steps [faults 22, 75, 76, 77, 78, 82]',
  inspect: 'bad archives, limits, planted secrets, records and privileges [faults 6, 25, 37, 38, 83, 84, 86]',
  registry:
    'registries that fail, lie, stall or overtake, and runs that were killed at every request [faults 46, 47, 48, 49, 50, 51, 52]',
  sandbox: 'plans that cannot be trusted, users, environments, output, profiles, control groups [faults 6, 38, 87, 89]',
} as const

it.each(Object.entries(covered))('%s passes its own Go tests: %s', async (name) => {
  const { source, tags = [] }: OwnTool = ownTools[name as keyof typeof covered]
  const ended = await execa('go', ['test', '-tags', tags.join(','), './...'], {
    cwd: join(root, source),
    reject: false,
    env: { CGO_ENABLED: '0' },
  })
  expect(ended.exitCode, `${ended.stdout}\n${ended.stderr}`).toBe(0)
  expect(ended.stdout).toMatch(/^ok\s/m)
})
