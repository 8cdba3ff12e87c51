import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { analyse } from '../../../src/tools/dive/command.ts'
import { parseEfficiency } from '../../../src/tools/dive/output.ts'

const recorded = readFileSync(new URL('../../fixtures/dive/small-0.13.1.json', import.meta.url), 'utf8')

describe('dive', () => {
  it('is called by argument list', () => {
    expect(analyse({ program: '/usr/local/bin/dive', archive: '/archive.tar', output: '/dive.json' })).toEqual([
      '/usr/local/bin/dive',
      '--source',
      'docker-archive',
      '/archive.tar',
      '--ci',
      '--json',
      '/dive.json',
    ])
  })

  it('reads efficiency, waste and the layers that were measured', () => {
    const { efficiency, wasted, layers } = parseEfficiency(recorded)
    expect({ efficiency, wasted }).toEqual({ efficiency: 0.300153966127452, wasted: 100000 })
    expect(layers).toHaveLength(6)
    expect(layers[0]).toBe('sha256:0ce0578f52ed4bcb9900c922b5008b403d45119b3ba0ceb991db3230f1ac3c3a')
  })

  it('names the files that waste most, and the layers that write or remove them', () => {
    expect(parseEfficiency(recorded).wastedFiles).toEqual([{ path: '/srv/data', bytes: 100000, layers: [1, 2, 5] }])
    const removed = recorded.replace(/"path": "srv\/data"(?=[^]*"path": "srv\/data")/, '"path": "srv/.wh.data"')
    expect(removed).not.toBe(recorded)
    expect(parseEfficiency(removed).wastedFiles[0]?.layers).toEqual([1, 2, 5])
    const none = recorded.replace(/"fileReference": \[[^]*?\]/, '"fileReference": null')
    expect(none).not.toBe(recorded)
    expect(parseEfficiency(none).wastedFiles).toEqual([])
  })

  it('names ten at most, the largest first, and none that wastes nothing', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ count: 2, sizeBytes: index * 10, file: `/f/${index}` }))
    const text = recorded.replace(/"fileReference": \[[^]*?\]/, `"fileReference": ${JSON.stringify(many)}`)
    const named = parseEfficiency(text).wastedFiles.map(({ bytes }) => bytes)
    expect(named).toEqual([110, 100, 90, 80, 70, 60, 50, 40, 30, 20])
  })

  it('reads what Dive says of an image without history', () => {
    const text = readFileSync(new URL('../../fixtures/dive/without-history-0.13.1.json', import.meta.url), 'utf8')
    expect(parseEfficiency(text)).toMatchObject({ efficiency: 1, layers: [undefined] })
  })

  it.each([
    ['nothing', ''],
    ['an empty document', '{}'],
    ['a truncated document', recorded.slice(0, recorded.length - 100)],
    ['two documents', `${recorded}${recorded.slice(-50)}`],
    ['an efficiency above 1', recorded.replace('0.300153966127452', '1.5')],
    ['no efficiency', recorded.replace('efficiencyScore', 'score')],
    ['files that are not valid', recorded.replace('"sizeBytes": 100000,', '"sizeBytes": "much",')],
    ['negative waste', recorded.replace('"inefficientBytes": 100000', '"inefficientBytes": -1')],
  ])('cannot read %s [fault 6]', (_title, text) => {
    expect(text).not.toBe(recorded)
    expect(() => parseEfficiency(text)).toThrow(DeliveryError)
  })
})
