import { describe, expect, it } from 'vitest'
import { daysUntil, formatBytes, formatDuration, parseBytes, parseDuration } from '../../../src/model/units.ts'

describe('parseBytes', () => {
  it.each([
    ['0 B', 0],
    ['100 MB', 100_000_000],
    ['100MB', 100_000_000],
    ['96 MiB', 100_663_296],
    ['1.5 kB', 1_500],
    ['1 GiB', 1_073_741_824],
    ['0.001 GB', 1_000_000],
  ])('%s is %d', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  it.each([
    '',
    '100',
    'MB',
    '-1 MB',
    '1e3 MB',
    '100 mb',
    '100 KB',
    '1,5 MB',
    '100  MB',
    ' 1 MB',
    '1 MB\n',
    'NaN MB',
    `${'9'.repeat(400)} MB`,
  ])('%j is none', (text) => expect(() => parseBytes(text)).toThrow(RangeError))
})

describe('parseDuration', () => {
  it.each([
    ['48h', 172_800_000],
    ['7 d', 604_800_000],
    ['0h', 0],
  ])('%s is %d ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds))

  it.each(['', '48', '48m', '-1h', '1.5h', 'h', '999999d'])('%j is none', (text) =>
    expect(() => parseDuration(text)).toThrow(RangeError),
  )
})

it('writes sizes and durations for people', () => {
  expect([999, 1_000, 100_000_000, 61_234_567, 2_000_000_000].map(formatBytes)).toEqual([
    '999 B',
    '1 kB',
    '100 MB',
    '61.2 MB',
    '2 GB',
  ])
  expect([0, 5_400_000, 172_800_000, 604_800_000].map(formatDuration)).toEqual([
    '0 hours',
    '1 hour',
    '48 hours',
    '7 days',
  ])
})

it('counts days in UTC, over months, leap years and whatever time it is', () => {
  expect(daysUntil('2026-11-23', new Date('2026-11-23T23:59:59Z'))).toBe(0)
  expect(daysUntil('2026-11-24', new Date('2026-11-23T23:59:59Z'))).toBe(1)
  expect(daysUntil('2028-03-01', new Date('2028-02-28T00:00:00Z'))).toBe(2)
  expect(daysUntil('2026-11-22', new Date('2026-11-23T00:00:00+14:00'))).toBe(0)
})
