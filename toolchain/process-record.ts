import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeAtomically } from './cache.ts'

/** A background process, distinguished from a later one with the same number by its start time. */
export interface ProcessRecord {
  pid: number
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  startTime: string
}

/** The record of a running process; undefined when no process has that number. */
export function recordProcess(pid: number): ProcessRecord | undefined {
  const startTime = startTimeOf(pid)
  return startTime === undefined ? undefined : { pid, startTime }
}

/** Whether a recorded process is still running. A zombie is not. */
export function isRunning(record: ProcessRecord): boolean {
  return startTimeOf(record.pid) === record.startTime
}

/** Stops a recorded process: SIGTERM, and SIGKILL when it has not ended after `graceSeconds`. */
export async function stopProcess(record: ProcessRecord, graceSeconds: number): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGTERM', graceSeconds],
    ['SIGKILL', 5],
  ] as const) {
    if (!isRunning(record)) return
    process.kill(record.pid, signal)
    for (let waited = 0; waited < seconds * 20 && isRunning(record); waited += 1) await sleep(50)
  }
}

/** Reads a JSON record; undefined when it is absent or damaged, which no interrupted write can cause but a user can. */
export async function readRecord<Content>(path: string): Promise<Content | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Content
  } catch {
    return undefined
  }
}

/** Writes a JSON record atomically. */
export async function writeRecord(path: string, content: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`)
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name is in parentheses and may contain spaces: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
