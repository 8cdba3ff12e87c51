import type { createColors } from 'picocolors'
import type { Package, RuleResult, Run } from '../model/index.ts'
import { printable } from '../model/printable.ts'
import { formatBytes } from '../model/units.ts'
import { changes, saysNo, type RuleChange } from './compare.ts'
import type { Answer, Proposal } from './repair.ts'

/** A repair that was not made, and why. */
export interface Left {
  repair: string
  what: string
  why: string
}

/** Seconds until the image is built again after one changed line, without its export. */
export interface Rebuild {
  /** The file whose line changed. */
  path: string
  before: number
  after: number
}

/** The result of repairing a source. */
export interface Repaired {
  before: Run
  /** The run of the repaired source; the same as before if nothing was kept. */
  after: Run
  /** The rules that failed before, or fail after. */
  changes: RuleChange[]
  kept: Array<{ repair: string; what: string }>
  left: readonly Left[]
  /** What only people can do, by rule. */
  remains: Array<{ rule: string; text: string }>
  /** Packages that the image no longer has. */
  gone: string[]
  /** Every new or changed file, by its path in the source. */
  files: Readonly<Record<string, string>>
  /** Absent if nothing was repaired, or no line could be changed. */
  rebuild?: Rebuild
}

/**
 * Summarizes the repairs of a source. What is left to people is every remaining violation: in the words of the repair
 * if it has any, otherwise in those of the rule.
 */
export function tellRepair({
  before,
  after,
  kept,
  left,
  answers,
  files,
  rebuild,
  dockerfile,
}: Pick<Repaired, 'before' | 'after' | 'left' | 'files'> & {
  kept: readonly Proposal[]
  answers: readonly Answer[]
  rebuild: Rebuild | undefined
  /** The text of the given Dockerfile: the packages that it names are told first. */
  dockerfile: string
}): Repaired {
  const said = answers.flatMap(({ remains = [] }) => remains)
  const open = resultsOf(after).filter(({ status }) => saysNo(status))
  const had = new Set(packagesOf(after))
  const gone = packagesOf(before).filter((name) => had.size > 0 && !had.has(name))
  const written = new Set(dockerfile.split(/[\s=;&|"',[\]]+/))
  return {
    before,
    after,
    changes: changes(resultsOf(before), resultsOf(after)),
    kept: kept.map(({ repair, what }) => ({ repair, what })),
    left,
    remains: open.flatMap(({ rule, remedy, found }) => {
      const own = said.filter((one) => one.rule === rule)
      return own.length > 0 ? own : [{ rule, text: `${found}. ${remedy}` }]
    }),
    gone: [...gone.filter((name) => written.has(name)), ...gone.filter((name) => !written.has(name))],
    files,
    ...(rebuild === undefined ? {} : { rebuild }),
  }
}

/** The result of the repairs for a terminal, without the diff. */
export function renderRepair(
  { before, after, changes: changed, kept, left, remains, gone, rebuild }: Repaired,
  colors: ReturnType<typeof createColors>,
): string {
  const count = (run: Run) => resultsOf(run).filter(({ status }) => saysNo(status)).length
  const width = Math.max(...changed.map(({ rule }) => rule.length), 0)
  const told = (status: RuleResult['status'], denied: number) => (denied === 0 ? status : `${status} (${denied})`)
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', colors.bold(title), ...lines]
  return [
    colors.bold(
      `${printable(before.subject.name)}: ${before.outcome}, ${count(before)} rules say no -> ${after.outcome}, ${count(after)}${sizes(before, after)}`,
    ),
    ...(before.failure === undefined ? [] : [printable(before.failure.message)]),
    ...changed.map((change) => {
      const paint = saysNo(change.after) ? colors.red : colors.green
      return `  ${change.rule.padEnd(width)}  ${told(change.before, change.denied.before)} -> ${paint(told(change.after, change.denied.after))}`
    }),
    ...(rebuild === undefined
      ? []
      : [
          `  Built again after a changed line of ${printable(rebuild.path)}: ${rebuild.before.toFixed(1)} s -> ${rebuild.after.toFixed(1)} s`,
        ]),
    ...list(
      'Repaired',
      kept.map(({ repair, what }) => `  ${repair}: ${printable(what)}`),
    ),
    ...list(
      'Left out',
      left.map(({ repair, what, why }) => `  ${repair}: ${printable(what)}; ${printable(why)}`),
    ),
    ...list(
      'For people',
      remains.map(({ rule, text }) => `  ${rule}: ${printable(text)}`),
    ),
    ...list(
      'No longer in the image; it starts without them, but something else may need them',
      gone.length === 0 ? [] : [`  ${printable(gone.join(', '))}`],
    ),
    '',
  ].join('\n')
}

function sizes(before: Run, after: Run): string {
  const [old, now] = [unpackedSize(before), unpackedSize(after)]
  return old === undefined || now === undefined || old === now ? '' : `; ${formatBytes(old)} -> ${formatBytes(now)}`
}

function unpackedSize({ evidence }: Run): number | undefined {
  const cell = evidence?.platforms[0]?.evidence.size
  return cell?.status === 'collected' ? cell.value.unpacked : undefined
}

function packagesOf({ evidence }: Run): string[] {
  const cell = evidence?.platforms[0]?.evidence.licenses
  const packages: readonly Package[] = cell?.status === 'collected' ? cell.value.packages : []
  return [...new Set(packages.map(({ name }) => name))].toSorted()
}

function resultsOf({ verdict }: Run): readonly RuleResult[] {
  return verdict?.results ?? []
}
