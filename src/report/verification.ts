import { createColors } from 'picocolors'
import type { Verification, VerificationCheck } from '../model/index.ts'
import { age, counted } from '../model/measures.ts'
import { printable } from '../model/printable.ts'

/**
 * A verification for a terminal: each check, then what the verdict was, then the result. No registry output reaches the
 * terminal unescaped.
 */
export function renderVerification(verification: Verification, options: { color: boolean }): string {
  const colors = createColors(options.color)
  const { checks, verdict, origin, outcome, digest } = verification
  const digests = [...new Set(checks.map((check) => check.digest))]
  const blocks = digests.map((subject) => {
    const own = checks.filter((check) => check.digest === subject)
    const title = `${own[0]?.platform ?? (subject === digest && digests.length > 1 ? 'index' : 'image')} ${subject}`
    return [colors.bold(title), ...own.flatMap((check) => lines(check, colors))].join('\n')
  })
  const facts: Array<[string, string]> = [
    ['image', `${verification.repository}@${digest}`],
    ['signer', verification.signer],
    ...(verdict === undefined
      ? []
      : ([
          ['verdict', `passed, given ${verdict.at} by ${verdict.verifier}; ${counted(verdict.rules, 'rule')}`],
          ['policy', verdict.policy],
          ...verdict.databases.map(({ name, updatedAt, coverage }) => [
            'database',
            `${name} (${coverage}) of ${updatedAt}, ${age(updatedAt, verdict.at)} at the verdict, ${age(updatedAt, verification.verifiedAt)} now`,
          ]),
          ['levels', verdict.levels.join(', ')],
        ] as Array<[string, string]>)),
    ...(origin === undefined
      ? []
      : ([
          [
            'source',
            `${origin.repository ?? 'not named'}${origin.revision === undefined ? '' : ` at ${origin.revision}`}${origin.dirty === true ? ', with uncommitted changes' : ''}`,
          ],
          ['builder', origin.builder],
        ] as Array<[string, string]>)),
  ]
  const table = facts.map(([name, value]) => `${colors.dim(name.padEnd(9))} ${printable(value)}`).join('\n')
  const failed = checks.filter(({ status }) => status !== 'holds').length
  const last =
    outcome === 'verified'
      ? colors.green(colors.bold('VERIFIED'))
      : `${colors.red(colors.bold('REFUSED'))}: ${counted(failed, 'check')} of ${checks.length} ${failed === 1 ? 'does' : 'do'} not hold`
  return `\n${[table, ...blocks, last].join('\n\n')}\n`
}

function lines(check: VerificationCheck, colors: ReturnType<typeof createColors>): string[] {
  const good = check.status === 'holds'
  const head = `${good ? colors.green('✓') : colors.red('✗')} ${check.what.padEnd(16)}${good ? printable(check.found) : `${check.status}: expected ${printable(check.wanted)}`}`
  return good ? [head] : [head, `    found: ${printable(check.found)}`, `    do this: ${printable(check.remedy)}`]
}
