import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../errors.ts'
import type { Collected, Lint, Lock } from '../model/index.ts'
import type { Policy } from '../policy/schema.ts'
import { lintDockerfile as hadolint } from '../tools/hadolint/command.ts'
import { findPragmas, parseLint } from '../tools/hadolint/output.ts'
import { lastLines, runTool } from '../tools/run-tool.ts'
import { toolImage } from '../tools/tool-image.ts'
import { collect } from './evidence/collect.ts'

/** Lints the Dockerfile as it was written, not as it is pinned for the build. */
export function lintDockerfile(dockerfile: { path: string; text: string }, { pragmas }: Policy['lint'], lock: Lock): Promise<Collected<Lint>> {
  const obeyPragmas = pragmas === 'report'
  return collect({ wanted: `hadolint's opinion of ${dockerfile.path}`, tool: () => toolImage(lock, 'hadolint') }, async ({ container, program }) => {
    const file = dag.directory().withNewFile('Dockerfile', dockerfile.text).file('Dockerfile')
    const run = await runTool('hadolint', container.withMountedFile('/Dockerfile', file), hadolint({ program, dockerfile: '/Dockerfile', obeyPragmas }))
    if (run.exitCode !== 0) throw new DeliveryError('TOOL', `hadolint ended with exit code ${run.exitCode}: ${lastLines(run.stderr)}`, 'Run hadolint by hand on the Dockerfile to see what it says.')
    return { findings: parseLint(run.stdout, dockerfile.path), pragmas: findPragmas(dockerfile.text) }
  })
}
