// What `npm pack` runs: the bundle of this version, where an installed package looks for it.
import { rmSync } from 'node:fs'
import { bundle, packed } from './prebuilt.mjs'

rmSync(packed, { recursive: true, force: true })
bundle(packed)
