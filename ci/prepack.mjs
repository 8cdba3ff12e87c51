// What `npm pack` runs: the bundle of this version, where an installed package looks for it.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { packed } from './prebuilt.mjs'

rmSync(packed, { recursive: true, force: true })
await bundle(fileURLToPath(new URL('..', import.meta.url)), packed)
