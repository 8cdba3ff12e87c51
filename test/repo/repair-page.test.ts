import { describe, expect, it } from 'vitest'
import { ruleIds } from '../../src/policy/index.ts'
import { buildChecks } from '../../src/policy/build-checks.ts'
import { healthPaths, repairs } from '../../src/repair/index.ts'
import { read } from './source-files.ts'

describe('docs/repair.md', () => {
  const page = read('docs/repair.md')

  it('has every repair, as it says of itself, in the order in which they are made', () => {
    const rows = repairs.map(
      ({ id, title, answers }) => `| \`${id}\` | ${title} | ${answers.map((one) => `\`${one}\``).join(', ')} |`,
    )
    expect(page).toContain(`| --- | --- | --- |\n${rows.join('\n')}\n\n`)
  })

  it('has every path that is asked', () => {
    expect(page).toContain(healthPaths.map((path) => `\`${path}\``).join(', '))
  })
})

describe('what a repair answers', () => {
  it.each(repairs.map(({ id, answers }) => [id, answers] as const))('%s', (_, answers) => {
    const known = [...ruleIds, ...buildChecks] as readonly string[]
    expect(answers.filter((one) => !known.includes(one) && !/^DL\d{4}$/.test(one))).toEqual([])
  })
})
