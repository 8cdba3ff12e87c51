import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { buildAndScan, scratch } from './command-line.ts'

/** A step of GitHub Actions: its environment, and what it was told. */
function githubStep(): { env: Record<string, string>; summary: () => string; output: () => string } {
  const directory = scratch()
  const files = { GITHUB_STEP_SUMMARY: join(directory, 'summary'), GITHUB_OUTPUT: join(directory, 'output') }
  return {
    env: { GITHUB_ACTIONS: 'true', ...files },
    summary: () => readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    output: () => readFileSync(files.GITHUB_OUTPUT, 'utf8'),
  }
}

it('a step learns of a run that broke before anything was built', async () => {
  const step = githubStep()
  const { exitCode, stderr } = await buildAndScan('/no/such/directory', [], step.env)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/^::error::Loadline: The stage “source” failed/m)
  expect(step.summary()).toContain('Broken')
  expect(step.output()).toMatch(/^verdict<<(loadline-\S+)\nbroken\n\1\n/)
})

it('annotations and SARIF name files from the root of the repository, and standard output stays the document', async () => {
  const step = githubStep()
  const { run, stdout, stderr, output } = await buildAndScan('examples/legacy-app', ['--json'], step.env)
  expect(run.subject.directory).toBe('examples/legacy-app')
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(output, 'verdict.json'), 'utf8')))
  expect(stderr).toMatch(/^::error file=examples\/legacy-app\/Dockerfile,line=\d+/m)
  const sarif = JSON.parse(readFileSync(join(output, 'report.sarif'), 'utf8')) as {
    runs: [{ results: Array<{ locations: Array<{ physicalLocation: { artifactLocation: { uri: string } } }> }> }]
  }
  for (const { locations } of sarif.runs[0].results)
    expect(locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^examples\/legacy-app\/\S+$/)
  expect(step.output()).toContain(`\n${join(output, 'report.sarif')}\n`)
})
