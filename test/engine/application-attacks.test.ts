import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { Run } from '../../src/model/index.ts'
import { root } from '../repo/source-files.ts'
import { advisory, application, base } from './application.ts'
import { scratch } from './command-line.ts'

/** Runs Loadline in the directory of an application, by a Dagger CLI that writes down how it was started. */
async function runIn(source: string, argv: string[], env: Record<string, string> = {}) {
  const { env: address, cli, lockFile } = await findEngine({ say: () => undefined })
  const tools = scratch()
  const recorded = join(tools, 'recorded')
  const wrapper = join(tools, 'dagger')
  writeFileSync(wrapper, `#!/bin/sh\n{ pwd; echo "$@"; env; } > ${recorded}\nexec ${cli ?? 'dagger'} "$@"\n`)
  chmodSync(wrapper, 0o755)
  const ended = await execa(process.execPath, [join(root, 'ci/loadline.mjs'), ...argv], {
    cwd: source,
    reject: false,
    stdin: 'ignore',
    all: true,
    env: {
      ...address,
      ...(lockFile === undefined ? {} : { LOADLINE_LOCK: lockFile }),
      NO_COLOR: '1',
      npm_command: '',
      GITHUB_ACTIONS: '',
      _EXPERIMENTAL_DAGGER_CLI_BIN: wrapper,
      ...env,
    },
  })
  return { exitCode: ended.exitCode, all: ended.all, recorded: readFileSync(recorded, 'utf8').split('\n') }
}

describe('an application that attacks', () => {
  it('from the directory that Loadline is started in: nothing of it runs, no link of it is followed, and the verdict is as it would be [faults 73, 74]', async () => {
    const outside = scratch()
    writeFileSync(join(outside, 'kept'), 'kept')
    const mark = join(outside, 'MARK')
    const leave = `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(mark)}, 'run')\nexport default {}\n`
    const source = application({
      Dockerfile: `FROM ${base}\nCOPY hello.txt /hello.txt\nUSER 65532\n`,
      'hello.txt': 'hello\n',
      'loadline.yaml': advisory,
      'evil.mjs': leave,
      'tsconfig.json': JSON.stringify({ compilerOptions: { baseUrl: '.', paths: { '*': ['./evil.mjs'] } } }),
      'package.json': JSON.stringify({ type: 'commonjs', imports: { '#*': './evil.mjs' } }),
      'node_modules/@dagger.io/dagger/package.json': JSON.stringify({ name: '@dagger.io/dagger', exports: './i.mjs' }),
      'node_modules/@dagger.io/dagger/i.mjs': leave,
      '.env': `DOCKER_HOST=tcp://127.0.0.1:1\n`,
      'dagger.json': JSON.stringify({ name: 'evil', engineVersion: 'v9.9.9', sdk: { source: './evil' } }),
      HEAD: 'ref: refs/heads/main\n',
      'objects/x': '',
      'refs/x': '',
      config: `[core]\n\tbare = true\n\tfsmonitor = "touch ${mark}"\n[gpg]\n\tprogram = "touch ${mark}"\n`,
    })
    mkdirSync(join(source, 'loadline-report/deep'), { recursive: true })
    for (const name of ['verdict.json', 'verdict.json.part', 'engine.log', 'sbom', 'deep/home'])
      symlinkSync(name === 'sbom' ? outside : join(outside, 'kept'), join(source, 'loadline-report', name))

    const { exitCode, all, recorded } = await runIn(source, ['build-and-scan', '.', '--progress', 'plain'], {
      SSH_AUTH_SOCK: '/absent/agent',
      GIT_ASKPASS: '/absent/ask',
      NODE_OPTIONS: '--no-warnings',
      PATH: `.:${dirname(join(source, 'node_modules/.bin/x'))}:${process.env['PATH'] ?? ''}`,
    })
    const report = join(source, 'loadline-report')
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' })
    const run = Run.parse(JSON.parse(readFileSync(join(report, 'verdict.json'), 'utf8')))
    expect(run.outcome).toBe('passed')
    expect(run.subject.revision).toBeUndefined()
    expect(existsSync(mark)).toBe(false)
    expect(readdirSync(outside)).toEqual(['kept'])
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
    const left = readdirSync(report, { recursive: true, encoding: 'utf8' })
    expect(left.filter((path) => lstatSync(join(report, path)).isSymbolicLink())).toEqual([])
    expect(all).toContain(join(report, 'deep/home'))

    expect(recorded[0]).toBe(source)
    expect(recorded[1]).toMatch(/^session .*--workdir \/( |$)/)
    expect(recorded).toContain('GIT_CONFIG_GLOBAL=/dev/null')
    expect(
      recorded.filter((line) => /^(SSH_AUTH_SOCK|GIT_ASKPASS|PATH=.*(:\.|\.:|node_modules\/\.bin))/.test(line)),
    ).toEqual([])
  })
})
