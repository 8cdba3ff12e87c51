import { existsSync } from 'node:fs'
import { join } from 'node:path'

const path = join(
  import.meta.dirname,
  '..',
  'node_modules',
  '@dagger.io',
  'dagger',
  'dist',
  'src',
  'api',
  'client.gen.ts',
)

/**
 * The SDK's client with bindings of the module's dependencies, where the runtime's module has put one; undefined for a
 * module without dependencies.
 */
export const bindings = existsSync(path) ? path : undefined
