import { audit } from '../../pipelines/audit.ts'
import { renderAudit, renderAuditTerminal, type Audit } from '../../src/audit/index.ts'
import { printable } from '../../src/model/printable.ts'
import { auditFiles } from '../run/audit-files.ts'
import { rendered } from '../run/render/rendered.ts'
import { limits } from '../run/files/read-file.ts'
import { useColor } from '../show/color.ts'
import { policyText, readGiven } from '../run/files/given-file.ts'
import { writeReports } from '../run/files/report-directory.ts'
import { command } from './command.ts'
import { single, toggle } from './flag.ts'

interface AuditOptions {
  dockerRun?: string
  verdict?: string
  policy?: string
  output?: string
  allowEmpty: boolean
  json: boolean
}

/**
 * `loadline audit PATH...`: audits build files, deployments and a run by the CIS Docker Benchmark. Exit code 0 if
 * nothing fails, 1 if something does, 2 if a named input cannot be read, 3 if nothing was judged or something that is
 * deployed could not be read.
 */
export const make = command<AuditOptions, [paths: string[]]>({
  operands: [{ spelling: '[paths...]', description: 'files, or directories to search for them' }],
  flags: {
    dockerRun: single('line', 'a docker run command line, as one argument'),
    verdict: single('file', 'verdict.json of a run: section 4 is judged by its evidence instead of the Dockerfile'),
    policy: single(
      'file',
      'policy file: its exceptions for controls, its build arguments and its ignored paths apply (default: none)',
    ),
    allowEmpty: toggle('finding nothing to judge is not an error'),
    output: single('directory', 'directory for audit.json, audit.md and audit.sarif (default: not written)'),
    json: toggle('print audit.json instead of the table'),
  },
  more: `Exit codes: 0 nothing fails, though much may be manual; 1 something fails; 2 a named input cannot be read, and nothing was judged; 3 nothing was judged, or something that is deployed could not be read.
Examples:
  loadline audit .
  loadline audit compose.yaml --verdict loadline-report/verdict.json --policy loadline.yaml
  loadline audit --docker-run "docker run --read-only app:1.0.0"`,
  run: (options, paths) => runAudit(paths, options),
})

export async function runAudit(paths: readonly string[], options: AuditOptions): Promise<number> {
  const { verdict } = options
  const found = await auditFiles(paths)
  const document = await audit({
    ...found,
    render: async (files) => rendered(files, found),
    dockerRun: options.dockerRun,
    verdict:
      verdict === undefined
        ? undefined
        : {
            path: verdict,
            text: await readGiven({ path: verdict, what: 'verdict', code: 'USAGE', most: limits.report }),
          },
    policy: await policyText(options.policy, 'policy'),
    allowEmpty: options.allowEmpty,
    now: new Date(),
  })
  const reports = renderAudit(document)
  if (options.output !== undefined) await writeReports(options.output, reports)
  process.stdout.write(
    options.json
      ? reports['audit.json']
      : renderAuditTerminal(document, { color: useColor(process.stdout), width: process.stdout.columns ?? 120 }),
  )
  if (document.outcome === 'undecided') process.stderr.write(`error: ${whyUndecided(document)}\n`)
  return { passed: 0, failed: 1, undecided: 3 }[document.outcome]
}

function whyUndecided({ unread, unjudged, passedOver }: Audit): string {
  const [first] = unread
  if (first !== undefined) return printable(`${first.path}:${first.line}: ${first.reason}`, 400)
  const [object] = unjudged
  const met = object === undefined ? '' : `; ${object.about} (${object.path}:${object.line}): ${object.reason}`
  const over = passedOver.length === 0 ? '' : `; ${passedOver.length} files were skipped`
  return `${printable(`nothing was judged: no Dockerfile and no container was found${met}${over}`, 400)}\ndo this: name files or a directory that has some, or add --allow-empty if that is expected`
}
