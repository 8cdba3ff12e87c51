import { readFileSync } from 'node:fs'

/** Kills every process that this one has started, and theirs: an engine session that lingers would keep building for nobody. Does nothing where /proc is not there. */
export function endChildren(parent: number = process.pid): void {
  for (const child of childrenOf(parent)) {
    endChildren(child)
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

function childrenOf(process: number): number[] {
  try {
    return readFileSync(`/proc/${process}/task/${process}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
