import { z } from 'zod'

/** A platform in OCI notation: operating system, architecture and, where it matters, variant, e.g. `linux/arm64` or `linux/arm/v7`. */
export const Platform = z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, 'a platform as os/architecture, e.g. linux/amd64')
export type Platform = z.infer<typeof Platform>
