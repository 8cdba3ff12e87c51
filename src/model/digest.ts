import { createHash } from 'node:crypto'
import { z } from 'zod'

/** A SHA-256 content digest in OCI notation: `sha256:` and 64 lower-case hexadecimal digits. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'a digest is "sha256:" and 64 lower-case hexadecimal digits')
export type Digest = z.infer<typeof Digest>

/** The digest of a text's UTF-8 bytes. */
export function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`
}
