import { statSync } from 'node:fs'

/** Tells what passed since, and how much of it this process computed. */
export function stopwatch(): () => string {
  const since = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return `${((performance.now() - since) / 1_000).toFixed(2)} s (processor ${((user + system) / 1e6).toFixed(2)} s)`
  }
}

export function megabytes(path: string): string {
  return `${(statSync(path).size / 1_000_000).toFixed(1)} MB`
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
