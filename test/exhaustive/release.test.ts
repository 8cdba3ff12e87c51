import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { Run } from '../../src/model/index.ts'
import { version } from '../../src/model/version.ts'
import { scratch } from '../engine/command-line.ts'
import { commitAll, copyOfLoadline, runWorkflow } from './act.ts'

let repository: string

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), 'loadline-repository-'))
  await copyOfLoadline(repository)
  // What this network does not have: images for arm64, the official database, the site of the Dagger CLI.
  for (const [path, added] of [
    ['programs/loadline.yaml', {}],
    ['image/loadline.yaml', { CLI: 'none' }],
  ] as const)
    changeYaml(path, (policy) => ({
      ...policy,
      build: { ...policy.build, platforms: ['linux/amd64'], args: { ...policy.build.args, ...added } },
      database: { accept: ['example'], maximumAge: '36500d' },
    }))
  // It takes its time, and npm test has begun with it.
  const path = join(repository, 'package.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"check": ".*"/, '"check": "node --version"'))
  await commitAll(repository, 'https://github.com/acme/loadline.git')
})

afterAll(() => rmSync(repository, { recursive: true, force: true }))

type Written = { build: { args: Record<string, string> } } & Record<string, unknown>

function changeYaml(path: string, change: (written: Written) => object): void {
  const file = join(repository, path)
  writeFileSync(file, stringify(change(parse(readFileSync(file, 'utf8')) as Written)))
}

describe('the release workflow, run by act', () => {
  it('packs and judges everything in a dry run, and publishes nothing', async () => {
    const { exitCode, log, uploads } = await runWorkflow(repository, ['workflow_dispatch'], { workflow: 'release.yml' })
    expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' })
    expect(existsSync(join(uploads, `package/loadline-${version}.tgz`))).toBe(true)
    expect(existsSync(join(uploads, 'pins'))).toBe(false)
    for (const image of ['programs', 'loadline']) {
      const run = Run.parse(JSON.parse(readFileSync(join(uploads, `report-${image}/verdict.json`), 'utf8')))
      expect({ image, outcome: run.outcome, name: run.subject.name }).toEqual({ image, outcome: 'passed', name: image })
      expect(run.release).toBeUndefined()
    }
  })

  it('ends where the tag is not the version of the package, before anything is made', async () => {
    const event = join(scratch(), 'event.json')
    writeFileSync(event, JSON.stringify({ ref: 'refs/tags/v99.0.0', ref_type: 'tag', ref_name: 'v99.0.0' }))
    const argv = ['push', '--eventpath', event]
    const { exitCode, log, uploads } = await runWorkflow(repository, argv, { workflow: 'release.yml' })
    expect(exitCode).not.toBe(0)
    expect(log).toContain(`expected the tag v${version}, as package.json says, found v99.0.0`)
    expect(existsSync(join(uploads, 'package'))).toBe(false)
  })
})
