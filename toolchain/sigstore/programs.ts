import { join } from 'node:path'
import { packageRoot } from '../../src/engine/package-root.ts'
import { compileOnDemand, type ProgramsOnDemand } from '../programs-on-demand.ts'
import type { Cache } from '../cache.ts'
import type { StepEvent } from '../steps.ts'

/** Paths of the programs of a private Sigstore. */
export interface SigstorePrograms {
  fulcio: string
  rekor: string
  timestamps: string
}

const sigstore: ProgramsOnDemand<keyof SigstorePrograms> = {
  goDirectory: join(packageRoot, 'toolchain/sigstore/go'),
  module: 'sigstore',
  programs: {
    fulcio: { version: 'v1.8.8', package: 'github.com/sigstore/fulcio' },
    rekor: { version: 'v2.3.0', package: 'github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix' },
    timestamps: { version: 'v2.1.2', package: './timestamps' },
  },
}

/**
 * Compiles Fulcio, Rekor and the timestamp authority from their Go modules, unless the cache has them. Throws
 * `PREREQUISITE` or `ENGINE`.
 */
export function sigstorePrograms(
  cache: Cache,
  onProgress: (event: StepEvent) => void,
  say: (line: string) => void,
): Promise<SigstorePrograms> {
  return compileOnDemand(sigstore, cache, onProgress, say)
}
