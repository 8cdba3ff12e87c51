import { expect } from 'vitest'
import { digestOf } from '../../src/model/index.ts'

/** An entry of the list of what is said about an image. */
export interface Entry {
  digest: string
  size: number
}

/** What lies beside the images of a repository without a referrers API, as anybody who may write there can change it. */
export interface Attestations {
  /** The list beside an image. */
  entries(image: string): Promise<Entry[]>
  /** The one entry of a predicate type. */
  entryOf(image: string, predicateType: string): Promise<Entry>
  /** The predicate type of an entry. */
  typeOf(entry: Entry): Promise<string | undefined>
  /** Puts what an entry says, its payload changed and its signature as it was, into the repository. */
  changed(entry: Entry, change: (payload: string) => string): Promise<Entry>
  /** Lets another list lie beside an image. */
  replace(image: string, entries: readonly object[]): Promise<void>
  /** Does work while another list lies beside an image. */
  instead<T>(image: string, entries: readonly object[], work: () => Promise<T>): Promise<T>
}

interface Manifest {
  annotations?: Record<string, string>
  layers: Array<{ digest: string; size: number }>
}

/** Of a repository, by its address in the registry: `http://HOST/v2/NAME`. */
export function attestationsBeside(repository: string): Attestations {
  const list = (image: string) => `${repository}/manifests/${image.replace(':', '-')}`
  const entries = async (image: string) =>
    ((await (await fetch(list(image))).json()) as { manifests: Entry[] }).manifests
  const replace = async (image: string, others: readonly object[]) => {
    const there = await fetch(list(image))
    const index = { ...((await there.json()) as object), manifests: others }
    await put(list(image), JSON.stringify(index), there.headers.get('content-type') ?? '')
  }
  const manifestOf = async ({ digest }: Entry) =>
    (await (await fetch(`${repository}/manifests/${digest}`)).json()) as Manifest
  const typeOf = async (entry: Entry) => (await manifestOf(entry)).annotations?.['dev.sigstore.bundle.predicateType']
  return {
    entries,
    typeOf,
    async entryOf(image, predicateType) {
      const found = []
      for (const entry of await entries(image)) if ((await typeOf(entry)) === predicateType) found.push(entry)
      const [only, ...others] = found
      if (only === undefined || others.length > 0)
        throw new Error(`expected one ${predicateType} beside ${image}, found ${found.length}`)
      return only
    },
    async changed(entry, change) {
      const manifest = await manifestOf(entry)
      const [layer] = manifest.layers
      const bundle = JSON.parse(await (await fetch(`${repository}/blobs/${layer?.digest}`)).text()) as {
        dsseEnvelope: { payload: string }
      }
      const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()
      const other = change(payload)
      expect(other).not.toBe(payload)
      bundle.dsseEnvelope.payload = Buffer.from(other).toString('base64')
      const blob = await upload(repository, JSON.stringify(bundle))
      const text = JSON.stringify({ ...manifest, layers: [{ ...layer, ...blob }] })
      const forged = { digest: digestOf(text), size: Buffer.byteLength(text) }
      await put(`${repository}/manifests/${forged.digest}`, text, 'application/vnd.oci.image.manifest.v1+json')
      return forged
    },
    replace,
    async instead(image, others, work) {
      const kept = await entries(image)
      await replace(image, others)
      try {
        return await work()
      } finally {
        await replace(image, kept)
      }
    },
  }
}

async function upload(repository: string, content: string): Promise<Entry> {
  const digest = digestOf(content)
  const started = await fetch(`${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(started.headers.get('location') ?? '', repository)
  location.searchParams.set('digest', digest)
  await put(location.href, content, 'application/octet-stream')
  return { digest, size: Buffer.byteLength(content) }
}

/** What was not taken would leave everything whole, and look as if nobody had noticed. */
async function put(url: string, body: string, type: string): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })
  expect(answer.status).toBe(201)
}
