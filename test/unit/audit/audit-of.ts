import { audit, type AuditRequest } from '../../../pipelines/audit.ts'
import type { Audit } from '../../../src/audit/index.ts'

/** The day on which the tests audit. */
export const now = new Date('2026-11-24T12:00:00Z')

/** Audits files by their texts, as a directory holds them; those of `named` were named one by one. */
export async function auditOf(
  files: Record<string, string>,
  more: Partial<AuditRequest> & { names?: readonly string[]; beside?: Record<string, string> } = {},
): Promise<Audit> {
  const { names = [], beside = {}, ...request } = more
  return audit({
    files: Object.entries(files).map(([path, text]) => ({ path, text, named: names.includes(path), below: path })),
    open: async (path) => beside[path] ?? files[path],
    now,
    ...request,
  })
}

/** Audits one file that was named. */
export async function auditOfNamed(text: string, path: string, beside: Record<string, string> = {}): Promise<Audit> {
  return auditOf({ [path]: text }, { names: [path], beside })
}

/** What the controls say of one: `fail cis-5.5: what was found`, for those of a status. */
export function saidOf({ controls }: Audit, id: string): string[] {
  const control = controls.find((entry) => entry.id === id)
  return (control?.evidence ?? []).map(({ status, found }) => `${status}: ${found}`)
}

/** Ids of the controls that fail. */
export function failing({ controls }: Audit): string[] {
  return controls.filter(({ status }) => status === 'fail').map(({ id }) => id)
}
