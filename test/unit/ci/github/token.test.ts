import { describe, expect, it } from 'vitest'
import { ambientToken } from '../../../../ci/github/token.ts'

const job = {
  GITHUB_ACTIONS: 'true',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example.com/request?api-version=2.0',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-canary',
}

function answering(status: number, body: string) {
  const asked: Array<{ url: string; authorization: string | null }> = []
  const request: typeof fetch = async (input, init) => {
    asked.push({ url: String(input), authorization: new Headers(init?.headers).get('authorization') })
    return new Response(body, { status })
  }
  return { asked, request }
}

async function ask(request: typeof fetch): Promise<string> {
  const found = ambientToken(job, request)
  if (!('token' in found)) throw new Error('wanted a token')
  return found.token()
}

describe('ambientToken', () => {
  it('asks for a token for the audience of Sigstore, anew each time', async () => {
    const { asked, request } = answering(200, '{"value":"a.b.c"}')
    expect(await ask(request)).toBe('a.b.c')
    expect(asked).toEqual([
      {
        url: 'https://token.example.com/request?api-version=2.0&audience=sigstore',
        authorization: 'Bearer bearer-canary',
      },
    ])
  })

  it.each([
    [500, ''],
    [200, '{}'],
    [200, 'not JSON'],
    [200, '{"value":""}'],
    [403, '{"value":"a.b.c"}'],
  ])('takes the answer %i %j for no token, without repeating its credential', async (status, body) => {
    const failed = ask(answering(status, body).request)
    await expect(failed).rejects.toMatchObject({ code: 'CREDENTIAL' })
    await expect(failed).rejects.not.toThrow('canary')
  })

  it('says where the token service does not answer', async () => {
    await expect(ask(async () => Promise.reject(new Error('connect ECONNREFUSED')))).rejects.toThrow('does not answer')
  })

  it('lets a pull request be judged without a token, and says why', () => {
    expect(ambientToken({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' })).toMatchObject({
      mayPublish: false,
      missing: expect.stringContaining('forks'),
    })
  })

  it.each([
    { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push' },
    { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request_target' },
    {},
  ])('does not let a release pass quietly without a token: %j', (env) => {
    expect(ambientToken(env)).toMatchObject({ mayPublish: true })
  })
})
