import { commandGroup } from './command.ts'
import { make as explain } from './policy/explain.ts'
import { make as list } from './policy/list.ts'
import { make as schema } from './policy/schema.ts'
import { make as show } from './policy/show.ts'
import { make as test } from './policy/test.ts'
import { make as validate } from './policy/validate.ts'

export const make = commandGroup([
  ['list', 'list the policies that come with Loadline, which a policy file can extend', list],
  ['show', 'print a policy with every value decided: one that comes with Loadline, or the one at hand', show],
  ['validate', "check policy files, and that they keep to the organisation's locks where its file is given", validate],
  ['explain', 'explain what a rule expects, what it needs, and how the policy sets it', explain],
  ['test', 'judge recorded evidence by a policy: prints the verdict, and ends with its exit code', test],
  ['schema', 'print the JSON schema of a policy file', schema],
])
