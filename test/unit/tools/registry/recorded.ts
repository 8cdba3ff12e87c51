import { readFileSync } from 'node:fs'

/** What the real program of this version printed, against docker-registry, with faults in front of it if it failed. */
export function recorded(name: string, version: '1.0.1' | '1.1.0' | '1.2.0' = '1.0.1'): string {
  return readFileSync(new URL(`../../../fixtures/registry/${name}-${version}.json`, import.meta.url), 'utf8')
}

/** The program's end with a recorded fault. */
export function failing(name: string): { exitCode: number; stdout: string; stderr: string } {
  return { exitCode: 1, stdout: recorded(`error-${name}`), stderr: '' }
}
