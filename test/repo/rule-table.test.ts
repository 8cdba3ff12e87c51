import { expect, it } from 'vitest'
import { ruleTable } from '../../src/gate/rule-table.ts'
import { rules } from '../../src/gate/rules.ts'
import { examples } from '../unit/gate/rule-examples.ts'

it('docs/rules.md is what the rules say (npx vitest run --project repo -u writes it)', async () => {
  await expect(ruleTable(rules)).toMatchFileSnapshot('../../docs/rules.md')
})

it('every rule has examples of what it catches and what it does not', () => {
  const bare = rules.filter(({ id }) => examples[id].catches.length === 0 || examples[id].catchesNot.length === 0)
  expect(bare.map(({ id }) => id)).toEqual([])
  expect(Object.keys(examples).toSorted()).toEqual(rules.map(({ id }) => id).toSorted())
})

it('the table has one row per rule, and no cell breaks it', () => {
  const rows = ruleTable(rules)
    .split('\n')
    .filter((line) => line.startsWith('| <a'))
  expect(rows).toHaveLength(rules.length)
  for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(9)
})
