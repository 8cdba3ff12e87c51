import { request as forward, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../src/model/index.ts'
import { serveFaulty, type FaultyRegistry } from './faulty-registry.ts'

/** A manifest that refers to another one. */
export interface Referrer {
  artifactType?: string
  mediaType: string
  subject?: { digest: string }
  config?: { mediaType: string }
  annotations?: Record<string, string>
}

const indexType = 'application/vnd.oci.image.index.v1+json'

/**
 * Gives the registry at `upstream`, which keeps lists under tags, the referrers API of the distribution specification
 * 1.1. `arrives` is waited for before a referrer is kept.
 */
export async function serveReferrers(
  upstream: string,
  arrives: (referrer: Referrer) => Promise<void>,
): Promise<FaultyRegistry> {
  const kept = new Map<string, object[]>()
  const put = async (request: IncomingMessage) => {
    const body = await buffer(request)
    const referrer = JSON.parse(body.toString()) as Referrer
    if (referrer.subject !== undefined) await arrives(referrer)
    return { body, referrer, status: await send(`http://${upstream}${request.url}`, request, body) }
  }
  const keep = async (request: IncomingMessage) => {
    const { body, referrer, status } = await put(request)
    const { subject, mediaType, annotations } = referrer
    if (subject === undefined || status !== 201) return { status, headers: {} }
    const artifactType = referrer.artifactType ?? referrer.config?.mediaType
    const entry = { mediaType, artifactType, annotations, digest: digestOf(body.toString()), size: body.length }
    kept.set(subject.digest, [...(kept.get(subject.digest) ?? []), entry])
    return { status, headers: { 'OCI-Subject': subject.digest } }
  }
  return serveFaulty(upstream, [
    {
      at: /^GET .*\/referrers\//,
      instead: (request, response) => {
        const [, digest = ''] = /\/referrers\/([^?]+)/.exec(request.url ?? '') ?? []
        const manifests = kept.get(decodeURIComponent(digest)) ?? []
        response.writeHead(200, { 'Content-Type': indexType })
        response.end(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }))
      },
    },
    {
      at: /^PUT .*\/manifests\//,
      instead: (request, response) =>
        void keep(request).then(
          ({ status, headers }) => response.writeHead(status, headers).end(),
          () => response.writeHead(500).end(),
        ),
    },
  ])
}

function send(url: string, { method, headers }: IncomingMessage, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = forward(url, { method, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 502)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
