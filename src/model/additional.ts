import { z } from 'zod'
import { Digest } from './digest.ts'
import { Severity } from './severity.ts'

/** A finding of another scanner, as its SARIF states it. */
export const AdditionalFinding = z.strictObject({
  /** The ID of its rule, e.g. CVE-2026-1234; `unidentified` if it has none. */
  id: z.string(),
  severity: Severity,
  title: z.string(),
  /** Where it was found, in the scanner's words: a path, a package, an image. Empty if it does not say. */
  where: z.string(),
})
export type AdditionalFinding = z.infer<typeof AdditionalFinding>

/**
 * The findings of one run of another scanner, imported from SARIF 2.1.0. They are added to the findings of Loadline's
 * own collectors, and take nothing away from them.
 */
export const AdditionalFindings = z.strictObject({
  /** The file's path, as given, and the digest of its bytes. */
  name: z.string(),
  digest: Digest,
  scanner: z.strictObject({ name: z.string(), version: z.string().optional() }),
  /** Digests of the images that the file says it is about; empty if it names none: then that is unknown. */
  images: z.array(Digest),
  findings: z.array(AdditionalFinding),
})
export type AdditionalFindings = z.infer<typeof AdditionalFindings>
