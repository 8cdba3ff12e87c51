import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../repo/source-files.ts'
import { scratch } from './command-line.ts'

/** A day that an exception may end on, whatever day the tests run on. */
export function dayAhead(): string {
  return new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10)
}

/** The policy of an example as its owner would have renewed it: its exceptions end after today. The path of the file. */
export function renewedPolicy(example: string): string {
  const path = join(scratch(), 'loadline.yaml')
  const text = readFileSync(join(root, example, 'loadline.yaml'), 'utf8')
  writeFileSync(path, text.replaceAll(/(?<=^\s+expires: )\d{4}-\d\d-\d\d$/gm, dayAhead()))
  return path
}
