import { expect, it } from 'vitest'
import { complianceTable, frameworks } from '../../src/audit/compliance/index.ts'
import { controls, controlTable } from '../../src/audit/index.ts'
import { controlIds } from '../../src/policy/index.ts'

it('docs/audit-controls.md is what the controls say (npx vitest run --project repo -u writes it)', async () => {
  await expect(controlTable(controls)).toMatchFileSnapshot('../../docs/audit-controls.md')
})

it("the policy's list of controls and the audit's are the same, in the same order", () => {
  expect(controls.map(({ id }) => id)).toEqual(controlIds)
})

it('docs/compliance-requirements.md is what the frameworks ask for (npx vitest run --project repo -u writes it)', async () => {
  await expect(complianceTable(frameworks)).toMatchFileSnapshot('../../docs/compliance-requirements.md')
})
