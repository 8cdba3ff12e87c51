import { z } from 'zod'
import {
  compareSeverity,
  compareText,
  Digest,
  knownBecause,
  parseSeverity,
  unreadBecause,
  type SecretFinding,
  type SecretSearch,
} from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const count = z.int().min(0)

const Found = z.strictObject({
  id: z.string().min(1),
  severity: z.enum(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW']),
  title: z.string(),
  issuer: z.string(),
  path: z.string().min(1),
  line: z.int().min(1).optional(),
  through: z.array(z.string()).optional(),
  layer: Digest.optional(),
  known: z.enum(knownBecause).optional(),
  by: z.string().optional(),
})

/** The output of `inspect secrets`, version 1. It contains no credential. */
const Report = z.strictObject({
  schemaVersion: z.literal(1),
  digest: Digest,
  files: count,
  bytes: count,
  found: z.array(Found),
  notLookedAt: z.array(
    z.strictObject({ reason: z.enum(unreadBecause), count, bytes: count, paths: z.array(z.string()) }),
  ),
})

/** The result of a search for credentials, and the image. */
export interface SearchedSecrets {
  /** Digest of the image's manifest. */
  digest: Digest
  findings: SecretFinding[]
  search: SecretSearch
}

/** Reads the JSON of `inspect secrets`. Throws `TOOL` if it is empty, truncated or of a different form or version. */
export function parseSecrets(stdout: string): SearchedSecrets {
  const { digest, files, bytes, found, notLookedAt } = readJson('inspect', stdout, Report)
  const worstFirst = found.toSorted(
    (left, right) =>
      compareSeverity(parseSeverity(left.severity), parseSeverity(right.severity)) ||
      compareText(left.path, right.path) ||
      compareText(left.id, right.id) ||
      (left.line ?? 0) - (right.line ?? 0),
  )
  return {
    digest,
    findings: worstFirst.filter(({ known }) => known === undefined).map(toFinding),
    search: {
      files,
      bytes,
      known: worstFirst.flatMap((one) =>
        one.known === undefined
          ? []
          : [{ ...toFinding(one), because: one.known, ...(one.by === undefined ? {} : { by: one.by }) }],
      ),
      notLookedAt: notLookedAt.map(({ reason, count: filesOf, ...rest }) => ({
        because: reason,
        files: filesOf,
        ...rest,
      })),
    },
  }
}

function toFinding({ id, severity, title, issuer, path, line, through, layer }: z.infer<typeof Found>): SecretFinding {
  return {
    id,
    severity: parseSeverity(severity),
    title,
    category: issuer,
    location: { path, within: 'image', ...(line === undefined ? {} : { line }) },
    ...(through === undefined ? {} : { through }),
    ...(layer === undefined ? {} : { layer }),
  }
}
