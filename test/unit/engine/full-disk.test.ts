import { describe, expect, it } from 'vitest'
import { DeliveryError, errorCodes, type ErrorCode } from '../../../src/model/errors.ts'
import { sayFullDisk } from '../../../src/engine/full-disk.ts'
import { step } from '../../../src/engine/progress.ts'

/** As the engine said it in CI, when a directory of a few files was to be read. */
const snapshot =
  'failed to get snapshot: failed to prepare as 5gecnnave4jrv06b84di2h9mu: failed to create temp dir: mkdir /var/lib/dagger/worker/snapshots/snapshots/new-1675930121: no space left on device [traceparent:21701272b982de62b53e0c63fd48fe02-037a85c9d741a613]'

describe('a full disk of the engine', () => {
  it.each([
    [
      'a source that could not be read',
      new DeliveryError('SOURCE', `failed to read it (${snapshot})`, 'Give the path.'),
    ],
    [
      'a tool that said so',
      new DeliveryError('TOOL', 'trivy exited with 1: FATAL no space left on device', 'Run again.'),
    ],
    [
      'a database whose cause said so',
      new DeliveryError('DATABASE', 'cannot be read', 'Fetch it.', { cause: new Error(snapshot) }),
    ],
    ['an error of the engine itself', new Error(snapshot)],
    ['a process that said so in its output', Object.assign(new Error('exit code: 1'), { stderr: 'ENOSPC: write' })],
  ])('is what %s is about [fault 58]', async (_, error) => {
    const work = step(
      () => {},
      'build',
      async () => {
        throw error
      },
    )
    await expect(work).rejects.toMatchObject({
      code: 'ENGINE',
      exitCode: 3,
      message: expect.stringMatching(/no space left on device|ENOSPC/),
      hint: expect.stringContaining('Free disk space'),
      cause: error,
    })
  })

  it('keeps which step of a build it ended', () => {
    const failed = { path: 'Dockerfile', line: 3, instruction: 'RUN npm ci', exitCode: 1, output: ['ENOSPC'] }
    const error = new DeliveryError(
      'BUILD_STEP',
      'Dockerfile:3: RUN npm ci exited with code 1: ENOSPC',
      'Correct it.',
      {
        step: failed,
      },
    )
    expect(sayFullDisk(error)).toMatchObject({ code: 'ENGINE', step: failed, message: error.message })
  })

  it.each(['PUBLISH', 'SIGN', 'ATTEST', 'VERIFY', 'REPORT'] satisfies ErrorCode[])(
    'is not what %s is about: that disk is another one',
    (code) => {
      const error = new DeliveryError(code, 'no space left on device', 'Ask whoever runs the registry.')
      expect(sayFullDisk(error)).toBe(error)
    },
  )

  it('is not seen where nothing says so', () => {
    const others = (Object.keys(errorCodes) as ErrorCode[]).map(
      (code) => new DeliveryError(code, 'it failed', 'Run again.'),
    )
    for (const error of [...others, new Error('connection reset'), undefined, 0, { message: 'x' }])
      expect(sayFullDisk(error)).toBe(error)
  })
})
