/** How the program speaks to a registry. */
export interface Connection {
  program: string
  /** Plain HTTP; without it a registry has TLS, or listens on loopback. */
  plainHttp: boolean
  /** The registry's name for people and in the Docker configuration, where it is reached under another one. */
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

/** Sends an image of an OCI layout directory, byte for byte, to `reference` (repository@digest). No tag is touched, and nothing that is there is sent. */
export function push(connection: Connection, { layout, reference }: { layout: string; reference: string }): string[] {
  return registry(connection, ['push'], [], [layout, reference])
}

/** Points tags at `reference` (repository@digest), in this order, once all of them were looked at. `immutable` refuses to move one that exists with another digest. */
export function tag(
  connection: Connection,
  { reference, tags, immutable }: { reference: string; tags: readonly string[]; immutable: boolean },
): string[] {
  return registry(connection, ['tag'], immutable ? ['--immutable'] : [], [reference, ...tags])
}

/** Writes an image, every byte of it checked by digest, as an OCI layout into a new directory. */
export function pull(connection: Connection, { reference, layout }: { reference: string; layout: string }): string[] {
  return registry(connection, ['pull'], [], [reference, layout])
}

/** Asks how the registry keeps what refers to an image; `reference` (repository@digest) must be there. */
export function probeReferrers(connection: Connection, { reference }: { reference: string }): string[] {
  return registry(connection, ['referrers', 'probe'], [], [reference])
}
