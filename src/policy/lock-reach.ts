import { severities } from '../model/index.ts'
import { rulesOfKey, rulesWithBaseline, type RuleId } from './rule-ids.ts'

/** Keys that could undo a key beside it. */
const besides: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    severities.map((severity) => [
      `vulnerabilities.${severity}`,
      ['unfixed', `base.${severity}`, `application.${severity}`].map((key) => `vulnerabilities.${key}`),
    ]),
  ),
  // A comment silences either of them, and hadolint reports nothing about a file that it cannot parse.
  'lint.failOn': ['lint.pragmas', 'lint.unread', 'suppressions.hadolint'],
  'lint.buildChecks': ['lint.pragmas'],
  'size.unpacked': ['image.class'],
  // Ignore files and VEX documents add to the register, and a baseline lets findings pass as an exception does.
  'exceptions.register': ['suppressions', 'baseline'],
}

/**
 * Every path that a lock on a path covers, itself first: a number means nothing if its rule can be disabled, if a
 * narrower number takes its place, or if an earlier verdict makes its findings known; and an empty register means
 * nothing if other files fill it. Exceptions to a rule are locked separately, with `exceptions`.
 */
export function reachOf(path: string): string[] {
  const keys = Object.keys(besides).filter((key) => key === path || key.startsWith(`${path}.`))
  const own = /^rules\.(.+)$/.exec(path)?.[1] as RuleId | undefined
  const rules = own === undefined ? rulesOfKey(path) : [own]
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
