import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../../repo/source-files.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'loadline-doctor-'))
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch\n')
  writeFileSync(join(directory, 'docker'), '#!/bin/sh\necho "permission denied while trying to connect" >&2\nexit 1\n')
  chmodSync(join(directory, 'docker'), 0o755)
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

it('a container runtime that is there and may not be used ends a run, and doctor says so before [fault 91]', async () => {
  const { exitCode, stdout } = await execa(
    process.execPath,
    [join(root, 'ci/loadline.mjs'), 'doctor', directory, '--json'],
    {
      reject: false,
      env: {
        PATH: `${directory}:${dirname(process.execPath)}`,
        LOADLINE_CACHE: join(directory, 'cache'),
        LOADLINE_ENGINE: '',
        _EXPERIMENTAL_DAGGER_RUNNER_HOST: '',
        npm_command: '',
      },
      extendEnv: false,
    },
  )
  expect(exitCode).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({
    healthy: false,
    remarks: expect.arrayContaining([
      {
        subject: 'docker',
        state: 'missing',
        found: 'docker is installed but cannot be used: permission denied while trying to connect',
        remedy: expect.stringContaining('the group docker'),
      },
    ]),
  })
})
