import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { gzipSync } from 'node:zlib'
import type { Machine } from './timing.ts'

/** Watches the machine from now on; the function that it gives says what it was and did until then. */
export function watchMachine(): () => Machine {
  const load = oneMinute()
  const speed = compressingSeconds()
  const before = processorTimes()
  return () => {
    const after = processorTimes()
    const spent = before !== undefined && after !== undefined ? difference(before, after) : undefined
    return {
      cores: cpus().length,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      speed,
      load: { start: load, end: oneMinute() },
      ...(spent === undefined ? {} : { busy: rounded(spent.busy), stolen: rounded(spent.stolen) }),
    }
  }
}

function oneMinute(): number {
  return rounded(loadavg()[0] ?? 0)
}

function compressingSeconds(): number {
  // Neither zeros nor noise: a line of text that changes, from a generator without a seed.
  const lines: string[] = []
  for (let state = 1, bytes = 0; bytes < 16 * 2 ** 20; bytes += lines.at(-1)?.length ?? 1) {
    state = (state * 48_271) % 2_147_483_647
    lines.push(`${state.toString(36)} compressed to see how fast a core is ${state % 97}\n`)
  }
  const content = lines.join('')
  const started = performance.now()
  gzipSync(content)
  return rounded((performance.now() - started) / 1000)
}

interface ProcessorTimes {
  busy: number
  stolen: number
  all: number
}

/** Since the machine started, in the kernel's ticks, over all cores: the first line of /proc/stat. */
function processorTimes(): ProcessorTimes | undefined {
  if (!existsSync('/proc/stat')) return undefined
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupt = 0, softInterrupt = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const busy = user + nice + system + interrupt + softInterrupt
  return { busy, stolen, all: busy + idle + waiting + stolen }
}

function difference(before: ProcessorTimes, after: ProcessorTimes): { busy: number; stolen: number } {
  const all = Math.max(1, after.all - before.all)
  return { busy: (after.busy - before.busy) / all, stolen: (after.stolen - before.stolen) / all }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
