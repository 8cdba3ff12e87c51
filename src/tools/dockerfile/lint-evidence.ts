import type { Lint } from '../../model/index.ts'
import type { DockerfilePreparation, DockerfileReading } from './output.ts'

/** The results of BuildKit's checks, as evidence. */
export function toChecks(checks: DockerfilePreparation['checks'], path: string): Lint['checks'] {
  return checks.map(({ rule, message, url, line }) => ({
    id: rule,
    message,
    location: { path, within: 'source' as const, ...(line === 0 ? {} : { line }) },
    ...(url === undefined ? {} : { url }),
  }))
}

/** What ADD downloads on any platform, in the order of the text. */
export function toDownloads({ platforms }: DockerfileReading): Lint['downloads'] {
  const all = platforms.flatMap(({ downloads }) => downloads)
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()].toSorted(
    (left, right) => left.line - right.line,
  )
}

/** The `# check=` directive as a comment that silences checks for the whole file. An empty list of rules means all of them. */
export function silencedChecks({ silenced }: DockerfileReading): Lint['pragmas'] {
  return silenced.map(({ rules, line }) => ({ rules: rules.includes('all') ? [] : rules, line, global: true }))
}
