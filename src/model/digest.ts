import { createHash } from 'node:crypto'
import { z } from 'zod'
import { bytesOf } from './text-bytes.ts'

/** A SHA-256 content digest in OCI notation: `sha256:` and 64 lower-case hexadecimal digits. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'a digest is "sha256:" and 64 lower-case hexadecimal digits')
export type Digest = z.infer<typeof Digest>

/** The digest of a text's UTF-8 bytes. */
export function digestOf(text: string): Digest {
  const hash = createHash('sha256')
  for (const bytes of bytesOf(text)) hash.update(bytes)
  return `sha256:${hash.digest('hex')}`
}
