import { audit as auditAll } from '../../pipelines/audit.ts'
import { renderAudit, renderAuditTerminal } from '../../src/audit/index.ts'
import { auditFiles } from '../run/audit-files.ts'
import { useColor } from '../show/color.ts'
import { policyText, readInput } from '../run/policy-input.ts'
import { writeReports } from '../run/report-directory.ts'

/** The options of `loadline audit`. */
export interface AuditOptions {
  dockerRun?: string
  verdict?: string
  policy?: string
  output?: string
  json: boolean
}

/** `loadline audit PATH...`: build files, deployments and a run by the CIS Docker Benchmark. Exit code 0 where nothing fails, 1 where something does, 2 where an input cannot be read. */
export async function audit(paths: readonly string[], options: AuditOptions): Promise<number> {
  const { verdict } = options
  const document = await auditAll({
    ...(await auditFiles(paths)),
    dockerRun: options.dockerRun,
    verdict: verdict === undefined ? undefined : { path: verdict, text: await readInput(verdict, 'USAGE', 'verdict') },
    policy: await policyText(options.policy, 'policy'),
    now: new Date(),
  })
  const reports = renderAudit(document)
  if (options.output !== undefined) await writeReports(options.output, reports)
  process.stdout.write(
    options.json
      ? reports['audit.json']
      : renderAuditTerminal(document, { color: useColor(process.stdout), width: process.stdout.columns ?? 120 }),
  )
  return document.outcome === 'passed' ? 0 : 1
}
