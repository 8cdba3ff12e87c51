import { expect, it } from 'vitest'
import { controls, controlTable } from '../../src/audit/index.ts'
import { controlIds } from '../../src/policy/index.ts'

it('docs/audit-controls.md is what the controls say (npx vitest run --project repo -u writes it)', async () => {
  await expect(controlTable(controls)).toMatchFileSnapshot('../../docs/audit-controls.md')
})

it("the policy's list of controls and the audit's are the same, in the same order", () => {
  expect(controls.map(({ id }) => id)).toEqual(controlIds)
})
