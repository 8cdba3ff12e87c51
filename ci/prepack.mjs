// Run by `npm pack`: writes this version's bundle where an installed package looks for it.
import { rmSync } from 'node:fs'
import { bundle, packed } from './prebuilt.mjs'

rmSync(packed, { recursive: true, force: true })
bundle(packed)
