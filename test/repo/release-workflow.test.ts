import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { version } from '../../src/model/version.ts'
import { filesBelow, read, root } from './source-files.ts'

interface Step {
  name?: string
  uses?: string
  run?: string
  if?: string
  with?: Record<string, unknown>
  env?: Record<string, string>
}

interface Workflow {
  permissions: unknown
  concurrency: unknown
  env?: unknown
  jobs: Record<string, { permissions?: Record<string, string>; env?: unknown; if?: string; steps: Step[] }>
}

const workflow = parse(read('.github/workflows/release.yml')) as Workflow
const steps = Object.entries(workflow.jobs).flatMap(([job, { steps: all }]) => all.map((step) => ({ job, ...step })))
const published = "github.event_name == 'push' || !inputs.dry-run"

describe('the release workflow', () => {
  it('gives each job what it needs and no more: only what publishes may write', () => {
    expect(workflow.permissions).toEqual({})
    expect(Object.fromEntries(Object.entries(workflow.jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
      package: { contents: 'read' },
      images: { contents: 'read', packages: 'write', 'id-token': 'write' },
      release: { contents: 'write', 'id-token': 'write', attestations: 'write' },
    })
  })

  it('shows its token to the step that logs in, the one that makes the release, and no other', () => {
    expect([workflow.env, ...Object.values(workflow.jobs).map(({ env }) => env)].filter(Boolean)).toEqual([])
    const holders = steps.filter((step) => /secrets\.|github\.token/.test(JSON.stringify(step)))
    expect(holders.map(({ name }) => name)).toEqual(['Log in to the registry', 'Make the release'])
  })

  it('publishes nothing in a dry run', () => {
    const publishing = steps.filter(({ name }) => /^(Log in|Pin the programs)/.test(name ?? ''))
    expect(publishing.map((step) => step.if?.includes(published))).toEqual([true, true])
    const judging = steps.find(({ run }) => run?.includes('build-and-scan') === true)
    expect(judging?.env?.['PUBLISH']).toBe(`\${{ ${published} }}`)
    expect(workflow.jobs['release']?.if).toBe("github.event_name == 'push'")
  })

  it('runs one at a time and stops none in the middle', () => {
    expect(workflow.concurrency).toEqual({ group: 'release', 'cancel-in-progress': false })
  })

  it.each([
    ['branch', 'main', 0],
    ['tag', `v${version}`, 0],
    ['tag', version, 2],
    ['tag', `v${version}-rc.1`, 2],
    ['tag', '$(touch hacked)', 2],
  ])('on the %s %s ends its first step with %i', (type, name, status) => {
    const script = steps.find((step) => step.name?.startsWith('Compare the tag') === true)?.run ?? ''
    const env = { PATH: process.env['PATH'], GITHUB_REF_TYPE: type, GITHUB_REF_NAME: name }
    expect(spawnSync('bash', ['-e', '-c', script], { cwd: root, env }).status).toBe(status)
  })
})

it('every workflow leaves no credentials behind its checkout, and names an action by the same commit everywhere', () => {
  const commits = new Map<string, Set<string>>()
  const checkouts: Array<{ path: string; persist: unknown }> = []
  for (const path of filesBelow('.github', '.yml')) {
    const { jobs } = parse(read(path)) as Workflow
    for (const { uses, with: given } of Object.values(jobs).flatMap((job) => job.steps)) {
      const [name = '', commit = ''] = uses?.split('@') ?? []
      commits.set(name, (commits.get(name) ?? new Set()).add(commit))
      if (name === 'actions/checkout') checkouts.push({ path, persist: given?.['persist-credentials'] })
    }
  }
  expect(checkouts.length).toBeGreaterThan(4)
  expect(checkouts.filter(({ persist }) => persist !== false)).toEqual([])
  expect(commits.size).toBeGreaterThan(5)
  expect([...commits].filter(([, named]) => named.size > 1)).toEqual([])
})
