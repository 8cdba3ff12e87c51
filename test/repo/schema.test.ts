import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Compliance } from '../../src/audit/compliance/index.ts'
import { Audit } from '../../src/audit/index.ts'
import { Merged, Run } from '../../src/model/index.ts'
import { organisationJsonSchema, policyJsonSchema, shippedPolicyNames } from '../../src/policy/index.ts'

const runJsonSchema = (): Record<string, unknown> => ({
  title: 'Loadline run',
  description: 'The report document: verdict.json is exactly this.',
  ...z.toJSONSchema(Run, { io: 'output', target: 'draft-2020-12' }),
})

const mergedJsonSchema = (): Record<string, unknown> => ({
  title: 'Loadline merged verdict',
  description:
    'What `loadline merge --json` prints, and `merged.json` of a call with several sources: one verdict over several services.',
  ...z.toJSONSchema(Merged, { io: 'output', target: 'draft-2020-12' }),
})

const auditJsonSchema = (): Record<string, unknown> => ({
  title: 'Loadline audit',
  description: 'The audit document: audit.json is exactly this.',
  ...z.toJSONSchema(Audit, { io: 'output', target: 'draft-2020-12' }),
})

const complianceJsonSchema = (): Record<string, unknown> => ({
  title: 'Loadline compliance',
  description: 'What one run shows for a compliance framework: compliance-<framework>.json is exactly this.',
  ...z.toJSONSchema(Compliance, { io: 'output', target: 'draft-2020-12' }),
})

const published = {
  'loadline-compliance.schema.json': complianceJsonSchema,
  'loadline-audit.schema.json': auditJsonSchema,
  'loadline-policy.schema.json': policyJsonSchema,
  'loadline-organisation.schema.json': organisationJsonSchema,
  'loadline-run.schema.json': runJsonSchema,
  'loadline-merged.schema.json': mergedJsonSchema,
}

describe.each(Object.entries(published))('schema/%s', (name, make) => {
  it('is what the code says (npx vitest run --project repo -u writes it)', async () => {
    await expect(`${JSON.stringify(make(), undefined, 2)}\n`).toMatchFileSnapshot(`../../schema/${name}`)
  })

  it('is a valid JSON Schema', () => {
    expect(() => compile(make())).not.toThrow()
  })
})

describe('the policy schema', () => {
  const isValid = compile(policyJsonSchema())

  it.each(shippedPolicyNames)('accepts the shipped policy %s', (name) => {
    isValid(parse(readFileSync(new URL(`../../pipelines/policies/${name}.yaml`, import.meta.url), 'utf8')))
    expect(isValid.errors).toBeNull()
  })

  it.each([
    {},
    { version: 2 },
    { version: 1, unknown: 1 },
    { version: 1, vulnerabilities: { critical: '0' } },
    { version: 1, vulnerabilities: { critical: -1 } },
    { version: 1, rules: { vulnerabilites: { level: 'deny' } } },
    { version: 1, size: { unpacked: '5' } },
  ])('refuses %j', (document) => {
    expect(isValid(document)).toBe(false)
  })
})

function compile(schema: Record<string, unknown>) {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
  addFormats.default(ajv)
  return ajv.compile(schema)
}
