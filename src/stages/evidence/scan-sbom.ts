import { dag } from '@dagger.io/dagger'
import { DeliveryError } from '../../model/errors.ts'
import type { Licenses, Lock, ToolIdentity, Vulnerabilities } from '../../model/index.ts'
import { lastLines, runTool } from '../../engine/run-tool.ts'
import { toolImage } from '../../engine/tool-image.ts'
import { emptyConfiguration, scanSbomArguments } from '../../tools/trivy/command.ts'
import { parseSbomScan } from '../../tools/trivy/output.ts'
import type { OpenDatabase } from './database.ts'
import { vulnerabilitiesOf } from './packages.ts'
import { readReport } from './trivy.ts'

/** What an SBOM reveals about an image today. */
export interface ScannedSbom {
  tool: ToolIdentity
  vulnerabilities: Vulnerabilities
  licenses: Licenses
}

/**
 * Scans a CycloneDX document. Throws `TOOL` if the scan failed or found fewer packages than the document has: then something was skipped.
 */
export async function scanSbom(
  document: string,
  components: number,
  database: OpenDatabase,
  lock: Lock,
): Promise<ScannedSbom> {
  const tool = await toolImage(lock, 'trivy')
  const input = dag.directory().withNewFile('sbom.cdx.json', document).file('sbom.cdx.json')
  const container = tool.container
    .withMountedFile('/sbom.cdx.json', input)
    .withNewFile(emptyConfiguration.config, '')
    .withNewFile(emptyConfiguration.ignore, '')
    .withDirectory('/cache', database.cache)
  const run = await runTool(
    'trivy',
    container,
    scanSbomArguments({ program: tool.program, sbom: '/sbom.cdx.json', output: '/report.json', cache: '/cache' }),
  )
  if (run.exitCode !== 0)
    throw new DeliveryError(
      'TOOL',
      `trivy exited with code ${run.exitCode} on the attested SBOM: ${lastLines(run.stderr, 2)}`,
      'Run again; if it persists, check the vulnerability database.',
    )
  const scan = parseSbomScan(await readReport(run.container.file('/report.json'), lock))
  if (scan.version !== tool.identity.version)
    throw new DeliveryError(
      'TOOL',
      `expected trivy ${tool.identity.version}, found one that reports version ${scan.version}`,
      'Run again; if it persists, report it as a bug in Loadline.',
    )
  if (scan.packages.length < components) {
    throw new DeliveryError(
      'TOOL',
      `the attested SBOM has ${components} packages, but trivy scanned only ${scan.packages.length} of them`,
      'Judge the image itself: run "loadline build-and-scan" on its source.',
    )
  }
  return {
    tool: tool.identity,
    vulnerabilities: vulnerabilitiesOf(scan, database.facts),
    licenses: { packages: scan.packages },
  }
}
