import { z } from 'zod'
import { Digest } from '../../model/index.ts'
import { readJson } from '../../model/read-json.ts'

const Summary = z.strictObject({
  digest: Digest,
  schemaVersion: z.int(),
  updatedAt: z.iso.datetime(),
  ecosystems: z.record(z.string(), z.int().min(0)),
  name: z.string().optional(),
})

/** The facts of a vulnerability database, as read by Loadline's own `advisories digest`. */
export type DatabaseSummary = z.infer<typeof Summary>

/** Reads the JSON of `advisories digest`. Throws `DATABASE` if the database cannot be read. */
export function parseDatabaseSummary(text: string): DatabaseSummary {
  return readJson('advisories', text, Summary, 'DATABASE')
}
