import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { digestOf } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { buildAndScan } from './command-line.ts'
import { renewedPolicy } from './renewed-policy.ts'

const Expected = z.strictObject({
  outcome: z.enum(['passed', 'rejected']),
  rules: z.array(z.string()).default([]),
  defects: z.array(z.strictObject({ defect: z.string(), rule: z.string(), id: z.string().optional() })).default([]),
})

describe.each(['fastapi-postgres', 'go-service', 'node-service', 'legacy-app'])('examples/%s', (name) => {
  const source = join('examples', name)
  const expected = Expected.parse(parse(readFileSync(join(root, source, 'verdict.expected.yaml'), 'utf8')))

  it(`is ${expected.outcome}, for the reasons that it must be`, async () => {
    const { run, exitCode, output, stdout } = await buildAndScan(source, ['--policy', renewedPolicy(source)])
    const failed = (run.verdict?.results ?? []).filter(({ status }) => status === 'failed')
    expect({ outcome: run.outcome, failure: run.failure, rules: failed.map(({ rule }) => rule).toSorted() }).toEqual({
      outcome: expected.outcome,
      failure: undefined,
      rules: expected.rules.toSorted(),
    })
    expect(exitCode).toBe(expected.outcome === 'passed' ? 0 : 1)
    expect(stdout).toMatch(expected.outcome === 'passed' ? /PASSED/ : /REJECTED/)

    const missed = expected.defects.filter(
      ({ rule, id }) =>
        !failed.some(
          (result) =>
            result.rule === rule && (id === undefined || result.violations.some((violation) => violation.id === id)),
        ),
    )
    expect(missed).toEqual([])

    for (const file of ['report.sarif', 'report.junit.xml', 'report.html', 'summary.md'])
      expect(existsSync(join(output, file)), file).toBe(true)
    for (const { archive, evidence } of run.evidence?.platforms ?? []) {
      if (evidence.sbom.status !== 'collected') throw new Error(`no SBOM of ${archive.platform}`)
      expect(evidence.sbom.value.subject).toBe(archive.digest)
      for (const document of evidence.sbom.value.documents)
        expect(digestOf(readFileSync(join(output, document.path), 'utf8'))).toBe(document.digest)
    }
    expect(run.verdict?.binding.images.map(({ digest }) => digest)).toEqual(
      run.evidence?.platforms.map(({ archive }) => archive.digest),
    )
  })
})
