import { describe, expect, it } from 'vitest'
import { repeat } from '../../../src/engine/repeat.ts'
import { downloadDatabase } from '../../../src/tools/trivy/command.ts'
import { mayRepeatDownload } from '../../../src/tools/trivy/output.ts'

async function attempts(results: readonly string[]): Promise<{ last: string; made: number; waits: number[] }> {
  const waits: number[] = []
  let made = 0
  const last = await repeat(
    async () => results[made++] ?? 'too often',
    mayRepeatDownload,
    async (milliseconds) => void waits.push(milliseconds),
  )
  return { last, made, waits }
}

describe('downloading a database', () => {
  const busy =
    'FATAL DB error: OCI artifact error: GET https://mirror.test/v2/trivy-db/blobs/sha256:1: TOOMANYREQUESTS: rate exceeded'

  it('is tried again where a registry is busy, three times at most, at times that nobody shares [fault 4]', async () => {
    expect(await attempts([busy, 'ok'])).toMatchObject({ last: 'ok', made: 2 })
    const { last, made, waits } = await attempts([busy, 'unexpected status code 503 Service Unavailable', busy, 'ok'])
    expect({ last, made }).toEqual({ last: busy, made: 3 })
    expect(waits[0]).toBeGreaterThanOrEqual(1_000)
    expect(waits[1]).toBeLessThanOrEqual(8_000)
  })

  it.each([
    'UNAUTHORIZED: authentication required',
    'MANIFEST_UNKNOWN: manifest unknown',
    'DENIED: requested access to the resource is denied',
    '',
  ])('is not tried again after %j', async (stderr) => {
    expect(await attempts([stderr])).toMatchObject({ made: 1 })
  })

  it('asks the mirrors in their order [fault 4]', () => {
    expect(
      downloadDatabase({
        program: 'trivy',
        cache: '/cache',
        repositories: ['first.test/db:2', 'second.test/db:2'],
      }).slice(-4),
    ).toEqual(['--db-repository', 'first.test/db:2', '--db-repository', 'second.test/db:2'])
  })
})
