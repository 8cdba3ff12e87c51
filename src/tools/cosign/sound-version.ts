import { coerce, satisfies } from 'semver'
import { z } from 'zod'
import { DeliveryError } from '../../model/errors.ts'
import { readJson } from '../../model/read-json.ts'

/** Versions that are known to accept what they must refuse: https://github.com/sigstore/cosign/security/advisories (CVE-2026-22703: a log entry of another signature is accepted; repaired in 2.6.2 and 3.0.4). */
const unsound = '<2.6.2 || >=3.0.0 <3.0.4'

/** Throws `VERIFY` for a Cosign whose word counts for nothing. */
export function requireSoundCosign(version: string): void {
  const read = coerce(version)
  if (read !== null && !satisfies(read, unsound)) return
  throw new DeliveryError(
    'VERIFY',
    `cosign ${version} is to verify; versions before 2.6.2, and 3.0.0 to 3.0.3, accept signatures that they must refuse`,
    'Use the Cosign that this release pins: leave pins of your own (--tools) out, or pin 3.1 or newer in them.',
  )
}

const Version = z.looseObject({ gitVersion: z.string() })

/** Reads `cosign version --json`; a program that was compiled from a module says its version with or without `v`, or `devel`. Throws `VERIFY`. */
export function parseCosignVersion(stdout: string): string {
  return readJson('cosign', stdout, Version, 'VERIFY').gitVersion
}
