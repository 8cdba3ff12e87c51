import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withCli } from '../../../../ci/cli/tools.ts'
import { pinsOf } from '../../../../src/tools/pins.ts'

const path = process.env['PATH']
let programs: string

beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'loadline-'))
  process.env['PATH'] = `${programs}:${path}`
})

afterEach(() => {
  process.env['PATH'] = path
  rmSync(programs, { recursive: true })
})

it('takes of a list of checksums no more than a person writes, and keeps the earlier pin', async () => {
  // An older curl, which takes what does not say its length without end.
  writeFileSync(join(programs, 'curl'), '#!/bin/sh\nexec head -c 3000000 /dev/zero\n', { mode: 0o755 })
  const pins = pinsOf()
  const { pins: now, refused } = await withCli({ pins, refused: [] }, new Date(0))
  expect(now.cli).toEqual(pins.cli)
  expect(refused).toMatchObject([
    {
      name: 'dagger',
      error: { code: 'LOCK', message: expect.stringContaining('expected at most 1048576 bytes, found more') },
    },
  ])
})
