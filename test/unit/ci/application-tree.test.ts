import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../../toolchain/run-program.ts'
import { root } from '../../repo/source-files.ts'

const program = join(root, 'ci/loadline.mjs')
const packages = [
  'execa',
  'commander',
  'zod',
  'yaml',
  'picocolors',
  'esbuild',
  'tsx',
  '@dagger.io/dagger',
  'typescript',
]

/** A directory in which a mark is left by whatever takes code from where it is started. */
let application: string
let mark: string

beforeAll(() => {
  application = mkdtempSync(join(tmpdir(), 'loadline-application-'))
  mark = join(application, 'MARK')
  const leave = (by: string) =>
    `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(mark)}, ${JSON.stringify(by)})\nexport default {}\n`
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(application, path)), { recursive: true })
    writeFileSync(join(application, path), text, { mode })
  }
  put('evil.mjs', leave('a mapped import'))
  put(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        baseUrl: '.',
        jsxImportSource: './evil.mjs',
        paths: { '*': ['./evil.mjs'], ...Object.fromEntries(packages.map((name) => [name, ['./evil.mjs']])) },
      },
    }),
  )
  put('package.json', JSON.stringify({ type: 'commonjs', imports: { '#*': './evil.mjs' }, exports: './evil.mjs' }))
  put('.npmrc', 'node-options=--import=./evil.mjs\nregistry=http://127.0.0.1:1/\n')
  put('node.config.json', JSON.stringify({ nodeOptions: { import: ['./evil.mjs'] } }))
  put('.env', 'NODE_OPTIONS=--import=./evil.mjs\n_EXPERIMENTAL_DAGGER_CLI_BIN=./dagger\n')
  put('dagger.json', JSON.stringify({ name: 'evil', sdk: { source: './sdk' } }))
  put('go.work', 'this is no go.work\n')
  put('pip.py', `open(${JSON.stringify(mark)}, 'w').write('a Python module')\n`)
  for (const name of packages) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: './index.mjs' }))
    put(`node_modules/${name}/index.mjs`, leave(`the package ${name}`))
  }
  for (const name of ['docker', 'git', 'npm', 'python3', 'dagger'])
    for (const folder of ['', 'node_modules/.bin/'])
      put(`${folder}${name}`, `#!/bin/sh\necho ${name} > ${mark}\nexit 1\n`, 0o755)
})

afterAll(() => rmSync(application, { recursive: true, force: true }))

const run = async (cwd: string, argv: readonly string[], env: Record<string, string> = {}) => {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...argv], {
    cwd,
    env: { npm_command: '', ...env },
    reject: false,
  })
  return { exitCode, stdout, stderr }
}

describe('started in the directory of an application', { timeout: 120_000 }, () => {
  it.each([
    ['--version'],
    ['policy', 'explain', 'user', '--json'],
    ['policy', 'schema'],
    ['audit', '--docker-run', 'docker run --read-only app:1.0.0'],
    ['completion', 'bash'],
  ])('%s %s answers as it does elsewhere, and runs nothing of it [fault 73]', async (...argv) => {
    expect(await run(application, argv)).toEqual(await run(tmpdir(), argv))
    expect(existsSync(mark)).toBe(false)
  })

  it('makes what it runs from its own sources alone [fault 73]', async () => {
    const made = join(root, 'dist', `.test-${process.pid}`)
    const esbuild = join(application, 'node_modules/.bin/npm')
    try {
      const ended = await execa(
        process.execPath,
        [
          '--input-type=module',
          '--eval',
          `(await import(${JSON.stringify(join(root, 'ci/prebuilt.mjs'))})).bundle(${JSON.stringify(made)})`,
        ],
        {
          cwd: application,
          env: { NODE_PATH: join(application, 'node_modules'), ESBUILD_BINARY_PATH: esbuild },
          all: true,
        },
      )
      expect(ended.all).toBe('')
      // The same as a run made before, wherever that was started.
      await run(tmpdir(), ['--version'])
      const before = readdirSync(join(root, 'dist')).filter((name) => /^[0-9a-f]{16}$/.test(name))
      const names = readdirSync(made).filter((name) => name.endsWith('.mjs'))
      expect(before.some((name) => names.every((file) => existsSync(join(root, 'dist', name, file))))).toBe(true)
      expect(existsSync(mark)).toBe(false)
    } finally {
      rmSync(made, { recursive: true, force: true })
    }
  })

  it('looks for the machine’s programs neither there nor among its packages [fault 73]', async () => {
    const path = ['', '.', 'node_modules/.bin', join(application, 'node_modules/.bin')].join(delimiter)
    const ended = await run(application, ['doctor', '--json'], {
      PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`,
      LOADLINE_ENGINE: '',
      _EXPERIMENTAL_DAGGER_RUNNER_HOST: '',
    })
    expect(JSON.parse(ended.stdout)).toMatchObject({ healthy: false })
    expect(existsSync(mark)).toBe(false)
  })

  it.each([
    ['python3', '-m', 'pip', '--version'],
    ['go', 'env', 'GOWORK'],
    ['npm', 'config', 'get', 'registry'],
  ])('the toolchain’s %s %s %s takes nothing from it [fault 73]', async (file, ...argv) => {
    const before = process.cwd()
    const elsewhere = await runProgram(file, argv)
    process.chdir(application)
    try {
      expect(await runProgram(file, argv)).toBe(elsewhere)
      expect(existsSync(mark)).toBe(false)
    } finally {
      process.chdir(before)
    }
  })
})
