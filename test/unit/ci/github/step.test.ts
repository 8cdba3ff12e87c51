import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { githubOutputs, githubStep, tellGithub, tellGithubMerged } from '../../../../ci/github/step.ts'
import type { Merged } from '../../../../src/model/index.ts'
import { renderMarkdown } from '../../../../src/report/index.ts'
import { brokenRun, digestOf, hostileRun, passedRun, rejectedRun, undecidedRun } from '../../report/runs.ts'

let directory: string
let said: string
const say = (text: string) => void (said += text)

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'loadline-'))
  said = ''
  onTestFinished(() => rmSync(directory, { recursive: true }))
})

/** Reads an output file as the runner does. */
function outputsOf(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  while (lines.length > 1) {
    const [name = '', end = ''] = (lines.shift() ?? '').split('<<')
    expect(end).toMatch(/^loadline-[0-9a-f-]{36}$/)
    const value = lines.splice(0, lines.indexOf(end))
    lines.shift()
    outputs[name] = value.join('\n')
  }
  expect(lines).toEqual([''])
  return outputs
}

describe('githubStep', () => {
  it('is there in GitHub Actions only', () => {
    expect(githubStep({ GITHUB_STEP_SUMMARY: '/s', GITHUB_OUTPUT: '/o' })).toBeUndefined()
    expect(githubStep({ GITHUB_ACTIONS: 'false', GITHUB_OUTPUT: '/o' })).toBeUndefined()
    expect(githubStep({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/s', GITHUB_OUTPUT: '/o' })).toEqual({
      summaryFile: '/s',
      outputFile: '/o',
    })
    expect(githubStep({ GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: '' })).toEqual({
      summaryFile: undefined,
      outputFile: undefined,
    })
  })
})

describe('tellGithub', () => {
  it('writes annotations, the summary and the outputs, after what the step already has', async () => {
    const step = { summaryFile: join(directory, 'summary'), outputFile: join(directory, 'output') }
    writeFileSync(step.summaryFile, 'earlier\n')
    await tellGithub(step, rejectedRun(), '/reports', say)
    expect(said.match(/^::error /gm)).toHaveLength(9)
    expect(said.trimEnd().split('\n').at(-1)).toMatch(/^::notice title=Loadline%3A Rejected::/)
    expect(readFileSync(step.summaryFile, 'utf8')).toBe(`earlier\n${renderMarkdown(rejectedRun())}`)
    expect(outputsOf(readFileSync(step.outputFile, 'utf8'))).toEqual(githubOutputs(rejectedRun(), '/reports'))
  })

  it('shortens a summary that would not fit beside the earlier ones, and leaves it out where nothing fits', async () => {
    const summaryFile = join(directory, 'summary')
    writeFileSync(summaryFile, 'x'.repeat(1_048_576 - 1_500))
    await tellGithub({ summaryFile, outputFile: undefined }, rejectedRun(), '/reports', say)
    const once = readFileSync(summaryFile, 'utf8')
    expect(once).toContain('## ❌ Rejected')
    expect(once).toMatch(/sections of this summary did not fit/)
    expect(Buffer.byteLength(once)).toBeLessThanOrEqual(1_048_576)
    await tellGithub({ summaryFile, outputFile: undefined }, rejectedRun(), '/reports', say)
    expect(Buffer.byteLength(readFileSync(summaryFile, 'utf8'))).toBeLessThanOrEqual(1_048_576)
  })

  it('lets no text of the image out of its command, its summary or its output', async () => {
    const step = { summaryFile: join(directory, 'summary'), outputFile: join(directory, 'output') }
    const run = hostileRun()
    await tellGithub(step, run, '/reports/a\nverdict=passed\nloadline-\n', say)
    for (const line of said.trimEnd().split('\n')) expect(line).toMatch(/^::(error|warning|notice) /)
    expect(Object.keys(outputsOf(readFileSync(step.outputFile, 'utf8')))).toEqual([
      'verdict',
      'digest',
      'image',
      'tags',
      'report',
      'sarif',
      'sbom',
    ])
    expect(outputsOf(readFileSync(step.outputFile, 'utf8'))['verdict']).toBe('rejected')
  })

  it('fails where the files cannot be written: a job must not go on without the verdict', async () => {
    await expect(
      tellGithub(
        { summaryFile: join(directory, 'no', 'summary'), outputFile: undefined },
        passedRun(),
        '/reports',
        say,
      ),
    ).rejects.toMatchObject({ code: 'REPORT', exitCode: 3 })
    await expect(
      tellGithub({ summaryFile: undefined, outputFile: directory }, passedRun(), '/reports', say),
    ).rejects.toMatchObject({ code: 'REPORT' })
  })
})

describe('tellGithubMerged', () => {
  const merged = {
    schemaVersion: 'loadline.merged/v1',
    outcome: 'rejected',
    mergedAt: '2026-11-23T01:10:02Z',
    parts: [],
    faults: [],
  } satisfies Merged

  it('says the verdict over several sources, in the one output that is about all of them', async () => {
    const outputFile = join(directory, 'output')
    await tellGithubMerged({ summaryFile: undefined, outputFile }, merged)
    expect(outputsOf(readFileSync(outputFile, 'utf8'))).toEqual({ verdict: 'rejected' })
  })

  it('fails where it cannot be said', async () => {
    await expect(tellGithubMerged({ summaryFile: undefined, outputFile: directory }, merged)).rejects.toMatchObject({
      code: 'REPORT',
      exitCode: 3,
    })
  })
})

describe('githubOutputs', () => {
  it('names the published digest and image, and the directory of the SBOMs of several platforms', () => {
    expect(githubOutputs(passedRun(), '/r')).toEqual({
      verdict: 'passed',
      digest: digestOf('index'),
      image: `registry.example.com/shop/orders:1.8.2@${digestOf('index')}`,
      tags: 'registry.example.com/shop/orders:1.8.2',
      report: '/r/report.html',
      sarif: '/r/report.sarif',
      sbom: '/r/sbom',
    })
  })

  it('names the one image that was judged, published or not', () => {
    expect(githubOutputs(rejectedRun(), '/r')).toMatchObject({
      verdict: 'rejected',
      digest: digestOf('linux/amd64'),
      image: '',
      sbom: '/r/sbom.cdx.json',
    })
  })

  it('names no digest if there is none, or more than one', () => {
    expect(githubOutputs(brokenRun(), '/r')).toMatchObject({ verdict: 'broken', digest: '', image: '', sbom: '' })
    expect(githubOutputs(undecidedRun(), '/r')).toMatchObject({ verdict: 'undecided', digest: '' })
  })

  it('never says passed of a document that contradicts itself', () => {
    expect(githubOutputs({ ...rejectedRun(), outcome: 'passed' }, '/r').verdict).toBe('broken')
  })
})
