import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const directory = fileURLToPath(new URL('../../golden/report/', import.meta.url))

/** Compares with the golden file byte for byte. `UPDATE_GOLDEN=1` writes it instead; look at the difference before you commit it. */
export function expectGolden(name: string, content: string): void {
  const path = `${directory}${name}`
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  expect(content, `${name} differs; UPDATE_GOLDEN=1 writes it anew`).toBe(readFileSync(path, 'utf8'))
}
