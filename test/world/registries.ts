import { randomUUID } from 'node:crypto'
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Site } from './internet.ts'
import type { Store } from './store.ts'

/** The scopes of the tokens that were given: https://distribution.github.io/distribution/spec/auth/token/ */
export type Tokens = Map<string, readonly string[]>

/** Gives a token for whatever is asked, to anybody. */
export function tokenSite(tokens: Tokens): Site {
  return (request, response) => {
    request.resume()
    const token = randomUUID()
    const { searchParams } = new URL(request.url ?? '', 'https://host')
    tokens.set(token, searchParams.getAll('scope'))
    giveToken(response, token)
  }
}

function giveToken(response: ServerResponse, token: string): void {
  response
    .writeHead(200, { 'Content-Type': 'application/json' })
    .end(JSON.stringify({ token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() }))
}

/** Somebody who has a password at a registry. */
export interface Account {
  user: string
  password: string
}

/** A registry of a company in front of one on loopback that lets everybody in: its tokens are for one account, and it serves no name but its own. */
export function companySite(host: string, upstream: string, { user, password }: Account): Site {
  const [tokens, authorization] = [new Set<string>(), `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`]
  const [hostname, port] = upstream.split(':')
  return (request, response) => {
    if (request.url?.startsWith('/token') === true) {
      request.resume()
      if (request.headers.authorization !== authorization) return refuse(response, 401, 'UNAUTHORIZED')
      const token = randomUUID()
      tokens.add(token)
      return giveToken(response, token)
    }
    const { repository } = read(request)
    if (!tokens.has(request.headers.authorization?.replace(/^Bearer /, '') ?? '')) {
      request.resume()
      const scope = repository === undefined ? '' : `,scope="repository:${repository}:pull,push"`
      const challenge = `Bearer realm="https://${host}/token",service="${host}"${scope}`
      return refuse(response, 401, 'UNAUTHORIZED', { 'WWW-Authenticate': challenge })
    }
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' }
    const forwarded = forward({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    forwarded.once('error', () => request.socket.destroy())
    request.pipe(forwarded)
  }
}

/** A registry of publishers, for reading: what the store has under its name, for whoever has a token of this realm. */
export function registrySite(name: string, host: string, store: Store, realm: string, tokens: Tokens): Site {
  return (request, response) => {
    request.resume()
    const { repository = '', kind, reference = '' } = read(request)
    const scope = `repository:${repository}:pull`
    const given = tokens.get(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
    if (given === undefined || (kind !== undefined && !given.includes(scope)))
      return refuse(response, 401, 'UNAUTHORIZED', {
        'WWW-Authenticate': `Bearer realm="${realm}",service="${host}"${kind === undefined ? '' : `,scope="${scope}"`}`,
      })
    if (kind === undefined) return void response.writeHead(request.url === '/v2/' ? 200 : 404).end()
    const digest = reference.startsWith('sha256:') ? reference : store.tags.get(`${name}/${repository}:${reference}`)
    const manifest = kind === 'manifests' ? store.manifests.get(digest ?? '') : undefined
    const blob = kind === 'blobs' ? store.blobs.get(digest ?? '') : undefined
    const size = manifest?.bytes.length ?? blob?.size
    if (size === undefined) return refuse(response, 404, kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN')
    response.writeHead(200, {
      'Content-Type': manifest?.mediaType ?? 'application/octet-stream',
      'Content-Length': size,
      'Docker-Content-Digest': digest,
    })
    if (blob === undefined || request.method === 'HEAD')
      return void response.end(request.method === 'HEAD' ? undefined : manifest?.bytes)
    const give = async () => pipeline(await blob.open(), response)
    give().catch(() => response.destroy())
  }
}

/** What is asked of a repository; nothing where it is about none. */
function read({ url = '' }: IncomingMessage): Partial<Record<'repository' | 'kind' | 'reference', string>> {
  return /^\/v2\/(?<repository>.+)\/(?<kind>manifests|blobs)\/(?<reference>[^/]+)$/.exec(url)?.groups ?? {}
}

/** Answers with a status and the error document of the distribution specification. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }))
}
