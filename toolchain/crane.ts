import { join } from 'node:path'
import { packageRoot } from '../src/engine/package-root.ts'
import type { ProgramsOnDemand } from './programs-on-demand.ts'

/** The client with which the toolchain pushes what it assembles into its own registry. It gets no image: no run uses it. */
export const craneProgram: ProgramsOnDemand<'crane'> = {
  goDirectory: join(packageRoot, 'toolchain/go'),
  module: 'crane',
  programs: { crane: { version: 'v0.22.1', package: 'github.com/google/go-containerregistry/cmd/crane' } },
}
