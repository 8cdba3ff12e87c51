import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

const token = 'ghs_canary-77ab'
/** A pull request as it was asked for. */
export interface Pull {
  head: string
  base: string
  title: string
  body: string
  state: string
}

/** A server that keeps branches and pull requests of acme/shop as GitHub's documentation of its API says. */
export async function serveRepository(refuses: (line: string) => number | undefined = () => undefined) {
  const [refs, pulls, trees]: [Map<string, string>, Pull[], unknown[]] = [new Map(), [], []]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      const line = `${request.method} ${pathname.replace('/repos/acme/shop', '')}`
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, string>
      const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value))
      const refused = refuses(line)
      if (refused !== undefined) return answer(refused, { message: 'no' })
      if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { message: 'Bad credentials' })
      const url = (index: number) => `https://git.example.com/acme/shop/pull/${index + 1}`
      if (line.startsWith('GET /git/ref/')) {
        const sha = refs.get(`refs/${line.slice('GET /git/ref/'.length)}`)
        return sha === undefined ? answer(404, { message: 'Not Found' }) : answer(200, { object: { sha } })
      }
      if (/^GET \/git\/commits\/[0-9a-f]{40}$/.test(line)) return answer(200, { tree: { sha: 'tree-before' } })
      if (line === 'POST /git/trees') return answer(201, { sha: `tree-${trees.push(body)}` })
      if (line === 'POST /git/commits') return answer(201, { sha: `commit of ${body['tree']}` })
      if (line === 'POST /git/refs') {
        if (refs.has(body['ref'] ?? '')) return answer(422, { message: 'Reference already exists' })
        refs.set(body['ref'] ?? '', body['sha'] ?? '')
        return answer(201, {})
      }
      if (line === 'POST /pulls') {
        pulls.push({ ...(body as unknown as Pull), state: 'open' })
        return answer(201, { html_url: url(pulls.length - 1) })
      }
      const found = pulls.flatMap((pull, index) =>
        `acme:${pull.head}` === searchParams.get('head') && searchParams.get('state') === 'all'
          ? [{ html_url: url(index) }]
          : [],
      )
      return line === 'GET /pulls' ? answer(200, found) : answer(404, { message: 'Not Found' })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { place: { api, repository: 'acme/shop', token }, refs, pulls, trees }
}
