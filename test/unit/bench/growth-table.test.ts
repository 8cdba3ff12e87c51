import { expect, it } from 'vitest'
import { growthTable } from '../../bench/growth-table.ts'

it('a table of growth sets each step beside the smallest one', () => {
  expect(
    growthTable('services', [
      { size: 2, first: 10, again: 4, memory: 200e6 },
      { size: 20, first: 40, again: 8.04, memory: 210e6 },
    ]),
  ).toBe(
    [
      '| services | first run | again | Node memory | size | first run | memory |',
      '| ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      '| 2 | 10.0 s | 4.0 s | 200 MB | 1.00× | 1.00× | 1.00× |',
      '| 20 | 40.0 s | 8.0 s | 210 MB | 10.00× | 4.00× | 1.05× |',
      '',
    ].join('\n'),
  )
  expect(growthTable('services', [])).toBe('')
})
