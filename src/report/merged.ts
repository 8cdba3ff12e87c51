import { createColors } from 'picocolors'
import Table from 'cli-table3'
import type { Merged } from '../model/index.ts'
import { counted } from '../model/measures.ts'
import { printable } from '../model/printable.ts'

/** A merged verdict for a terminal: one row per part, why they do not fit together, and the result. */
export function renderMerged(merged: Merged, options: { color: boolean }): string {
  const colors = createColors(options.color)
  const paint = (state: string) =>
    (state === 'passed' ? colors.green : state === 'undecided' || state === 'broken' ? colors.yellow : colors.red)(
      state,
    )
  const table = new Table({
    head: ['part', 'state', 'digest', 'note'],
    style: { head: [], border: [], compact: true },
  })
  for (const { name, state, images, said } of merged.parts) {
    table.push([
      printable(name),
      paint(state),
      images.map(({ platform, digest }) => `${platform} ${digest.slice(0, 'sha256:'.length + 12)}`).join('\n'),
      printable(said, 100),
    ])
  }
  const passed = merged.parts.filter(({ state }) => state === 'passed').length
  return [
    '',
    table.toString(),
    ...(merged.revision === undefined ? [] : [`commit ${merged.revision}`]),
    ...merged.faults.map((fault) => `${colors.red('✗')} ${printable(fault)}`),
    paintOutcome(merged.outcome.toUpperCase()) + `: ${passed} of ${counted(merged.parts.length, 'part')} passed`,
    '',
  ].join('\n')

  function paintOutcome(word: string): string {
    return (merged.outcome === 'passed' ? colors.green : merged.outcome === 'rejected' ? colors.red : colors.yellow)(
      colors.bold(word),
    )
  }
}
