import { severities } from '../model/index.ts'
import { rulesWithBaseline, type RuleId } from './rule-ids.ts'

/** By which keys each rule judges; the others have no numbers of their own. A test holds this together with what the rules say of themselves. */
const rulesOfKeys: Readonly<Record<string, readonly RuleId[]>> = {
  'lint.failOn': ['lint-level'],
  'lint.pragmas': ['lint-pragmas'],
  'lint.unread': ['lint-read'],
  'lint.buildChecks': ['build-checks'],
  ...Object.fromEntries(
    severities.map((severity) => [`vulnerabilities.${severity}`, ['vulnerabilities', 'additional-findings'] as const]),
  ),
  'vulnerabilities.unfixed': ['vulnerabilities'],
  'vulnerabilities.base': ['vulnerabilities'],
  'vulnerabilities.application': ['vulnerabilities'],
  'vulnerabilities.knownExploited': ['known-exploited', 'known-exploited-list'],
  'secrets.allowed': ['secrets', 'suspected-secrets'],
  'licenses.deny': ['licenses'],
  'licenses.unknown': ['licenses'],
  'structure.required': ['structure-tests'],
  'structure.file': ['structure-tests'],
  'image.class': ['size-unpacked'],
  'size.unpacked': ['size-unpacked'],
  'size.compressed': ['size-compressed'],
  'size.growth': ['size-growth'],
  'size.efficiency': ['layer-efficiency'],
  'size.wasted': ['wasted-bytes'],
  'runtime.required': ['runtime-run', 'runtime-ready', 'runtime-refused-writes', 'runtime-memory', 'runtime-stop'],
  'runtime.tmpfs': ['runtime-refused-writes'],
  'runtime.memory': ['runtime-memory'],
  'runtime.peakMemory': ['runtime-memory'],
  'runtime.readySeconds': ['runtime-ready'],
  'runtime.stopSeconds': ['runtime-stop'],
  'configuration.minimumUid': ['user'],
  'configuration.healthcheck': ['healthcheck'],
  'configuration.ports': ['exposed-ports'],
  'configuration.shells': ['shells'],
  'configuration.packageManagers': ['package-managers'],
  'configuration.labels': ['labels'],
  'base.digest': ['base-pinned', 'base-latest'],
  'base.allow': ['base-allowed'],
  'database.maximumAge': ['database-age'],
  'database.accept': ['database-coverage'],
  'inventory.unowned': ['package-records'],
  'inventory.allowEmpty': ['inventory', 'sbom-complete', 'database-coverage'],
  'exceptions.maximumDays': ['exceptions'],
  'exceptions.unused': ['exceptions'],
  'exceptions.expired': ['exceptions'],
}

/** Keys that could undo a key beside it. */
const besides: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    severities.map((severity) => [
      `vulnerabilities.${severity}`,
      ['unfixed', `base.${severity}`, `application.${severity}`].map((key) => `vulnerabilities.${key}`),
    ]),
  ),
  // A comment silences either of them, and hadolint has no opinion of a file that it cannot read.
  'lint.failOn': ['lint.pragmas', 'lint.unread', 'suppressions.hadolint'],
  'lint.buildChecks': ['lint.pragmas'],
  'size.unpacked': ['image.class'],
  // Ignore files and VEX documents fill the register, and a baseline lets findings pass as an exception does.
  'exceptions.register': ['suppressions', 'baseline'],
}

/**
 * Every path that a lock on a path holds, itself first: a number means nothing where its rule can be switched off, where a narrower number counts in its place, or where
 * an earlier verdict makes its findings known; and an empty register means nothing where other files fill it. Exceptions from a rule are a door of their own, `exceptions`.
 */
export function reachOf(path: string): string[] {
  const keys = Object.keys({ ...rulesOfKeys, ...besides }).filter((key) => key === path || key.startsWith(`${path}.`))
  const own = /^rules\.(.+)$/.exec(path)?.[1] as RuleId | undefined
  const rules = own === undefined ? keys.flatMap((key) => rulesOfKeys[key] ?? []) : [own]
  const known = rules.some((rule) => (rulesWithBaseline as readonly string[]).includes(rule)) ? ['baseline'] : []
  const everyRule = path === 'rules' ? ['baseline'] : []
  return [
    ...new Set([
      path,
      ...rules.map((rule) => `rules.${rule}`),
      ...keys.flatMap((key) => besides[key] ?? []),
      ...known,
      ...everyRule,
    ]),
  ]
}
