import { version } from '../version.ts'

/** The page that explains a rule, of this version of Loadline. A name that no rule has leads to the page's top: a document may come from elsewhere. */
export function rulePage(rule: string): string {
  return `https://github.com/loadline/loadline/blob/v${version}/docs/rules.md#${rule.replaceAll(/[^a-z-]/g, '')}`
}
