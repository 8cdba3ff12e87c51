import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { actionlintProgram } from '../programs/modules.ts'
import { policyExamples } from '../repo/policy-examples.ts'
import { filesBelow, read } from '../repo/source-files.ts'
import { actionStep, githubStep } from './action-step.ts'
import { buildAndScan, scratch } from './command-line.ts'
import { compiled } from './compiled.ts'
import { serveRegistry } from './registry.ts'
import { tagsOf } from './signed-image.ts'
import { signingKey } from './signing-key.ts'
import { tinyImage } from './tiny-image.ts'

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

describe('actionlint', () => {
  it('finds no fault in any workflow, nor in those of the documentation', async () => {
    const { actionlint } = await compiled(actionlintProgram)
    const commit = '0123456789abcdef0123456789abcdef01234567'
    const documented = policyExamples('docs/github-actions.md').map(({ text }) => text.replaceAll('<commit>', commit))
    const directory = scratch()
    mkdirSync(join(directory, '.github/workflows'), { recursive: true })
    const paths = [
      ...filesBelow('.github/workflows', '.yml').map((path) => [path, read(path)] as const),
      ...documented
        .filter((block) => block.includes('\njobs:'))
        .map((block, index) => [`.github/workflows/documented-${index}.yml`, block] as const),
    ].map(([path, text]) => {
      writeFileSync(join(directory, path), text)
      return join(directory, path)
    })
    expect(paths.length).toBeGreaterThan(3)
    const { stdout, exitCode } = await execa(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=', ...paths], {
      cwd: directory,
      reject: false,
    })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
  })
})

/** The step of the action, and the verdict that it leaves. */
async function judgingStep(source: string, inputs: Record<string, string>, env: Record<string, string>) {
  const ended = await actionStep({ action: 'action.yml', source }, inputs, env)
  const verdict = readFileSync(join(source, 'loadline-report/verdict.json'), 'utf8')
  return { ...ended, run: Run.parse(JSON.parse(verdict)) }
}

describe('the step of the action', () => {
  it('publishes and signs what its inputs say, and passes its outputs to the next step', async () => {
    const password = 'correct horse battery'
    const [{ privateKey: key }, registry] = [await signingKey(password), await serveRegistry()]
    const source = tinyImage('from the action')
    const { exitCode, all, run, outputs, stdout, stderr } = await judgingStep(
      source,
      {
        push: 'true',
        images: `${registry}/demo/shop`,
        tags: 'type=semver,pattern={{version}}',
        version: '1.4.0',
        labels: 'team=$(touch hacked)',
        'cosign-private-key': key,
        'cosign-password': password,
      },
      { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/tags/v1.4.0' },
    )
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' })
    const digest = run.release?.digest ?? ''
    expect(outputs).toMatchObject({
      digest,
      image: `${registry}/demo/shop:1.4.0@${digest}`,
      verdict: 'passed',
      report: join(source, 'loadline-report/report.html'),
      sarif: join(source, 'loadline-report/report.sarif'),
      sbom: join(source, 'loadline-report/sbom.cdx.json'),
    })
    expect(await tagsOf(registry, 'demo/shop')).toContain('1.4.0')
    expect(run.release?.signature).toMatchObject({ verified: true })
    expect(run.evidence?.platforms[0]?.evidence.configuration).toMatchObject({
      value: { labels: { team: '$(touch hacked)' } },
    })
    expect(stdout + stderr).not.toContain(key.split('\n')[1])
  })

  it('judges a pull request from a fork, publishes nothing, and says so [fault 56]', async () => {
    const event = join(scratch(), 'event.json')
    const head = { ref: 'theirs', repo: { full_name: 'other/shop', fork: true } }
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7, head, base: { ref: 'main' } } }))
    const { exitCode, all, outputs, stdout, stderr } = await judgingStep(
      tinyImage('from a fork'),
      { push: 'true', tags: '127.0.0.1:1/demo/shop:1.4.0', username: 'somebody' },
      { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event },
    )
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' })
    expect(outputs['verdict']).toBe('passed')
    expect(stdout + stderr).toContain('publish was skipped because pull requests from forks run without credentials')
  })
})
