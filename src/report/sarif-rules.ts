import type { Run, Severity } from '../model/index.ts'
import type { ReportedFinding } from './reported-finding.ts'
import { printable, safeUrl } from '../model/printable.ts'
import { securitySeverity } from '../model/security-severity.ts'

/** Vulnerabilities, lint codes and kinds of secrets are separate rules; every other finding belongs to its gate rule. */
function isOwnRule({ kind, id, rule, state, vulnerability, location }: ReportedFinding): boolean {
  if (state === 'undecided' || id === rule) return false
  return (
    vulnerability !== undefined ||
    (kind === 'secrets' && location !== undefined) ||
    (kind === 'lint' && /^[A-Z]{2,}\d+$/.test(id))
  )
}

/** The rules that occur, in the order of their first result. */
export class Rules {
  readonly #run: Run
  readonly #entries = new Map<string, { index: number; severity: Severity; descriptor: Record<string, unknown> }>()

  constructor(run: Run) {
    this.#run = run
    for (const result of run.verdict?.results ?? [])
      this.#enter(`loadline/${result.rule}`, 'low', {
        shortDescription: result.title,
        fullDescription: result.wanted,
        help: result.remedy,
        tags: ['loadline', result.kind],
      })
  }

  add(finding: ReportedFinding): { id: string; index: number } {
    const own = isOwnRule(finding)
    const id = own
      ? printable(finding.id, 200)
      : finding.rule === undefined
        ? 'loadline/missing-evidence'
        : `loadline/${finding.rule}`
    const entry = this.#entries.get(id)
    if (entry !== undefined) {
      entry.severity = worse(entry.severity, finding.severity)
      return { id, index: entry.index }
    }
    const description = own
      ? {
          shortDescription: finding.vulnerability?.title || finding.found,
          fullDescription: finding.vulnerability?.title || finding.found,
          help: finding.remedy,
          url: finding.url,
          tags: ['loadline', 'security', finding.kind, finding.severity],
        }
      : finding.rule === undefined
        ? {
            shortDescription: 'Evidence is missing',
            fullDescription: 'A collector failed. A rule that needs its evidence cannot pass.',
            help: 'Do what the result says, and run again.',
            tags: ['loadline', 'evidence'],
          }
        : {
            shortDescription: 'The run did not complete',
            fullDescription: 'A stage failed, so there is no verdict, or a passed image could not be released.',
            help: 'Do what the result says, and run again.',
            tags: ['loadline', 'run'],
          }
    return { id, index: this.#enter(id, finding.severity, description) }
  }

  descriptors(): object[] {
    return [...this.#entries.values()].map(({ severity, descriptor }) => ({
      ...descriptor,
      properties: { ...(descriptor['properties'] as object), 'security-severity': securitySeverity[severity] },
    }))
  }

  #enter(
    id: string,
    severity: Severity,
    description: {
      shortDescription: string
      fullDescription: string
      help: string
      tags: string[]
      url?: string | undefined
    },
  ): number {
    const index = this.#entries.size
    const helpUri = safeUrl(description.url)
    const used = this.#run.subject.name === '' ? {} : { image: printable(this.#run.subject.name, 200) }
    this.#entries.set(id, {
      index,
      severity,
      descriptor: {
        id,
        shortDescription: { text: printable(description.shortDescription, 200) || id },
        fullDescription: { text: printable(description.fullDescription, 1000) || id },
        help: { text: printable(description.help, 1000) || 'See the result.' },
        ...(helpUri === undefined ? {} : { helpUri }),
        defaultConfiguration: { level: 'error' },
        properties: { tags: description.tags.slice(0, 10), ...used },
      },
    })
    return index
  }
}

function worse(left: Severity, right: Severity): Severity {
  return Number(securitySeverity[left]) >= Number(securitySeverity[right]) ? left : right
}
