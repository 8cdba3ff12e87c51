import type { Violation } from '../../model/index.ts'
import { formatDuration, parseDuration } from '../../model/units.ts'
import { clockSkew } from '../../model/clock-skew.ts'
import { collectedOf, onEveryPlatform, type Rule } from '../rule.ts'

/** A scan with an old database proves nothing about vulnerabilities published since. */
export const databaseAge: Rule = {
  id: 'database-age',
  title: 'The vulnerability database is fresh',
  needs: ['vulnerabilities'],
  settings: ['database.maximumAge'],
  severities: ['unknown'],
  means: 'undecided',
  remedy: 'Scan with a newer database: fetch it again, or pass a newer one with --vulnerability-database.',
  source: "Loadline: the age is measured from the database's own update time, not from its download",
  judge({ policy, evidence, now }) {
    const most = parseDuration(policy.database.maximumAge)
    const wanted = `updated within ${policy.database.maximumAge}`
    const images = collectedOf(evidence, 'vulnerabilities').map(({ platform, value: { database } }) => {
      const age = now.getTime() - Date.parse(database.updatedAt)
      const text =
        age < 0
          ? `${database.name} from ${database.updatedAt}, which is in the future`
          : `${database.name} from ${database.updatedAt}, ${formatDuration(age)} old`
      return { platform, database, age, text }
    })
    const violations = images
      // NaN must not compare as young.
      .filter(({ age }) => !(age >= -clockSkew && age <= most))
      .map(({ platform, database, text }): Violation => ({
        id: database.name,
        subject: '',
        severity: 'unknown',
        platform,
        wanted,
        found: text,
        remedy: databaseAge.remedy,
      }))
    return { wanted, found: onEveryPlatform(images), violations }
  },
}
