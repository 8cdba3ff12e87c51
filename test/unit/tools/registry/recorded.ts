import { readFileSync } from 'node:fs'

/** What the real program printed, version 1.0.1, against docker-registry with faults in front of it. */
export function recorded(name: string): string {
  return readFileSync(new URL(`../../../fixtures/registry/${name}-1.0.1.json`, import.meta.url), 'utf8')
}

/** The program's end with a recorded fault. */
export function failing(name: string): { exitCode: number; stdout: string; stderr: string } {
  return { exitCode: 1, stdout: recorded(`error-${name}`), stderr: '' }
}
