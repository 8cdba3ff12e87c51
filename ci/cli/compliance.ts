import { dirname } from 'node:path'
import { compliance } from '../../pipelines/compliance.ts'
import { frameworks, type FrameworkName } from '../../src/audit/compliance/index.ts'
import { fileError, readGiven } from '../run/files/given-file.ts'
import { FileFault } from '../run/files/physical-path.ts'
import { limits, readBelow } from '../run/files/read-file.ts'
import { writeReports } from '../run/files/report-directory.ts'
import { command } from './command.ts'
import { required, single, toggle } from './flag.ts'

interface ComplianceOptions {
  verdict: string
  output?: string
  json: boolean
}

/**
 * `loadline compliance FRAMEWORK`: what a run proves for a framework, from its verdict.json and the files beside it.
 * The exit code is 0: it is a document and judges nothing.
 */
export const make = command<ComplianceOptions, [framework: FrameworkName]>({
  operands: [{ spelling: '<framework>', description: 'compliance framework', choices: Object.keys(frameworks) }],
  flags: {
    verdict: required(single('file', 'verdict.json of the run, in its report directory')),
    output: single('directory', 'directory for compliance-<framework>.json and .md (default: not written)'),
    json: toggle('print the document as JSON instead of Markdown'),
  },
  more: `Example:
  loadline compliance pci-dss --verdict loadline-report/verdict.json`,
  run: complianceOf,
})

async function complianceOf({ verdict, output, json }: ComplianceOptions, name: FrameworkName): Promise<number> {
  const reports = await compliance(name, {
    verdict: {
      path: verdict,
      text: await readGiven({ path: verdict, what: 'verdict', code: 'USAGE', most: limits.report }),
    },
    read: (path) => readReport(dirname(verdict), path),
  })
  if (output !== undefined) await writeReports(output, reports)
  process.stdout.write(reports[`compliance-${name}.${json ? 'json' : 'md'}`] ?? '')
  return 0
}

/** A file beside the verdict; undefined if there is none. Throws `USAGE` if it is not a regular file. */
async function readReport(directory: string, path: string): Promise<string | undefined> {
  try {
    return (await readBelow(directory, path, limits.report)).toString('utf8')
  } catch (error) {
    if (error instanceof FileFault && error.reason === 'absent') return undefined
    throw fileError(error, 'USAGE', `the report ${path}`)
  }
}
