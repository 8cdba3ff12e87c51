import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { retry, ServiceAway } from '../../../src/engine/retry.ts'

const away = () => new ServiceAway('SIGN', 'the log is away', 'Wait.')

function failing(times: number, error: () => Error) {
  const calls = { count: 0 }
  const attempt = async () => {
    calls.count += 1
    if (calls.count <= times) throw error()
    return 'signed'
  }
  return { calls, attempt }
}

describe('retry', () => {
  it('tries again while a service is away', async () => {
    const { calls, attempt } = failing(3, away)
    await expect(retry({ minutes: 1, firstWait: 1 }, attempt)).resolves.toBe('signed')
    expect(calls.count).toBe(4)
  })

  it('gives up when its time is up, and says how often it tried [fault 54]', async () => {
    const { calls, attempt } = failing(Number.POSITIVE_INFINITY, away)
    const given = retry({ minutes: 50 / 60_000, firstWait: 1 }, attempt)
    await expect(given).rejects.toThrow(/the log is away \(tried \d+ times in 0 s\)/)
    await expect(given).rejects.toMatchObject({ code: 'SIGN', hint: 'Wait.' })
    await expect(given).rejects.toBeInstanceOf(ServiceAway)
    expect(calls.count).toBeGreaterThan(1)
  })

  it('gives up after its attempts, at random times [fault 4]', async () => {
    const { calls, attempt } = failing(Number.POSITIVE_INFINITY, away)
    const began = performance.now()
    await expect(retry({ attempts: 3, firstWait: 20 }, attempt)).rejects.toThrow('tried 3 times')
    expect(calls.count).toBe(3)
    // Twenty milliseconds, then forty, each lengthened by chance.
    expect(performance.now() - began).toBeGreaterThanOrEqual(59)
  })

  it('tries once where the policy has no patience', async () => {
    const { calls, attempt } = failing(1, away)
    await expect(retry({ minutes: 0 }, attempt)).rejects.toThrow('tried once')
    expect(calls.count).toBe(1)
  })

  it('tries nothing again that another attempt cannot help', async () => {
    const { calls, attempt } = failing(1, () => new DeliveryError('SIGN', 'the token was refused', 'Give another.'))
    await expect(retry({ minutes: 1, firstWait: 1 }, attempt)).rejects.toThrow(/^the token was refused$/)
    expect(calls.count).toBe(1)
  })
})
