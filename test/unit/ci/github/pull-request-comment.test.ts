import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commentOn, type PullRequest } from '../../../../ci/github/pull-request-comment.ts'
import { githubStep, tellGithub, type GithubStep } from '../../../../ci/github/step.ts'
import { hostileRun, passedRun, rejectedRun } from '../../report/runs.ts'

const token = 'ghs_canary-2f61'

interface Kept {
  id: number
  body: string
  user: { type: string; login: string }
}

/** A server that keeps the comments of pull request 7 as GitHub's documentation of its API says: pages, 401 without the token, and the whole list to whoever asks. */
async function serveComments(comments: Kept[] = [], instead?: { status: number; text: string }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      asked.push(`${request.method} ${pathname}`)
      const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value))
      if (instead !== undefined) return response.writeHead(instead.status).end(instead.text)
      if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { message: 'Bad credentials' })
      const thread = '/repos/acme/shop/issues/7/comments'
      if (request.method === 'GET' && pathname === thread) {
        const [size, page] = ['per_page', 'page'].map((name) => Number(searchParams.get(name)))
        return answer(200, comments.slice((page! - 1) * size!, page! * size!))
      }
      const { body = '' } = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as { body?: string }
      if (body.length > 65_536) return answer(422, { message: 'body is too long' })
      if (request.method === 'POST' && pathname === thread) {
        comments.push({ id: 1000 + comments.length, body, user: { type: 'Bot', login: 'github-actions[bot]' } })
        return answer(201, comments.at(-1))
      }
      const found = comments.find(({ id }) => pathname === `/repos/acme/shop/issues/comments/${id}`)
      if (request.method !== 'PATCH' || found === undefined) return answer(404, { message: 'Not Found' })
      found.body = body
      return answer(200, found)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const place: PullRequest = { api, repository: 'acme/shop', number: 7, token }
  return { place, comments, asked }
}

const by = (type: string, body: string, id: number): Kept => ({ id, body, user: { type, login: type } })

describe('the comment on a pull request', () => {
  it('is written once, and anew by each further run about the same image', async () => {
    const { place, comments } = await serveComments()
    await commentOn(place, 'shop', 'rejected')
    await commentOn(place, 'shop', 'passed')
    await commentOn(place, 'cart', 'passed as well')
    expect(comments.map(({ body }) => body.split('\n').slice(1))).toEqual([['passed'], ['passed as well']])
  })

  it('is found behind many others', async () => {
    const { place, comments } = await serveComments()
    await commentOn(place, 'shop', 'first')
    comments.unshift(...Array.from({ length: 250 }, (_, index) => by('User', 'talk', index)))
    await commentOn(place, 'shop', 'second')
    expect([comments.length, comments.at(-1)?.body.endsWith('second')]).toEqual([251, true])
  })

  it("is never a person's, who could change it afterwards, whatever mark it has", async () => {
    const { place, comments } = await serveComments()
    await commentOn(place, 'shop', 'first')
    const forged = by('User', comments[0]?.body ?? '', 1)
    comments.splice(0, 1, forged)
    await commentOn(place, 'shop', 'second')
    expect(comments.map(({ body }) => body.split('\n')[1])).toEqual(['first', 'second'])
  })

  it('has a mark that no name can leave', async () => {
    const { place, comments } = await serveComments()
    await commentOn(place, 'a --><img src=x>\n', 'text')
    expect(comments[0]?.body.match(/-->/g)).toHaveLength(1)
    expect(comments[0]?.body.split('\n')).toHaveLength(2)
  })

  it.each([
    ['may not write', { status: 403, text: '{"message":"Resource not accessible by integration"}' }, 'answered 403'],
    ['gets no JSON', { status: 200, text: '<html>' }, 'not valid JSON'],
    ['gets something else', { status: 200, text: '{}' }, 'no list of comments'],
    ['is sent elsewhere', { status: 302, text: '' }, ''],
  ])('fails where the token %s, and says nothing of the token', async (_, instead, message) => {
    const { place } = await serveComments([], instead)
    const commenting = commentOn(place, 'shop', 'text')
    await expect(commenting).rejects.toMatchObject({ code: 'REPORT', message: expect.stringContaining(message) })
    await expect(commenting).rejects.not.toThrow('canary')
  })

  it('fails if nothing answers', async () => {
    const place = { api: 'http://127.0.0.1:9', repository: 'acme/shop', number: 7, token }
    await expect(commentOn(place, 'shop', 'text')).rejects.toMatchObject({ code: 'REPORT' })
  })
})

describe('a step that may comment', () => {
  const stepOf = (environment: Record<string, string>): GithubStep => {
    const step = githubStep(environment)
    if (step === undefined) throw new TypeError('expected a step')
    return step
  }
  const env = (api: string) => ({
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: api,
    GITHUB_REPOSITORY: 'acme/shop',
    LOADLINE_COMMENT_TOKEN: token,
    LOADLINE_COMMENT_PULL_REQUEST: '7',
  })

  it('says the verdict there, of now and no longer of before, however long the summary is', async () => {
    const { place, comments } = await serveComments()
    const step = stepOf(env(place.api))
    const passed = { ...passedRun(), subject: rejectedRun().subject }
    for (const run of [rejectedRun(), passed]) await tellGithub(step, run, '/reports', () => undefined)
    expect(comments).toHaveLength(1)
    expect(comments[0]?.body).toContain('Passed')
    expect(comments[0]?.body).not.toContain('Rejected')
    await tellGithub(step, hostileRun(), '/reports', () => undefined)
  })

  it('sends nothing if the run is not for a pull request', async () => {
    const { place, asked } = await serveComments()
    const { LOADLINE_COMMENT_PULL_REQUEST: _, ...without } = env(place.api)
    await tellGithub(stepOf(without), passedRun(), '/reports', () => undefined)
    expect(asked).toEqual([])
  })
})
