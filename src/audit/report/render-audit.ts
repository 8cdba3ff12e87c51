import type { Audit } from '../document.ts'
import { renderAuditJson } from './json.ts'
import { renderAuditMarkdown } from './markdown.ts'
import { renderAuditSarif } from './sarif.ts'

/** Reports of an audit by file name. */
export type AuditReports = Record<'audit.json' | 'audit.md' | 'audit.sarif', string>

/** Every report of an audit. Pure: the same document gives the same bytes. */
export function renderAudit(audit: Audit): AuditReports {
  return {
    'audit.json': renderAuditJson(audit),
    'audit.md': renderAuditMarkdown(audit),
    'audit.sarif': renderAuditSarif(audit),
  }
}
