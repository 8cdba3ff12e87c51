import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { loadline, scratch } from '../engine/command-line.ts'
import { serveRegistry } from '../engine/registry.ts'
import { tagsOf } from '../engine/signed-image.ts'
import { signingKey } from '../engine/signing-key.ts'
import { tinyImage } from '../engine/tiny-image.ts'
import { commit, commitAll, copyOfLoadline, runWorkflow } from './act.ts'

let copy: string

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'loadline-checkout-'))
  await copyOfLoadline(copy)
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** A repository of somebody with the application of `tinyImage` and one workflow. */
async function repository(workflow: string, policy?: string): Promise<string> {
  const directory = tinyImage('from a workflow')
  if (policy !== undefined) writeFileSync(join(directory, 'loadline.yaml'), policy)
  const path = join(directory, '.github/workflows/image.yml')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, workflow)
  const git = await commitAll(directory, 'https://github.com/acme/shop.git')
  await git('tag', 'v1.4.0')
  return directory
}

/** Long enough that no word contains it: whatever does is masked by GitHub and by Dagger. */
const password = 'correct horse battery'

const caller = (registry: string) => `name: image
on: workflow_dispatch
permissions:
  contents: read
jobs:
  image:
    uses: example/loadline/.github/workflows/build-and-scan.yml@${commit}
    with:
      loadline: example/loadline@${commit}
      push: true
      images: ${registry}/demo/shop
      tags: |
        type=semver,pattern={{version}}
      labels: team=$(touch hacked)
    secrets:
      cosign-private-key: \${{ secrets.COSIGN_PRIVATE_KEY }}
      cosign-password: \${{ secrets.COSIGN_PASSWORD }}
`

describe('the reusable workflow, run by act', () => {
  it('publishes and signs an image that passes, uploads its reports, and passes its outputs to the next job', async () => {
    const registry = await serveRegistry()
    const { privateKey: key, publicKey } = await signingKey(password)
    const next = `  next:
    needs: image
    runs-on: ubuntu-24.04
    steps:
      - run: printf '%s\\n' "$OUTPUTS" > "$TEST_UPLOADS/outputs.json"
        env:
          OUTPUTS: \${{ toJSON(needs.image.outputs) }}
`
    const directory = await repository(caller(registry) + next)
    const { exitCode, log, uploads } = await runWorkflow(directory, ['workflow_dispatch'], {
      copy,
      secrets: { COSIGN_PRIVATE_KEY: key, COSIGN_PASSWORD: password },
    })
    expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' })

    const run = Run.parse(JSON.parse(readFileSync(join(uploads, 'loadline-report/verdict.json'), 'utf8')))
    expect((await tagsOf(registry, 'demo/shop')).toSorted()).toEqual(['1.4.0', 'latest'])
    const digest = run.release?.digest ?? ''
    expect(JSON.parse(readFileSync(join(uploads, 'outputs.json'), 'utf8'))).toEqual({
      digest,
      image: `${registry}/demo/shop:1.4.0@${digest}`,
      tags: `${registry}/demo/shop:1.4.0\n${registry}/demo/shop:latest`,
      verdict: 'passed',
      report: 'loadline-report',
      sarif: 'report.sarif',
      sbom: 'sbom.cdx.json',
    })
    expect(readFileSync(join(uploads, 'code-scanning.sarif'), 'utf8')).toBe(
      readFileSync(join(uploads, 'loadline-report/report.sarif'), 'utf8'),
    )
    expect(log).not.toContain(key.split('\n')[1])
    expect(run.evidence?.platforms[0]?.evidence.configuration).toMatchObject({
      value: { labels: { team: '$(touch hacked)' } },
    })
    const verified = await loadline(['verify', `${registry}/demo/shop:1.4.0`, '--key', publicKey])
    expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0)
  })

  it('fails where the policy says no, and its reports leave all the same', async () => {
    const registry = await serveRegistry()
    const policy = 'version: 1\ndatabase: {accept: [official, given, example], maximumAge: 36500d}\n'
    const directory = await repository(caller(registry), policy)
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const secrets = { COSIGN_PRIVATE_KEY: key }
    const { exitCode, uploads } = await runWorkflow(directory, ['workflow_dispatch'], { copy, secrets })
    expect(exitCode).not.toBe(0)
    expect(Run.parse(JSON.parse(readFileSync(join(uploads, 'loadline-report/verdict.json'), 'utf8'))).outcome).toBe(
      'rejected',
    )
    expect(await tagsOf(registry, 'demo/shop')).toEqual([])
  })
})

describe('the action, run by act', () => {
  const workflow = `name: image
on: pull_request
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
      - id: image
        uses: example/loadline@${commit}
        with:
          push: true
          tags: 127.0.0.1:1/demo/shop:1.4.0
          username: somebody
          password: \${{ secrets.NOTHING }}
      - run: printf '%s' "$VERDICT" > "$TEST_UPLOADS/verdict"
        env:
          VERDICT: \${{ steps.image.outputs.verdict }}
`

  it('judges a pull request from a fork, publishes nothing, and says so', async () => {
    const directory = await repository(workflow)
    const event = join(scratch(), 'event.json')
    writeFileSync(
      event,
      JSON.stringify({
        pull_request: {
          number: 7,
          head: { ref: 'theirs', repo: { full_name: 'other/shop', fork: true } },
          base: { ref: 'main' },
        },
      }),
    )
    const { exitCode, log, uploads } = await runWorkflow(directory, ['pull_request', '--eventpath', event], { copy })
    expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' })
    expect(readFileSync(join(uploads, 'verdict'), 'utf8')).toBe('passed')
    expect(log).toContain('publish was skipped because pull requests from forks run without credentials')
  })
})
