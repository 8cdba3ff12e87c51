import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEngine } from '../../ci/run/choose-engine.ts'
import { root } from '../repo/source-files.ts'

/** A project of somebody who installed the package and has nothing else of Loadline. */
let project: string
let packed: { filename: string; size: number; files: Array<{ path: string }> }
let env: Record<string, string>

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'loadline-consumer-'))
  // The real example, but for the package's name in a registry, which the packed file stands for.
  cpSync(join(root, 'examples/library'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"name": "consumer", "private": true, "type": "module"}\n')
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', project], { cwd: root })
  packed = (JSON.parse(stdout.slice(stdout.indexOf('['))) as [typeof packed])[0]
  await execa('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', join(project, packed.filename)], {
    cwd: project,
  })
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true })
  for (const name of ['vitest', '@types/node'])
    if (!existsSync(join(project, 'node_modules', name)))
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
  const engine = await findEngine({ say: () => undefined })
  env = { ...engine.env, npm_command: '', ...(engine.lockFile === undefined ? {} : { LOADLINE_LOCK: engine.lockFile }) }
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('the npm package', () => {
  it('is small, and has no output of builds but the prebuilt program, and no tests', () => {
    // Everything that it runs is in it, with the maps to its sources: half of the bytes are of other projects, which were packages beside it before.
    expect(statSync(join(project, packed.filename)).size).toBeLessThan(2_700_000)
    expect(
      packed.files.filter(({ path }) =>
        /(^|\/)(node_modules|test|coverage|loadline-report)\/|^dist\/(?!program\/)|_test\.go$|\.(tgz|tar|exe|so)$/.test(
          path,
        ),
      ),
    ).toEqual([])
  })

  it('exports exactly the names that its page lists', async () => {
    const program = "console.log(JSON.stringify(Object.keys(await import('loadline'))))"
    const { stdout } = await execa('node', ['--input-type=module', '--eval', program], { cwd: project, env })
    const page = readFileSync(join(root, 'docs/library.md'), 'utf8')
    const names = JSON.parse(stdout) as string[]
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !new RegExp(`\`${name}\\b`).test(page))).toEqual([])
  })

  it('is typed for a strict project', async () => {
    const uses =
      "import { buildAndScan, exitCodeOf, type Run } from 'loadline'\nconst { run } = await buildAndScan('.', { platform: ['linux/amd64'] })\nexport const outcome: Run['outcome'] = run.outcome\nexport const code: 0 | 1 | 2 | 3 | 4 = exitCodeOf(run)\n// @ts-expect-error there is no such option\nawait buildAndScan('.', { platfrom: [] })\n"
    writeFileSync(join(project, 'uses.ts'), uses)
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          module: 'NodeNext',
          strict: true,
          skipLibCheck: true,
          noEmit: true,
          types: ['node'],
        },
        files: ['uses.ts', 'gate.test.ts'],
      }),
    )
    const { stdout, exitCode } = await execa(join(root, 'node_modules/.bin/tsc'), ['-p', project], {
      cwd: project,
      reject: false,
    })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
  })

  it('has the command line, which reads policies without an engine', async () => {
    const { stdout } = await execa('npx', ['--no-install', 'loadline', 'policy', 'explain', 'user', '--json'], {
      cwd: project,
      env: { npm_command: '' },
    })
    expect(JSON.parse(stdout)).toMatchObject({ id: 'user', setting: { level: 'deny' } })
  })

  it.each([
    ['examples/fastapi-postgres', 0, '1 passed'],
    ['examples/legacy-app', 1, 'rejected'],
  ])('gates %s by the test of the example', async (source, code, said) => {
    const ended = await execa('node', ['node_modules/vitest/vitest.mjs', 'run', '--root', project], {
      cwd: project,
      reject: false,
      all: true,
      env: { ...env, SOURCE: join(root, source), VITEST: '' },
    })
    expect({ exitCode: ended.exitCode, all: ended.all }).toEqual({ exitCode: code, all: expect.stringContaining(said) })
  })
})
