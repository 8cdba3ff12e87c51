import { dag } from '@dagger.io/dagger'
import type { Collected, Lint, Lock, NotApplicable } from '../model/index.ts'
import type { Policy } from '../policy/schema.ts'
import { findDownloads } from '../formats/dockerfile/dockerfile.ts'
import { lintDockerfile as hadolint } from '../tools/hadolint/command.ts'
import { findPragmas, parseLint } from '../tools/hadolint/output.ts'
import { requireSuccess, runTool } from '../engine/run-tool.ts'
import { toolImage } from '../engine/tool-image.ts'
import { collect } from './evidence/collect.ts'
import { confirmVersion } from './evidence/confirm-version.ts'

/** Where hadolint finds the Dockerfile. */
const lintedPath = '/Dockerfile'

/** Lints the Dockerfile as it was written, not as it is pinned for the build. An image that was given without one has nothing to lint. */
export async function lintDockerfile(
  dockerfile: { path: string; text: string } | undefined,
  { pragmas }: Policy['lint'],
  lock: Lock,
): Promise<Collected<Lint> | NotApplicable> {
  if (dockerfile === undefined)
    return { status: 'not-applicable', reason: 'no Dockerfile was given beside the image, so nothing was linted' }
  const obeyPragmas = pragmas === 'report'
  return collect(
    { wanted: `hadolint's opinion of ${dockerfile.path}`, tool: () => toolImage(lock, 'hadolint') },
    async (tool) => {
      const file = dag.directory().withNewFile('Dockerfile', dockerfile.text).file('Dockerfile')
      const [run] = await Promise.all([
        runTool(
          'hadolint',
          tool.container.withMountedFile(lintedPath, file),
          hadolint({ program: tool.program, dockerfile: lintedPath, obeyPragmas }),
        ),
        confirmVersion('hadolint', tool),
      ])
      requireSuccess('hadolint', run, 'Run hadolint by hand on the Dockerfile to see what it says.')
      return {
        findings: parseLint(run.stdout, { path: dockerfile.path, linted: lintedPath }),
        pragmas: findPragmas(dockerfile.text),
        downloads: findDownloads(dockerfile.text),
      }
    },
  )
}
