import { describe, expect, it } from 'vitest'
import { isBroken, trialsOnRecord, withRepairTable } from '../exhaustive/repair/page.ts'
import { readMeasured } from '../exhaustive/repair/measured.ts'
import { readShapes } from '../exhaustive/repair/shape.ts'
import { read } from './source-files.ts'

describe('the trials of loadline repair', () => {
  const shapes = readShapes()
  const { trials } = trialsOnRecord()

  it('are of at least thirty applications in five stacks, under names of their own', () => {
    expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length)
    expect(shapes.length).toBeGreaterThanOrEqual(30)
    expect(new Set(shapes.map(({ stack }) => stack)).size).toBeGreaterThanOrEqual(5)
  })

  it('are on record for applications that are there, each once', () => {
    const recorded = readMeasured().map(({ shape }) => shape)
    expect(recorded.filter((name) => !shapes.some((shape) => shape.name === name))).toEqual([])
    expect(new Set(recorded).size).toBe(recorded.length)
  })

  it('broke nothing that answered before', () => {
    expect(trials.filter(({ measured }) => isBroken(measured)).map(({ shape }) => shape.name)).toEqual([])
  })

  it('are in docs/repair.md as they were recorded', () => {
    const page = read('docs/repair.md')
    expect(page).toBe(withRepairTable(page))
  })
})
