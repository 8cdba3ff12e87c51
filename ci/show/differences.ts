import type { createColors } from 'picocolors'
import { defused, printable } from '../../src/report/index.ts'

/** Unified diffs for a terminal. The files are untrusted, so their lines are printed without effect on the terminal. */
export function renderDifferences(
  files: ReadonlyArray<{ diff: string }>,
  colors: ReturnType<typeof createColors>,
): string {
  const render = ({ diff }: { diff: string }) =>
    diff
      .split('\n')
      .map((line) => coloured(printable(line, Number.POSITIVE_INFINITY), colors))
      .join('\n')
  return defused(files.map(render).join(''))
}

function coloured(line: string, { bold, green, red }: ReturnType<typeof createColors>): string {
  if (/^(\+\+\+|---) /.test(line)) return bold(line)
  if (line.startsWith('+')) return green(line)
  return line.startsWith('-') ? red(line) : line
}
