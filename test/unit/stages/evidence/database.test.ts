import { describe, expect, it } from 'vitest'
import { retry, ServiceAway } from '../../../../src/engine/retry.ts'
import { downloadFromOne } from '../../../../src/stages/evidence/database.ts'
import { downloadDatabase } from '../../../../src/tools/trivy/command.ts'

const mirrors = ['first.test/db:2', 'second.test/db:2']

/** Downloads from mirrors of which each says this, one time after the other, and then has it. */
async function attempts(said: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = []
  const ended = retry({ attempts: 3, firstWait: 1 }, () =>
    downloadFromOne('the vulnerability database', mirrors, async (mirror) => {
      const stderr = said[mirror]?.[asked.filter((one) => one === mirror).length]
      asked.push(mirror)
      return { exitCode: stderr === undefined ? 0 : 1, stderr: stderr ?? '' }
    }),
  )
  return {
    asked,
    error: await ended.then(
      () => undefined,
      (error: Error) => error,
    ),
  }
}

describe('downloading a database', () => {
  const [first, second] = ['first.test/db:2', 'second.test/db:2'] as const
  const busy =
    'INFO Downloading artifact...\nFATAL DB error: OCI artifact error: GET https://mirror.test/v2/trivy-db/blobs/sha256:1: TOOMANYREQUESTS: rate exceeded'

  it.each([
    ['is busy', busy],
    ['has no name that is known', 'FATAL Get "https://first.test/v2/": dial tcp: lookup first.test: no such host'],
    ['has another certificate', 'FATAL x509: certificate signed by unknown authority'],
    ['does not have it', 'FATAL MANIFEST_UNKNOWN: manifest unknown'],
    ['requires an account', 'FATAL UNAUTHORIZED: authentication required'],
    ['says nothing', ''],
  ])('asks the next mirror where the first one %s [fault 4]', async (_case, said) => {
    expect(await attempts({ [first]: [said] })).toEqual({ asked: [first, second], error: undefined })
  })

  it('is tried again where one of them is busy, three times at most, and says what each one said [fault 4]', async () => {
    const gone = 'FATAL MANIFEST_UNKNOWN: manifest unknown'
    expect(await attempts({ [first]: [gone], [second]: [busy] })).toEqual({
      asked: [first, second, first],
      error: undefined,
    })
    const { asked, error } = await attempts({ [first]: [gone, gone, gone], [second]: [busy, '503 Unavailable', busy] })
    expect(asked).toEqual([first, second, first, second, first, second])
    expect(error).toBeInstanceOf(ServiceAway)
    expect(error?.message).toMatch(
      /^failed to download the vulnerability database from first\.test\/db:2 \(FATAL MANIFEST_UNKNOWN: manifest unknown\), second\.test\/db:2 \(FATAL .*TOOMANYREQUESTS: rate exceeded\) \(tried 3 times in 0 s\)$/,
    )
  })

  it('is not tried again where all of them refuse, and none is passed over without a word', async () => {
    const { asked, error } = await attempts({ [first]: ['UNAUTHORIZED: authentication required'], [second]: [''] })
    expect(asked).toEqual([first, second])
    expect(error).not.toBeInstanceOf(ServiceAway)
    expect(error?.message).toMatch(/UNAUTHORIZED.*second\.test\/db:2 \(no reason given\)$/)
  })

  it('passes one mirror to Trivy', () => {
    expect(downloadDatabase({ program: 'trivy', cache: '/cache', repository: first }).slice(-2)).toEqual([
      '--db-repository',
      first,
    ])
  })
})
