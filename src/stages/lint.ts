import { dag } from '@dagger.io/dagger'
import type { Collected, Lint, Lock, NotApplicable } from '../model/index.ts'
import type { Policy } from '../policy/schema.ts'
import type { DockerfilePreparation, DockerfileReading } from '../tools/dockerfile/output.ts'
import { hadolintArguments } from '../tools/hadolint/command.ts'
import { silencedChecks, toChecks, toDownloads } from '../tools/dockerfile/lint-evidence.ts'
import { findPragmas, parseLint } from '../tools/hadolint/output.ts'
import { requireSuccess, runTool } from '../engine/run-tool.ts'
import { toolImage } from '../engine/tool-image.ts'
import { collect } from '../engine/collect.ts'
import { confirmVersion } from '../engine/confirm-version.ts'

/** Where hadolint finds the Dockerfile. */
const lintedPath = '/Dockerfile'

/**
 * The results of hadolint and BuildKit's own checks for the Dockerfile as written, not as pinned for the build. An
 * image given without one has nothing to lint.
 */
export async function lintDockerfile(
  dockerfile: { path: string; text: string; reading: DockerfileReading } | undefined,
  checks: () => Promise<DockerfilePreparation['checks']>,
  { pragmas }: Policy['lint'],
  lock: Lock,
): Promise<Collected<Lint> | NotApplicable> {
  if (dockerfile === undefined)
    return { status: 'not-applicable', reason: 'no Dockerfile was given with the image, so nothing was linted' }
  const obeyPragmas = pragmas === 'report'
  return collect(
    {
      wanted: `the results of hadolint and BuildKit's checks for ${dockerfile.path}`,
      tool: () => toolImage(lock, 'hadolint'),
    },
    async (tool) => {
      const file = dag.directory().withNewFile('Dockerfile', dockerfile.text).file('Dockerfile')
      const [run, , said] = await Promise.all([
        runTool(
          'hadolint',
          tool.container.withMountedFile(lintedPath, file),
          hadolintArguments({ program: tool.program, dockerfile: lintedPath, obeyPragmas }),
        ),
        confirmVersion('hadolint', tool),
        checks(),
      ])
      requireSuccess('hadolint', run, 'Run hadolint by hand on the Dockerfile to see its output.')
      const { reading, path } = dockerfile
      return {
        ...parseLint(run.stdout, { path, linted: lintedPath }),
        checks: toChecks(said, path),
        pragmas: [...silencedChecks(reading), ...findPragmas(reading.pragmas)],
        downloads: toDownloads(reading),
      }
    },
  )
}
