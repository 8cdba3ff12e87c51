import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/errors.ts'
import { readRun } from '../../../src/model/index.ts'
import { renderJson } from '../../../src/report/index.ts'
import { brokenRun, passedRun, rejectedRun } from '../report/runs.ts'

describe('a verdict document', () => {
  it.each([passedRun, rejectedRun, brokenRun])('is read as it was written', (build) => {
    expect(readRun(renderJson(build()), 'verdict.json')).toEqual(build())
  })

  it.each([
    ['', 'wanted a verdict document, found verdict.json empty'],
    [' \n', 'wanted a verdict document, found verdict.json empty'],
    [renderJson(passedRun()).slice(0, -100), 'wanted a verdict document, found that verdict.json is no JSON'],
    ['null', 'wanted a document of the schema version loadline.run/v1, found none in verdict.json'],
    ['{}', 'wanted a document of the schema version loadline.run/v1, found none in verdict.json'],
    [renderJson(passedRun()).replace('loadline.run/v1', 'loadline.run/v2'), 'wanted a document of the schema version loadline.run/v1, found "loadline.run/v2" in verdict.json'],
    ['{"schemaVersion":"loadline.run/v1"}', 'wanted a document of the form loadline.run/v1, found in verdict.json: outcome: '],
    [JSON.stringify({ ...passedRun(), more: 1 }), 'Unrecognized key: "more"'],
  ])('is refused with exit code 2 where it is none: %#', (text, message) => {
    let error: unknown
    try {
      readRun(text, 'verdict.json')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(DeliveryError)
    expect((error as DeliveryError).exitCode).toBe(2)
    expect((error as DeliveryError).message).toContain(message)
  })
})
