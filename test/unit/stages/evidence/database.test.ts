import { describe, expect, it } from 'vitest'
import { retry, ServiceAway } from '../../../../src/engine/retry.ts'
import { downloadFailure } from '../../../../src/stages/evidence/database.ts'
import { downloadDatabase } from '../../../../src/tools/trivy/command.ts'

const mirrors = ['first.test/db:2', 'second.test/db:2']

async function attempts(outputs: readonly string[]): Promise<{ made: number; message: string | undefined }> {
  let made = 0
  const ended = retry({ attempts: 3, firstWait: 1 }, async () => {
    const stderr = outputs[made++]
    if (stderr !== undefined) throw downloadFailure('the vulnerability database', mirrors, stderr)
  })
  const message = await ended.then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { made, message }
}

describe('downloading a database', () => {
  const busy =
    'FATAL DB error: OCI artifact error: GET https://mirror.test/v2/trivy-db/blobs/sha256:1: TOOMANYREQUESTS: rate exceeded'

  it('is tried again where a registry is busy, three times at most [fault 4]', async () => {
    expect(await attempts([busy])).toEqual({ made: 2, message: undefined })
    const refused = await attempts([busy, 'unexpected status code 503 Service Unavailable', busy, busy])
    expect(refused.made).toBe(3)
    expect(refused.message).toMatch(
      /^failed to download the vulnerability database from first\.test\/db:2, second\.test\/db:2: .*TOOMANYREQUESTS.* \(tried 3 times in 0 s\)$/,
    )
  })

  it.each([
    'UNAUTHORIZED: authentication required',
    'MANIFEST_UNKNOWN: manifest unknown',
    'DENIED: requested access to the resource is denied',
    '',
  ])('is not tried again after %j', async (stderr) => {
    expect(await attempts([stderr])).toMatchObject({ made: 1 })
    expect(downloadFailure('the database', mirrors, stderr)).not.toBeInstanceOf(ServiceAway)
  })

  it('asks the mirrors in their order [fault 4]', () => {
    expect(downloadDatabase({ program: 'trivy', cache: '/cache', repositories: mirrors }).slice(-4)).toEqual([
      '--db-repository',
      'first.test/db:2',
      '--db-repository',
      'second.test/db:2',
    ])
  })
})
