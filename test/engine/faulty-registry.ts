import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { atEnd } from './at-end.ts'

/** Something that goes wrong between a client and a registry. */
export interface Fault {
  /** Of `METHOD /path?query`. */
  at: RegExp
  /** How often it happens; without it, always. */
  times?: number
  /** Requests that it spares. */
  unless?: (request: IncomingMessage) => boolean
  /** Answers in the registry's place, or does not. */
  instead?: (request: IncomingMessage, response: ServerResponse) => void
  /** Changes the headers of the registry's own answer. */
  changes?: (headers: Record<string, string | string[] | undefined>) => void
}

/** A registry with faults in front of it. What its clients asked is written down. */
export interface FaultyRegistry {
  host: string
  /** `METHOD /path?query`, in the order of arrival. */
  asked: string[]
  /** Digests of the blobs that clients sent whole and the registry took, once for each time. */
  uploaded: string[]
  faults: Fault[]
  /** Resolves at the next request that matches. */
  reached(at: RegExp): Promise<void>
}

/** Answers with a status and the error document of the distribution specification. */
export function refuse(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): NonNullable<Fault['instead']> {
  return (request, response) => {
    request.resume()
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(JSON.stringify({ errors: [{ code, message: 'not today' }] }))
  }
}

/** Cuts the connection when some of the request's body has come. */
export function reset(request: IncomingMessage): void {
  request.once('data', () => request.socket.resetAndDestroy())
}

/**
 * Whether a request's body comes in one piece. The engine's tunnel only notices that a connection was cut when it passes
 * on more: a client that has sent everything would wait for its answer.
 */
export function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) < 1_000_000
}

/** Takes the request and never answers. */
export function silence(request: IncomingMessage): void {
  request.resume()
}

/** Serves the registry at `upstream` through a door with faults, on loopback, until the test ends. Faults may be changed while it serves. */
export async function serveFaulty(upstream: string, faults: Fault[] = []): Promise<FaultyRegistry> {
  const [hostname, port] = upstream.split(':')
  const waiting: Array<{ at: RegExp; resolve: () => void }> = []
  const registry: FaultyRegistry = {
    host: '',
    asked: [],
    uploaded: [],
    faults,
    reached: (at) => new Promise((resolve) => waiting.push({ at, resolve })),
  }
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`
    registry.asked.push(line)
    const fault = registry.faults.find(
      ({ at, times, unless }) => at.test(line) && times !== 0 && unless?.(request) !== true,
    )
    if (fault?.times !== undefined) fault.times -= 1
    if (fault?.instead !== undefined) fault.instead(request, response)
    else {
      const forwarded = forward(
        { hostname, port, method: request.method, path: request.url, headers: request.headers },
        (answer) => {
          const headers: Record<string, string | string[] | undefined> = { ...answer.headers }
          fault?.changes?.(headers)
          const digest = /^PUT .*\/blobs\/uploads\/.*[?&]digest=(sha256(?::|%3A)[0-9a-f]{64})/i.exec(line)?.[1]
          if (digest !== undefined && answer.statusCode === 201) registry.uploaded.push(decodeURIComponent(digest))
          response.writeHead(answer.statusCode ?? 502, headers)
          answer.pipe(response)
        },
      )
      forwarded.once('error', () => request.socket.destroy())
      request.pipe(forwarded)
    }
    for (const [index, { at, resolve }] of [...waiting.entries()].toReversed()) {
      if (!at.test(line)) continue
      waiting.splice(index, 1)
      resolve()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  registry.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  atEnd(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return registry
}
