import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
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
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() }))
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
    const found =
      kind === 'manifests'
        ? store.manifests.get(digest ?? '')
        : { mediaType: 'application/octet-stream', bytes: store.blobs.get(digest ?? '') }
    if (found?.bytes === undefined)
      return refuse(response, 404, kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN')
    response.writeHead(200, {
      'Content-Type': found.mediaType,
      'Content-Length': found.bytes.length,
      'Docker-Content-Digest': digest,
    })
    response.end(request.method === 'HEAD' ? undefined : found.bytes)
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
