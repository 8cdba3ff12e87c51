import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

const formats = { cyclonedx: 'CycloneDX', spdx: 'SPDX' } as const

/**
 * Both documents exist, are about this image and list its contents. A scanner that reads an SBOM without an operating
 * system silently finds nothing.
 */
export const sbomComplete: Rule = {
  id: 'sbom-complete',
  title: 'The SBOM is complete and about this image',
  needs: ['sbom', 'vulnerabilities'],
  settings: ['inventory.allowEmpty'],
  severities: ['unknown'],
  means: 'undecided',
  remedy: 'Generate both documents again from the scanned archive.',
  source: 'NTIA Minimum Elements for an SBOM; CycloneDX; SPDX 2.3',
  judge({ policy, evidence }) {
    const digests = new Map(evidence.platforms.map(({ archive }) => [archive.platform, archive.digest]))
    const scans = new Map(collectedOf(evidence, 'vulnerabilities').map(({ platform, value }) => [platform, value]))
    const images = collectedOf(evidence, 'sbom').map(({ platform, value }) => ({
      platform,
      value,
      text:
        value.documents
          .map(({ format, components }) => `${formats[format]} with ${components} components`)
          .toSorted()
          .join(', ') || 'no document',
    }))
    const violations = images.flatMap(({ platform, value }): Violation[] => {
      const violation = (id: string, wanted: string, found: string): Violation => ({
        id,
        subject: '',
        severity: 'unknown',
        platform,
        wanted,
        found,
        remedy: sbomComplete.remedy,
      })
      const scan = scans.get(platform)
      const mayBeEmpty = policy.inventory.allowEmpty !== undefined && scan?.packageCount === 0
      const digest = digests.get(platform)
      return [
        ...(['cyclonedx', 'spdx'] as const).flatMap((format) => {
          const documents = value.documents.filter((document) => document.format === format)
          if (documents.length !== 1)
            return [violation(format, `one ${formats[format]} document`, `${documents.length}`)]
          const components = documents[0]?.components ?? 0
          return components > 0 || mayBeEmpty
            ? []
            : [violation(format, `components in the ${formats[format]} document`, 'none')]
        }),
        ...(value.subject === digest
          ? []
          : [violation('subject', `documents about ${digest}`, `documents about ${value.subject}`)]),
        ...(scan?.os !== undefined && !value.operatingSystem
          ? [
              violation(
                'operating-system',
                `the operating system, ${scan.os.family} ${scan.os.version}, as a component`,
                'none',
              ),
            ]
          : []),
      ]
    })
    return {
      wanted: 'CycloneDX and SPDX, with components, about this image',
      found: onEveryPlatform(images),
      violations,
    }
  },
}
