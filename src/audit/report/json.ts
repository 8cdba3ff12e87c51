import { Audit } from '../document.ts'

/** `audit.json`: the document itself, with a trailing newline. Throws when it is not a valid one. */
export function renderAuditJson(audit: Audit): string {
  return `${JSON.stringify(Audit.parse(audit), null, 2)}\n`
}
