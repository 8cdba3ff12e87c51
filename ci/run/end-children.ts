import { readFileSync } from 'node:fs'

/** Kills every descendant process: a lingering engine session would keep building for nobody. Does nothing without /proc. */
export function endChildren(parent: number = process.pid): void {
  for (const child of childrenOf(parent)) {
    endChildren(child)
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // It has already exited.
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
