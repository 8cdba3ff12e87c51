import { digestOf, type Evidence } from '../../src/model/index.ts'
import type { PackageScan } from '../../src/tools/trivy/output.ts'
import type { BoundSbom } from '../../src/tools/trivy/sbom.ts'
import { goodEvidence } from '../unit/gate/good-evidence.ts'
import { imageDigest } from './generated-image.ts'

/** The evidence of an image of which only the packages matter: everything else is as it should be. */
export function evidenceOfScan(scan: PackageScan, sboms: { cyclonedx: BoundSbom; spdx: BoundSbom }): Evidence {
  const { lint, platforms } = goodEvidence()
  return {
    lint,
    platforms: platforms.map(({ archive, evidence }) => {
      const { vulnerabilities } = evidence
      if (vulnerabilities.status !== 'collected') throw new TypeError('the good evidence has vulnerabilities')
      return {
        archive: { ...archive, digest: imageDigest },
        evidence: {
          ...evidence,
          vulnerabilities: {
            ...vulnerabilities,
            value: {
              ...vulnerabilities.value,
              findings: scan.vulnerabilities,
              packageCount: scan.packages.length,
              ...(scan.os === undefined ? {} : { os: scan.os }),
            },
          },
          licenses: { status: 'collected', tool: vulnerabilities.tool, value: { packages: scan.packages } },
          sbom: {
            status: 'collected',
            tool: vulnerabilities.tool,
            value: {
              documents: (['cyclonedx', 'spdx'] as const).map((format) => ({
                format,
                path: `sbom.${format === 'cyclonedx' ? 'cdx' : 'spdx'}.json`,
                digest: digestOf(sboms[format].text),
                components: sboms[format].components,
              })),
              subject: imageDigest,
              operatingSystem: sboms.cyclonedx.operatingSystem && sboms.spdx.operatingSystem,
            },
          },
        },
      }
    }),
  }
}
