import type { BaseImage } from '../image.ts'
import { debianSlim } from './debian-slim.ts'
import { distroless } from './distroless.ts'
import { golang } from './golang.ts'
import { nodeSlim } from './node-slim.ts'
import { pythonFull, pythonSlim } from './python.ts'

/** Every image that the sealed mode can substitute. A new one takes a definition and a line here. */
export const bases: BaseImage[] = [debianSlim, pythonSlim, pythonFull, nodeSlim, golang, ...distroless]
