/** The repository of a fully spelled reference: without tag and digest. */
export function repositoryOf(reference: string): string {
  return withoutDigest(reference).replace(/:[^/:]*$/, '')
}

/** The tag of a fully spelled reference, if it has one. */
export function tagOf(reference: string): string | undefined {
  return /:([^/:]*)$/.exec(withoutDigest(reference))?.[1]
}

function withoutDigest(reference: string): string {
  return reference.split('@')[0] ?? reference
}
