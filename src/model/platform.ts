import { z } from 'zod'

/** A platform in OCI notation: operating system, architecture and, where it matters, variant, e.g. `linux/arm64` or `linux/arm/v7`. */
export const Platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, 'a platform as os/architecture, e.g. linux/amd64')
export type Platform = z.infer<typeof Platform>

/** The usual spelling: arm64 is always v8 and amd64 is v1 unless stated otherwise, so neither is spelled out. */
export function spellPlatform({
  os,
  architecture,
  variant,
}: {
  os: string
  architecture: string
  variant?: string | undefined
}): Platform {
  const implied =
    variant === undefined ||
    variant === '' ||
    (architecture === 'arm64' && variant === 'v8') ||
    (architecture === 'amd64' && variant === 'v1')
  return implied ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}
