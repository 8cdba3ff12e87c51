import { DeliveryError } from '../../errors.ts'
import type { Collected, Lock, Secrets } from '../../model/index.ts'
import { lastLines, runTool } from '../../tools/run-tool.ts'
import { scanSecrets } from '../../tools/trivy/command.ts'
import { parseSecretScan } from '../../tools/trivy/output.ts'
import type { BuiltArchive } from '../build.ts'
import { collect } from './collect.ts'
import { checkImage } from './packages.ts'
import { imageDirectory, readReport, trivyOn } from './trivy.ts'

/** Secrets in the files of every layer and in the image configuration. */
export function collectSecrets(built: BuiltArchive, lock: Lock): Promise<Collected<Secrets>> {
  return collect({ wanted: 'the secrets in the files and the configuration of the image', tool: () => trivyOn(built, lock) }, async ({ container, program }) => {
    const run = await runTool('trivy', container, scanSecrets({ program, image: imageDirectory, output: '/report.json' }))
    if (run.exitCode !== 0) throw new DeliveryError('TOOL', `trivy ended with exit code ${run.exitCode}: ${lastLines(run.stderr, 2)}`, 'Run again; if it stays, report it as a fault of Loadline.')
    const { imageId, findings } = parseSecretScan(await readReport(run.container.file('/report.json'), lock))
    checkImage(imageId, built)
    return { findings }
  })
}
