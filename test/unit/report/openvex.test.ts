import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AcceptedRisk, Run } from '../../../src/model/index.ts'
import { renderOpenVex } from '../../../src/report/index.ts'
import type { OpenVex } from '../../../src/formats/openvex.ts'
import { readOpenVex } from '../../../src/policy/suppressions/openvex.ts'
import { exceptNotAffected } from '../../../src/policy/suppressions/not-affected.ts'
import { brokenRun, digestOf, passedRun, rejectedRun, undecidedRun } from './runs.ts'

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
addFormats.default(ajv)
const isValid = ajv.compile(
  JSON.parse(
    readFileSync(new URL('../../fixtures/openvex/openvex-0.2.0.schema.json', import.meta.url), 'utf8'),
  ) as object,
)

/** The document of a run, which must be valid by the schema and readable by Loadline itself. */
function vexOf(run: Run): OpenVex {
  const text = renderOpenVex(run)
  if (text === undefined) throw new Error('the run has nothing to state')
  isValid(JSON.parse(text))
  expect(isValid.errors).toBeNull()
  return readOpenVex(text, 'vex.openvex.json')
}

/** A passed run whose exceptions say something else. */
function passedWith(change: (risk: AcceptedRisk, platform: string) => Partial<AcceptedRisk>): Run {
  const run = passedRun()
  for (const result of run.verdict?.results ?? [])
    for (const excepted of result.excepted) Object.assign(excepted, change(excepted, excepted.violation.platform ?? ''))
  return run
}

const notAffected = { vex: { status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' } } as const

describe('renderOpenVex', () => {
  it('states an accepted risk as affected, with what is done about it: it is not repaired by being accepted', () => {
    const { statements } = vexOf(passedRun())
    expect(statements).toHaveLength(1)
    const [statement] = statements
    expect(statement).toMatchObject({
      vulnerability: { name: 'CVE-2024-5535' },
      status: 'affected',
      action_statement: 'The mesh only lets TLS 1.3 through. Update libssl3 to 3.0.15-1~deb12u1.',
      status_notes: expect.stringContaining(
        'owner: team-orders@example.com; ticket: ORD-4711; compensating control: The mesh only lets TLS 1.3 through.; created: 2026-11-03; until: 2026-12-15, 22 days left',
      ),
    })
    expect(statement).not.toHaveProperty('justification')
  })

  it('names each image by its digest, with the package as its part', () => {
    const hex = (platform: string) => digestOf(platform).replace('sha256:', '')
    const part = 'pkg:deb/debian/libssl3@3.0.13-1~deb12u1?arch=amd64&distro=debian-12.9'
    expect(vexOf(passedRun()).statements[0]?.products).toEqual(
      ['linux/amd64', 'linux/arm64'].map((platform) => {
        const purl = `pkg:oci/orders@sha256%3A${hex(platform)}`
        return {
          '@id': purl,
          identifiers: { purl },
          hashes: { 'sha-256': hex(platform) },
          subcomponents: [{ '@id': part, identifiers: { purl: part } }],
        }
      }),
    )
  })

  it('states not_affected only where the register says so', () => {
    const [statement] = vexOf(passedWith(() => notAffected)).statements
    expect(statement).toMatchObject({ status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' })
    expect(statement).not.toHaveProperty('action_statement')
    expect(statement).not.toHaveProperty('impact_statement')
  })

  it('makes a separate statement for each exception', () => {
    const { statements } = vexOf(passedWith((_, platform) => (platform === 'linux/arm64' ? notAffected : {})))
    expect(statements.map(({ status, products }) => [status, products.length])).toEqual([
      ['affected', 1],
      ['not_affected', 1],
    ])
  })

  it('is read back as the exceptions that it was made of', () => {
    const document = vexOf(passedWith(() => notAffected))
    const suppression = {
      file: 'vex.openvex.json',
      reason: 'Our own statements.',
      owner: 'team-orders',
      expires: '2026-12-15',
    }
    const [read] = exceptNotAffected([{ suppression, document }], 'shop/orders')
    expect(read?.left).toEqual([])
    expect(read?.entries.map(({ id, digest, package: purl, vex }) => [id, digest, purl, vex])).toEqual(
      ['linux/amd64', 'linux/arm64'].map((platform) => [
        'CVE-2024-5535',
        digestOf(platform),
        'pkg:deb/debian/libssl3@3.0.13-1~deb12u1?arch=amd64&distro=debian-12.9',
        notAffected.vex,
      ]),
    )
    expect(exceptNotAffected([{ suppression, document: vexOf(passedRun()) }], 'shop/orders')[0]?.entries).toEqual([])
  })

  it('takes id and time from the run: the same run, the same bytes; another run, another id', () => {
    const document = vexOf(passedRun())
    expect(document.timestamp).toBe(passedRun().verdict?.binding.at)
    expect(renderOpenVex(passedRun())).toBe(renderOpenVex(passedRun()))
    expect(vexOf(passedWith(() => ({ reason: 'Another reason.' })))['@id']).not.toBe(document['@id'])
  })

  it('names everybody who answers for a statement as its author', () => {
    expect(
      vexOf(passedWith((_, platform) => ({ owner: platform === 'linux/arm64' ? 'a-team' : 'z-team' }))).author,
    ).toBe('a-team, z-team')
  })

  it.each([rejectedRun, undecidedRun, brokenRun])('is omitted if there is nothing to state', (build) => {
    expect(renderOpenVex(build())).toBeUndefined()
  })

  it('is valid whatever the texts of the run are', () => {
    const hostile = '\u001b[31m"\u0007 <script> \ud800 ]]>'
    const run = passedWith(() => ({
      reason: `${hostile} reason`,
      owner: hostile,
      ticket: hostile,
      compensatingControl: hostile,
    }))
    for (const { evidence } of run.evidence?.platforms ?? []) {
      if (evidence.vulnerabilities.status === 'collected')
        for (const finding of evidence.vulnerabilities.value.findings) Object.assign(finding, { title: hostile })
    }
    for (const { violation } of run.verdict?.results.flatMap(({ excepted }) => excepted) ?? [])
      Object.assign(violation, { remedy: hostile, url: 'javascript:alert(1)' })
    const text = renderOpenVex(run) ?? ''
    isValid(JSON.parse(text))
    expect(isValid.errors).toBeNull()
    expect(text).not.toMatch(/\\u0007|\\u001b|\\ud800|javascript:/)
  })
})
