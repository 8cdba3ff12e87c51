import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  evaluateCompliance,
  frameworks,
  renderComplianceMarkdown,
  type FrameworkName,
} from '../../src/audit/compliance/index.ts'
import { readRun } from '../../src/report/index.ts'
import { readInput } from '../run/policy-input.ts'
import { writeReports } from '../run/report-directory.ts'

/** The options of `loadline compliance`. */
export interface ComplianceOptions {
  verdict: string
  output?: string
  json: boolean
}

/** `loadline compliance FRAMEWORK`: what a run shows for a framework, from its verdict.json and the files beside it. Exit code 0: it is a document and judges nothing. */
export async function compliance(name: FrameworkName, { verdict, output, json }: ComplianceOptions): Promise<number> {
  const verdictText = await readInput(verdict, 'USAGE', 'verdict')
  const run = readRun(verdictText, verdict)
  const framework = frameworks[name]
  const wanted = new Set(framework.requirements.flatMap(({ proof }) => ('outside' in proof ? [] : (proof.files ?? []))))
  const files = new Map<string, string>()
  for (const path of wanted) {
    const text = await readFile(join(dirname(verdict), path), 'utf8').catch(() => undefined)
    if (text !== undefined) files.set(path, text)
  }
  const document = evaluateCompliance(framework, { run, verdictText, files })
  const reports = {
    [`compliance-${name}.json`]: `${JSON.stringify(document, null, 2)}\n`,
    [`compliance-${name}.md`]: renderComplianceMarkdown(document),
  }
  if (output !== undefined) await writeReports(output, reports)
  process.stdout.write(reports[`compliance-${name}.${json ? 'json' : 'md'}`] ?? '')
  return 0
}
