import type { Violation } from '../../model/index.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** Finding no packages does not mean clean: a scanner that does not understand an image finds nothing wrong with it either. */
export const inventory: Rule = {
  id: 'inventory',
  title: 'The packages of the image are known',
  needs: ['vulnerabilities', 'licenses'],
  settings: ['inventory.allowEmpty'],
  severities: ['unknown'],
  means: 'undecided',
  remedy:
    "Keep the package databases and the application's lock files in the image; if it really has none, declare that in inventory.allowEmpty with a reason.",
  source: 'Loadline: nothing catalogued is nothing scanned; NTIA Minimum Elements for an SBOM',
  judge({ policy, evidence }) {
    const listed = new Map(
      collectedOf(evidence, 'licenses').map(({ platform, value }) => [platform, value.packages.length]),
    )
    const images = collectedOf(evidence, 'vulnerabilities').map(({ platform, value }) => {
      const licensed = listed.get(platform) ?? 0
      const same = licensed === value.packageCount
      return {
        platform,
        count: value.packageCount,
        licensed,
        text: `${value.packageCount} packages${same ? '' : `, ${licensed} with licence information`}`,
      }
    })
    const allowed = policy.inventory.allowEmpty
    const violations = images.flatMap(({ platform, count, licensed }): Violation[] => {
      const violation = (id: string, found: string): Violation => ({
        id,
        subject: '',
        severity: 'unknown',
        platform,
        wanted: 'at least one package',
        found,
        remedy: inventory.remedy,
      })
      if (count === 0 && !allowed) return [violation('empty', 'no package could be catalogued: nothing was scanned')]
      if (count > 0 && licensed === 0)
        return [violation('licenses', `${count} packages were scanned for vulnerabilities, but none for licences`)]
      return []
    })
    return {
      wanted: allowed ? `may be empty: ${allowed.reason}` : 'at least one package',
      found: onEveryPlatform(images),
      violations,
    }
  },
}
