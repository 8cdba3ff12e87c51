import { z } from 'zod'
import { Digest } from './digest.ts'
import { Severity } from './severity.ts'

/** Something that another scanner found, as its SARIF says it. */
export const AdditionalFinding = z.strictObject({
  /** The id of its rule, e.g. CVE-2026-1234; `unidentified` where it has none. */
  id: z.string(),
  severity: Severity,
  title: z.string(),
  /** Where it was seen, in the scanner's own words: a path, a package, an image. Empty where it does not say. */
  where: z.string(),
})
export type AdditionalFinding = z.infer<typeof AdditionalFinding>

/** The findings of one run of another scanner, imported from SARIF 2.1.0. They are added to what Loadline's own collectors found, and take nothing away from it. */
export const AdditionalFindings = z.strictObject({
  /** Of the file, as it was given, and of its bytes. */
  name: z.string(),
  digest: Digest,
  scanner: z.strictObject({ name: z.string(), version: z.string().optional() }),
  /** Digests of the images that the file says it is about; empty where it names none: then nobody can tell. */
  images: z.array(Digest),
  findings: z.array(AdditionalFinding),
})
export type AdditionalFindings = z.infer<typeof AdditionalFindings>
