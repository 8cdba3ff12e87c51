import { createHash } from 'node:crypto'
import { exceptionText } from '../../model/exception-text.ts'
import { printable } from '../../model/printable.ts'
import { securitySeverity } from '../../model/security-severity.ts'
import type { Audit, ControlEvidence, ControlResult } from '../document.ts'
import { sayEvidence } from './words.ts'

/** The most results that GitHub shows for one run. */
const mostResults = 5_000

/**
 * SARIF 2.1.0 of an audit: a result for every failure and deviation that has a file; a deviation carries its
 * justification as a suppression.
 */
export function renderAuditSarif(audit: Audit): string {
  const results = audit.controls.flatMap((control, index) =>
    control.evidence
      .filter(
        ({ status, path }) =>
          (status === 'fail' || status === 'deviation') && path !== undefined && path !== 'docker-run',
      )
      .map((evidence) => resultOf(control, index, evidence)),
  )
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Loadline audit', version: audit.loadline, rules: audit.controls.map(ruleOf) } },
        automationDetails: { id: 'loadline-audit/' },
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: audit.auditedAt,
            ...(results.length > mostResults
              ? {
                  toolExecutionNotifications: [
                    {
                      level: 'warning',
                      message: {
                        text: `${mostResults} of ${results.length} results are listed; audit.json has them all.`,
                      },
                    },
                  ],
                }
              : {}),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: results.slice(0, mostResults),
        properties: { outcome: audit.outcome, counts: audit.counts },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function ruleOf({ id, title, severity, remedy }: ControlResult): object {
  return {
    id: `loadline/${id}`,
    shortDescription: { text: title },
    fullDescription: { text: title },
    help: { text: remedy },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['loadline', 'audit'], 'security-severity': securitySeverity[severity] },
  }
}

function resultOf({ id, remedy }: ControlResult, ruleIndex: number, evidence: ControlEvidence): object {
  const { path = '', line = 1, about, subject, exception } = evidence
  const print = createHash('sha256')
    .update(JSON.stringify([id, path, about, subject]))
    .digest('hex')
    .slice(0, 32)
  return {
    ruleId: `loadline/${id}`,
    ruleIndex,
    level: 'error',
    message: { text: `${sayEvidence(evidence)}\n${remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: path
              .split('/')
              .map((segment) => encodeURIComponent(printable(segment)))
              .join('/'),
            uriBaseId: '%SRCROOT%',
          },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'loadlineAudit/v1': print },
    ...(exception === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external', status: 'accepted', justification: printable(exceptionText(exception).line, 2000) },
          ],
        }),
  }
}
