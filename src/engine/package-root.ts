import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Loadline's own directory, with a trailing separator: where templates, Go programs and the toolchain's inputs are found.
 * This file is two levels below it, and so is whatever it is bundled into.
 */
export const packageRoot: string = fileURLToPath(new URL('../../', import.meta.url))

/** Every file below one of Loadline's own directories, by its path from there, with its text. */
export function packageFiles(directory: string): Map<string, string> {
  const root = join(packageRoot, directory)
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(root.length + 1), readFileSync(path, 'utf8')]
    }),
  )
}

/** Whether this is a checkout: an installed package lacks the sources of the sealed toolchain. */
export function isCheckout(): boolean {
  return existsSync(join(packageRoot, 'package-lock.json'))
}
