/** How the program speaks to a registry. */
export interface Connection {
  program: string
  /** Plain HTTP; otherwise a registry must have TLS, or listen on loopback. */
  plainHttp: boolean
  /** The registry's public name, also in the Docker configuration, if it is reached under a different one. */
  knownAs?: string
}

function registry(
  { program, plainHttp, knownAs }: Connection,
  command: readonly string[],
  options: readonly string[],
  operands: readonly string[],
): string[] {
  return [
    program,
    ...command,
    ...(plainHttp ? ['--plain-http'] : []),
    ...(knownAs === undefined ? [] : ['--known-as', knownAs]),
    ...options,
    ...operands,
  ]
}

/**
 * Sends an image of an OCI layout directory, byte for byte, to `reference` (repository@digest). No tag is touched, and
 * nothing that already exists is sent.
 */
export function push(connection: Connection, { layout, reference }: { layout: string; reference: string }): string[] {
  return registry(connection, ['push'], [], [layout, reference])
}

/**
 * Points tags at `reference` (repository@digest), in this order, after checking all of them. `immutable` refuses to
 * move one that exists with a different digest.
 */
export function tag(
  connection: Connection,
  { reference, tags, immutable }: { reference: string; tags: readonly string[]; immutable: boolean },
): string[] {
  return registry(connection, ['tag'], immutable ? ['--immutable'] : [], [reference, ...tags])
}

/** Writes an image, with every byte verified by digest, as an OCI layout into a new directory. */
export function pull(connection: Connection, { reference, layout }: { reference: string; layout: string }): string[] {
  return registry(connection, ['pull'], [], [reference, layout])
}

/** Attaches Sigstore bundles, the files of a directory, to `reference` (repository@digest), which must exist. */
export function attach(
  connection: Connection,
  { bundles, reference }: { bundles: string; reference: string },
): string[] {
  return registry(connection, ['attach'], [], [bundles, reference])
}

/** Asks how the registry stores what refers to an image; `reference` (repository@digest) must exist. */
export function probeReferrers(connection: Connection, { reference }: { reference: string }): string[] {
  return registry(connection, ['referrers', 'probe'], [], [reference])
}

/** Asks for the digest of `reference` (repository:tag or repository@digest) and the images behind it. */
export function resolve(connection: Connection, { reference }: { reference: string }): string[] {
  return registry(connection, ['resolve'], [], [reference])
}

/** Reads the configuration of an image; `reference` (repository@digest) must not be an index. */
export function config(connection: Connection, { reference }: { reference: string }): string[] {
  return registry(connection, ['config'], [], [reference])
}
