import { coerce, satisfies } from 'semver'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readJson } from '../../model/read-json.ts'

/**
 * Versions known to accept invalid signatures: https://github.com/sigstore/cosign/security/advisories
 * (CVE-2026-22703: a log entry of a different signature is accepted; fixed in 2.6.2 and 3.0.4).
 */
const unsound = '<2.6.2 || >=3.0.0 <3.0.4'

/** Throws `VERIFY` for a Cosign that cannot be trusted. */
export function requireSoundCosign(version: string): void {
  const read = coerce(version)
  if (read !== null && !satisfies(read, unsound)) return
  throw new DeliveryError(
    'VERIFY',
    `expected a Cosign that refuses invalid signatures, found ${version}; versions before 2.6.2, and 3.0.0 to 3.0.3, accept some`,
    'Use the Cosign that this release pins: omit your own pins (--tools), or pin 3.1 or newer in them.',
  )
}

const Version = z.looseObject({ gitVersion: z.string() })

/**
 * Reads `cosign version --json`; a program compiled from a module reports its version with or without `v`, or `devel`. Throws `VERIFY`.
 */
export function parseCosignVersion(stdout: string): string {
  return readJson('cosign', stdout, Version, 'VERIFY').gitVersion
}
