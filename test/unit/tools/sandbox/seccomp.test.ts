import { expect, it } from 'vitest'
import { seccompProfile } from '../../../../src/report/runtime-profile.ts'
import { parseSeccomp } from '../../../../src/tools/sandbox/seccomp.ts'
import { goodRun } from '../../gate/good-evidence.ts'

it('a profile that a run derived can be named by the policy', () => {
  expect(() => parseSeccomp(seccompProfile(goodRun(), 'linux/amd64'), 'seccomp.json')).not.toThrow()
})

it.each([
  ['no JSON', 'allow: all'],
  ['nothing', ''],
  [
    'a profile that allows what it does not name',
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}]}',
  ],
  ['a profile without calls', '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}'],
])('%s is refused before anything is built', (_, text) => {
  expect(() => parseSeccomp(text, 'seccomp.json')).toThrow(
    /expected a seccomp profile in seccomp\.json that refuses what it does not name/,
  )
})
