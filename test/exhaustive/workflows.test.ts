import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { read, root } from '../repo/source-files.ts'
import { loadline, scratch } from '../engine/command-line.ts'
import { compiled } from '../engine/compiled.ts'
import { serveRegistry } from '../engine/registry.ts'
import { tagsOf } from '../engine/signed-image.ts'
import { signingKey } from '../engine/signing-key.ts'
import { tinyImage } from '../engine/tiny-image.ts'
import { actProgram } from './modules.ts'

let act: string
let copy: string

beforeAll(async () => {
  act = (await compiled(actProgram)).act
  copy = mkdtempSync(join(tmpdir(), 'loadline-checkout-'))
  await copyOfLoadline(copy)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** What a checkout of Loadline would have, from the files that lie here, with their npm packages. */
async function copyOfLoadline(directory: string): Promise<void> {
  const { stdout } = await execa('git', ['-C', root, 'ls-files', '-z'])
  for (const path of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    copyFileSync(join(root, path), join(directory, path))
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
}

const commit = '0123456789abcdef0123456789abcdef01234567'

/** A repository of somebody with the application of `tinyImage` and one workflow. */
async function repository(workflow: string, policy?: string): Promise<string> {
  const directory = tinyImage('from a workflow')
  if (policy !== undefined) writeFileSync(join(directory, 'loadline.yaml'), policy)
  const path = join(directory, '.github/workflows/image.yml')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, workflow)
  const git = (...argv: string[]) =>
    execa('git', ['-C', directory, '-c', 'user.name=somebody', '-c', 'user.email=somebody@example.com', ...argv])
  await git('init', '--quiet', '--initial-branch=main')
  await git('remote', 'add', 'origin', 'https://github.com/acme/shop.git')
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'an application')
  await git('tag', 'v1.4.0')
  return directory
}

/**
 * What the workflow uses of others cannot be had without GitHub, so these stand in: checkout puts the repository, or the files of Loadline as they lie here;
 * setup-node leaves the Node that is there; the two uploads copy to where the test looks.
 */
function standIns(uploads: string): Record<string, string> {
  const composite = (inputs: string[], run: string) =>
    `name: stand-in\ndescription: stand-in\ninputs:\n${inputs.map((name) => `  ${name}: {default: ''}\n`).join('')}runs:\n  using: composite\n  steps:\n    - shell: bash\n      env:\n${inputs.map((name) => `        IN_${name.toUpperCase().replaceAll('-', '_')}: \${{ inputs.${name} }}\n`).join('')}      run: |\n${run
      .trim()
      .split('\n')
      .map((line) => `        ${line.trim()}\n`)
      .join('')}`
  const checkout = `
    set -euo pipefail
    cd "$GITHUB_WORKSPACE"
    if [ -z "$IN_REPOSITORY" ]; then git clone --quiet "$TEST_REPOSITORY" .; exit; fi
    [ "$IN_REPOSITORY $IN_REF" = "example/loadline ${commit}" ]
    cp --recursive --no-dereference "$TEST_LOADLINE" "$IN_PATH"`
  const pinned = (name: string) =>
    new RegExp(`uses: (${name}(?:/[\\w-]+)*@[0-9a-f]{40})`).exec(read('.github/workflows/build-and-scan.yml'))?.[1] ??
    ''
  const texts: Record<string, [string, string]> = {
    [pinned('actions/checkout')]: [
      'action.yml',
      composite(['repository', 'ref', 'path', 'fetch-depth', 'persist-credentials'], checkout),
    ],
    [pinned('actions/setup-node')]: ['action.yml', composite(['node-version'], 'node --version')],
    [pinned('actions/upload-artifact')]: [
      'action.yml',
      composite(['name', 'path'], 'cp -r "$IN_PATH" "$TEST_UPLOADS/$IN_NAME"'),
    ],
    [pinned('github/codeql-action')]: [
      'upload-sarif/action.yml',
      composite(['sarif_file', 'category'], 'cp "$IN_SARIF_FILE" "$TEST_UPLOADS/code-scanning.sarif"'),
    ],
  }
  return Object.fromEntries(
    Object.entries(texts).map(([uses, [name, text]]) => {
      const directory = join(uploads, 'stand-ins', uses.replaceAll(/[^\w]/g, '-'))
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), text)
      const [owner = '', repo = ''] = uses.split('@')[0]?.split('/') ?? []
      return [`${owner}/${repo}@${uses.split('@')[1]}`, directory]
    }),
  )
}

interface WorkflowRun {
  exitCode: number | undefined
  log: string
  /** Where the uploads went. */
  uploads: string
}

/** Runs a repository's workflow with act on this machine. */
async function runWorkflow(
  directory: string,
  argv: string[],
  secrets: Record<string, string> = {},
): Promise<WorkflowRun> {
  const home = scratch()
  const uploads = scratch()
  const configuration = join(home, 'act')
  mkdirSync(configuration)
  writeFileSync(join(configuration, 'actrc'), '')
  const replaced = { ...standIns(home), [`example/loadline@${commit}`]: copy }
  const ended = await execa(
    act,
    [
      ...argv,
      '--workflows',
      '.github/workflows/image.yml',
      '--platform',
      'ubuntu-24.04=-self-hosted',
      '--no-skip-checkout',
      '--no-cache-server',
      '--use-new-action-cache',
      '--action-cache-path',
      join(home, 'actions'),
      ...Object.entries(replaced).flatMap(([uses, path]) => ['--local-repository', `${uses}=${path}`]),
      ...Object.keys(secrets).flatMap((name) => ['--secret', name]),
    ],
    {
      cwd: directory,
      reject: false,
      all: true,
      stdin: 'ignore',
      env: {
        ...secrets,
        XDG_CONFIG_HOME: home,
        TEST_REPOSITORY: directory,
        TEST_LOADLINE: copy,
        TEST_UPLOADS: uploads,
        npm_command: '',
      },
    },
  )
  return { exitCode: ended.exitCode, log: ended.all, uploads }
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
      COSIGN_PRIVATE_KEY: key,
      COSIGN_PASSWORD: password,
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
    const { exitCode, uploads } = await runWorkflow(directory, ['workflow_dispatch'], {
      COSIGN_PRIVATE_KEY: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    })
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
    const { exitCode, log, uploads } = await runWorkflow(directory, ['pull_request', '--eventpath', event])
    expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' })
    expect(readFileSync(join(uploads, 'verdict'), 'utf8')).toBe('passed')
    expect(log).toContain('publish was skipped because pull requests from forks run without credentials')
  })
})
