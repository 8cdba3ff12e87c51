import { freePorts } from '../../toolchain/sigstore/free-ports.ts'

/** A port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}
