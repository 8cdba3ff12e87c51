import { createHash } from 'node:crypto'
import { imagePackageUrl, type AcceptedRisk, type Run } from '../model/index.ts'
import { exceptionText } from '../model/exception-text.ts'
import { headline } from '../model/headline.ts'
import { reportedFindings } from './reported-findings.ts'
import type { ReportedFinding } from './reported-finding.ts'
import { printable, safeUrl } from '../model/printable.ts'

/**
 * `vex.openvex.json`: OpenVEX 0.2.0 (https://github.com/openvex/spec) about the vulnerabilities that an exception in
 * force allows, for others' scanners. Products are the judged images, by digest, with the vulnerable packages as
 * subcomponents. An accepted risk is `affected`, with the action taken; only an exception that says so is
 * `not_affected`. Undefined if there is no such exception: OpenVEX does not allow a document without statements.
 */
export function renderOpenVex(
  run: Run,
  findings: readonly ReportedFinding[] = reportedFindings(run),
): string | undefined {
  const excepted = findings.filter(isExceptedVulnerability)
  if (run.verdict === undefined || excepted.length === 0) return undefined
  const groups = new Map<string, ExceptedVulnerability[]>()
  for (const finding of excepted) {
    const key = JSON.stringify([finding.id, finding.exception])
    groups.set(key, [...(groups.get(key) ?? []), finding])
  }
  const digests = new Map(headline(run).images.map(({ platform, digest }) => [platform, digest]))
  const statements = [...groups.values()].map((group) => statementOf(group, run.subject.name, digests))
  const owners = [...new Set(excepted.map(({ exception }) => printable(exception.owner)))].sort()
  const content = {
    author: owners.join(', '),
    role: 'Owner of the exceptions',
    timestamp: run.verdict.binding.at,
    version: 1,
    tooling: `Loadline ${printable(run.loadline)}`,
    statements,
  }
  const id = `urn:loadline:openvex:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`
  return `${JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': id, ...content }, null, 2)}\n`
}

type ExceptedVulnerability = ReportedFinding & Required<Pick<ReportedFinding, 'exception' | 'vulnerability'>>

function isExceptedVulnerability(finding: ReportedFinding): finding is ExceptedVulnerability {
  return finding.exception !== undefined && finding.vulnerability !== undefined
}

/** One statement per exception and vulnerability. */
function statementOf(
  findings: readonly ExceptedVulnerability[],
  name: string,
  digests: ReadonlyMap<string, string>,
): object {
  const [
    {
      id,
      url,
      vulnerability: { title },
      exception,
    },
  ] = findings as [ExceptedVulnerability]
  const link = safeUrl(url)
  const platforms = [...new Set(findings.flatMap((finding) => finding.platforms))].sort()
  return {
    vulnerability: {
      ...(link === undefined ? {} : { '@id': link }),
      name: printable(id),
      ...(title === '' ? {} : { description: printable(title) }),
    },
    products: platforms.map((platform) => {
      const digest = digests.get(platform) ?? ''
      const parts = new Set(findings.filter((finding) => finding.platforms.includes(platform)).map(packageOf))
      return {
        ...component(imagePackageUrl({ name, digest })),
        hashes: { 'sha-256': digest.replace('sha256:', '') },
        subcomponents: [...parts].sort().map(component),
      }
    }),
    ...standing(exception, [...new Set(findings.map(({ remedy }) => remedy))].sort()),
  }
}

/** What the exception means for those who run the image. */
function standing(exception: AcceptedRisk, remedies: readonly string[]): object {
  const { line } = exceptionText(exception)
  if (exception.vex !== undefined)
    return {
      status: exception.vex.status,
      status_notes: printable(line, 2000),
      justification: exception.vex.justification,
    }
  return {
    status: 'affected',
    status_notes: printable(line, 2000),
    action_statement: printable(
      [exception.compensatingControl ?? `The risk is accepted until ${exception.expires}.`, ...remedies].join(' '),
      2000,
    ),
  }
}

function packageOf({
  vulnerability: {
    package: { name, version, purl },
  },
}: ExceptedVulnerability): string {
  return purl ?? `urn:loadline:package:${encodeURIComponent(`${name}@${version}`)}`
}

function component(id: string): object {
  return { '@id': id, ...(id.startsWith('pkg:') ? { identifiers: { purl: id } } : {}) }
}
