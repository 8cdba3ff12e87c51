import { copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scan } from '../node_modules/@dagger.io/dagger/dist/src/module/introspector/index.js'
import { bindings } from './bindings.ts'

/** A part of a module (class, function, argument, ...) as plain data. */
export interface DescribedPart {
  /** Its class in the SDK. */
  '@class': string
  /** Where it is declared. */
  '@location'?: unknown
  [property: string]: unknown
}

/** What the SDK's parts hold of the compiler, or need only while it reads. */
const compilerState = new Set([
  'node',
  '__node',
  'ast',
  'symbol',
  'signature',
  'userModule',
  'references',
  '_typeRef',
  '_returnTypeRef',
])

/**
 * Reads the types of a module from its source files with the SDK's own reader, and gives them as plain data which
 * `reviveModule` turns back.
 */
export async function describeModule(files: readonly string[], moduleName: string): Promise<DescribedPart> {
  return describe(await scan([...files, clientSource()], moduleName, false)) as DescribedPart
}

/**
 * The reader knows the SDK's own types by a source file of this name. The published package has declarations only,
 * which are TypeScript too.
 */
function clientSource(): string {
  if (bindings !== undefined) return bindings
  const declarations = join(tmpdir(), 'client.gen.ts')
  copyFileSync(
    join(import.meta.dirname, '../node_modules/@dagger.io/dagger/dist/src/api/client.gen.d.ts'),
    declarations,
  )
  return declarations
}

function describe(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describe)
  if (typeof value !== 'object' || value === null) return value
  const properties = Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !compilerState.has(name))
      .map(([name, inner]) => [name, describe(inner)]),
  )
  if (Object.getPrototypeOf(value) === Object.prototype) return properties
  const location =
    'getLocation' in value && typeof value.getLocation === 'function'
      ? { '@location': value.getLocation() as unknown }
      : {}
  return { ...properties, ...location, '@class': value.constructor.name }
}
