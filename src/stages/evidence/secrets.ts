import type { Collected, Lock, Secrets } from '../../model/index.ts'
import { runTool } from '../../engine/run-tool.ts'
import { scanSecrets } from '../../tools/trivy/command.ts'
import { parseSecretScan, requireScan, requireSubject } from '../../tools/trivy/output.ts'
import type { BuiltArchive } from '../build/build.ts'
import { collect } from './collect.ts'
import { imageDirectory, readReport, subjectOf, trivyOn } from './trivy.ts'

/** Secrets in the files of every layer and in the image configuration. */
export function collectSecrets(built: BuiltArchive, lock: Lock): Promise<Collected<Secrets>> {
  return collect(
    { wanted: 'the secrets in the files and the configuration of the image', tool: () => trivyOn(built, lock) },
    async (tool) => {
      const run = await runTool(
        'trivy',
        tool.container,
        scanSecrets({ program: tool.program, image: imageDirectory, output: '/report.json' }),
      )
      requireScan(run)
      const { subject, findings } = parseSecretScan(await readReport(run.container.file('/report.json'), lock))
      requireSubject(subject, subjectOf(built, tool))
      return { findings }
    },
  )
}
