/** A parsed image reference. */
export interface ImageReference {
  registry: string
  repository: string
  tag: string | undefined
  digest: string | undefined
}

const form = /^(?<name>[^@]+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/

/** Parses a reference and adds Docker's defaults: registry docker.io, and library/ there. Undefined if it is not a reference. */
export function parseImageReference(text: string): ImageReference | undefined {
  const { name, tag, digest } = form.exec(text)?.groups ?? {}
  if (name === undefined || !/^(?:[a-z0-9]|\[[0-9a-f:.]+\](?::\d+)?\/)/i.test(name) || /\s/.test(name)) return undefined
  const [first = '', ...rest] = name.split('/')
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const registry = hasRegistry ? first : 'docker.io'
  const path = hasRegistry ? rest.join('/') : name
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(repository))
    return undefined
  return { registry, repository, tag, digest }
}

/** Registry and repository of a fully spelled reference, without tag and digest. Text that is not a reference, and `scratch`, which names no image, is returned unchanged. */
export function repositoryOf(reference: string): string {
  const parsed = reference === 'scratch' ? undefined : parseImageReference(reference)
  return parsed === undefined ? reference : `${parsed.registry}/${parsed.repository}`
}

/** Whether a reference names exactly one image, by digest. */
export function namesDigest(reference: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(reference)
}

/** Registry, repository and tag; `latest` if neither tag nor digest is given. */
export function fullReference({ registry, repository, tag, digest }: ImageReference): string {
  const suffix = tag ?? (digest === undefined ? 'latest' : undefined)
  return suffix === undefined ? `${registry}/${repository}` : `${registry}/${repository}:${suffix}`
}
