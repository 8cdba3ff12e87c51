import { z } from 'zod'
import { Severity } from './severity.ts'

/** Where a finding can be seen: a file of the source (with a line) or a path inside the image. */
export const Location = z.strictObject({
  /** Relative to the source directory, or absolute inside the image. */
  path: z.string(),
  /** First line, counted from 1. Absent if the file has no lines to point to. */
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
  within: z.enum(['source', 'image']),
})
export type Location = z.infer<typeof Location>

/** A package in the image, as the scanner recorded it. */
export const Package = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Ecosystem in the scanner's words, e.g. `debian`, `python-pkg`, `node-pkg`, `gobinary`. */
  type: z.string(),
  /** Package URL (https://github.com/package-url/purl-spec) if the scanner gives one. */
  purl: z.string().optional(),
  licenses: z.array(z.string()).default([]),
  /** Where it was found: a lock file, a binary, or the package database. */
  path: z.string().optional(),
  /** Diff ID of the layer that added it. */
  layer: z.string().optional(),
})
export type Package = z.infer<typeof Package>

/** A published vulnerability that affects a package of the image. One per (id, package URL, path): duplicates across layers are merged. */
export const Vulnerability = z.strictObject({
  /** CVE, GHSA or distribution identifier. A finding without one is kept as `unidentified`. */
  id: z.string(),
  severity: Severity,
  title: z.string(),
  package: Package.pick({ name: true, version: true, type: true, purl: true, path: true, layer: true }),
  /** Version that fixes it; absent if none is published. */
  fixedVersion: z.string().optional(),
  /** Status in the scanner's words, e.g. `fixed`, `affected`, `will_not_fix`, `end_of_life`. */
  status: z.string().optional(),
  url: z.string().optional(),
  /** The vendor whose severity was used. */
  severitySource: z.string().optional(),
})
export type Vulnerability = z.infer<typeof Vulnerability>

/** A secret found in a file, the environment or the history of the image. The secret itself is never kept. */
export const SecretFinding = z.strictObject({
  id: z.string(),
  severity: Severity,
  title: z.string(),
  category: z.string(),
  location: Location,
  /** What had to be decoded to find it, outermost first, e.g. `gzip`, `zip`, `base64`. Absent if nothing had to be. */
  through: z.array(z.string()).optional(),
  /** Diff ID of the layer that added it; absent for the image configuration. */
  layer: z.string().optional(),
})
export type SecretFinding = z.infer<typeof SecretFinding>

/** A remark of the Dockerfile linter. */
export const LintFinding = z.strictObject({
  /** Rule code, e.g. `DL3008` (hadolint) or `SC2086` (ShellCheck). */
  id: z.string(),
  level: z.enum(['error', 'warning', 'info', 'style']),
  message: z.string(),
  location: Location,
})
export type LintFinding = z.infer<typeof LintFinding>
