import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import { readRun, renderJson } from '../../../src/report/index.ts'
import { crowdedRun, hostileRun, passedRun, rejectedRun } from '../report/runs.ts'

const golden = ['passed', 'rejected', 'undecided', 'broken', 'broken-release'] as const
const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const document = (changes: object): string => JSON.stringify({ ...passedRun(), ...changes })

function refusal(text: string, path?: string): DeliveryError {
  try {
    readRun(text, path)
  } catch (error) {
    if (error instanceof DeliveryError) return error
    throw error
  }
  throw new TypeError('the document was read')
}

describe('readRun', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false })
  addFormats.default(ajv)
  const isValid = ajv.compile(JSON.parse(read('schema/loadline-run.schema.json')) as object)

  it.each(golden)('reads what was written, and the published schema accepts it: %s', (name) => {
    const text = read(`test/golden/report/${name}/verdict.json`)
    isValid(JSON.parse(text))
    expect(isValid.errors).toBeNull()
    expect(renderJson(readRun(text))).toBe(text)
  })

  it('reads a document of an image with hostile names, and of one with many findings', () => {
    expect(readRun(renderJson(hostileRun()))).toEqual(hostileRun())
    expect(readRun(renderJson(crowdedRun(5_000)))).toEqual(crowdedRun(5_000))
  })

  it.each([
    [
      'loadline.run/v2',
      'newer',
      /written by Loadline 0\.1\.0 in version 2 of the schema, which is newer than version 1/,
      /Use the Loadline that wrote it, or a newer one/,
    ],
    [
      'loadline.run/v0',
      'older',
      /in version 0 of the schema, which is older than version 1/,
      /Run again with this Loadline/,
    ],
  ])('refuses %s, and says that it is %s', (schemaVersion, _word, message, hint) => {
    const error = refusal(document({ schemaVersion, unknownKeyOfThatVersion: 1 }), 'before/verdict.json')
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 })
    expect(error.message).toMatch(/^before\/verdict\.json /)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })

  it.each<[string, string, RegExp]>([
    ['nothing', '', /found an empty file/],
    ['white space', ' \n', /found an empty file/],
    ['a truncated document', renderJson(rejectedRun()).slice(0, -100), /are not valid JSON/],
    ['an empty object', '{}', /does not say "schemaVersion"/],
    ['a list', '[]', /does not say "schemaVersion"/],
    ['null', 'null', /does not say "schemaVersion"/],
    ['a version that is not valid', document({ schemaVersion: 1 }), /does not say "schemaVersion"/],
    ['the document of something else', '{"schemaVersion":"other.run/v1"}', /does not say "schemaVersion"/],
    ['an unknown key', document({ approvedBy: 'nobody' }), /approvedBy/],
    ['a missing key', document({ outcome: undefined }), /outcome/],
    ['a number as text', document({ startedAt: 5 }), /startedAt/],
    [
      'a passed outcome on a rejected verdict',
      JSON.stringify({ ...rejectedRun(), outcome: 'passed' }),
      /contradicts itself: it says "passed"/,
    ],
    [
      'a passed outcome and verdict over rules that say no',
      JSON.stringify({ ...rejectedRun(), outcome: 'passed', verdict: { ...rejectedRun().verdict, outcome: 'passed' } }),
      /contradicts itself: it says "passed"/,
    ],
    ['a passed outcome without a verdict', document({ verdict: undefined }), /contradicts itself/],
    [
      'a passed outcome with a failure',
      document({ failure: { stage: 'sign', code: 'SIGN', message: 'm', hint: 'h' } }),
      /contradicts itself/,
    ],
    [
      'a verdict that is there twice, of which a program that stops at the first reads another',
      `{"outcome":"rejected",${JSON.stringify(passedRun()).slice(1)}`,
      /the key "outcome" twice/,
    ],
    [
      'a verdict that no program of the field reads',
      `${'['.repeat(600)}${']'.repeat(600)}`,
      /has lists and objects nested more than 500 deep/,
    ],
    ['a prototype', `{"__proto__":{},${JSON.stringify(passedRun()).slice(1)}`, /not a valid document/],
  ])('refuses %s', (_name, text, message) => {
    const error = refusal(text)
    expect(error.message).toMatch(message)
    expect(error.hint).toBe('Give the unchanged verdict.json of a Loadline run.')
  })

  it('repeats no control character of what it refuses', () => {
    expect(refusal(document({ '\u001b[2J\n::error::x': 1 }), '\u001b[31mred').message).not.toMatch(/\p{Cc}/u)
  })
})
