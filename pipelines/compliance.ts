import {
  evaluateCompliance,
  frameworks,
  renderComplianceMarkdown,
  type FrameworkName,
} from '../src/audit/compliance/index.ts'
import { readRun } from '../src/report/index.ts'

/** A finished run, read from its report directory. */
export interface RecordedReports {
  /** Its verdict.json. */
  verdict: { path: string; text: string }
  /** The text of another file in the directory; undefined if there is none. */
  read(path: string): Promise<string | undefined>
}

/**
 * What a run proves for a framework: `compliance-<framework>.json` and `.md`, by file name. Throws `USAGE` if the
 * verdict cannot be read.
 */
export async function compliance(
  name: FrameworkName,
  { verdict, read }: RecordedReports,
): Promise<Record<string, string>> {
  const run = readRun(verdict.text, verdict.path)
  const framework = frameworks[name]
  const wanted = new Set(framework.requirements.flatMap(({ proof }) => ('outside' in proof ? [] : (proof.files ?? []))))
  const files = new Map<string, string>()
  for (const path of wanted) {
    const text = await read(path)
    if (text !== undefined) files.set(path, text)
  }
  const document = evaluateCompliance(framework, { run, verdictText: verdict.text, files })
  return {
    [`compliance-${name}.json`]: `${JSON.stringify(document, null, 2)}\n`,
    [`compliance-${name}.md`]: renderComplianceMarkdown(document),
  }
}
