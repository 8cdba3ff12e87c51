import { commandGroup } from './command.ts'
import { make as explain } from './policy/explain.ts'
import { make as list } from './policy/list.ts'
import { make as schema } from './policy/schema.ts'
import { make as show } from './policy/show.ts'
import { make as test } from './policy/test.ts'
import { make as validate } from './policy/validate.ts'

export const make = commandGroup([
  ['list', 'list the policies shipped with Loadline, which a policy file can extend', list],
  ['show', 'print a policy with every value resolved: one shipped with Loadline, or the given one', show],
  ['validate', "validate policy files, and that they respect the organisation's locks if its file is given", validate],
  ['explain', 'explain what a rule expects, what it needs, and how the policy sets it', explain],
  ['test', 'judge recorded evidence by a policy: prints the verdict and exits with its code', test],
  ['schema', 'print the JSON Schema of a policy file', schema],
])
