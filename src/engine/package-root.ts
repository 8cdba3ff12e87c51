import { fileURLToPath } from 'node:url'

/**
 * The directory of Loadline itself, with a separator at its end: where templates, Go programs and the toolchain's inputs are looked up.
 * This file lies two levels below it, and so does whatever it is bundled into.
 */
export const packageRoot: string = fileURLToPath(new URL('../../', import.meta.url))
