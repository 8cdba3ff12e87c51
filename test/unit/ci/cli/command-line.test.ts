import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommanderError, type Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../../../ci/cli/command-line.ts'

interface Parsed {
  operands: string[]
  options: Record<string, unknown>
}

/** What a call comes to; nothing runs. Throws where the command line refuses it. */
async function parsed(...argv: string[]): Promise<Parsed> {
  let found: Parsed | undefined
  const observe = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    command.action(() => {
      found = { operands: command.args, options: command.opts() }
    })
    for (const inner of command.commands) observe(inner)
  }
  const program = await commandLine((name) => name === argv[0])
  for (const command of program.commands) observe(command)
  await program.configureOutput({ writeErr: () => undefined }).parseAsync(argv, { from: 'user' })
  if (found === undefined) throw new Error(`${argv.join(' ')} ran nothing`)
  return found
}

const all = await commandLine()

/** Every list of every command, by the words that lead to it. */
function lists(command: Command, words: string[] = []): Array<[words: string, option: string]> {
  return [
    ...command.options
      .filter(({ description }) => description.includes('; repeatable'))
      .map(({ long }): [string, string] => [words.join(' '), long ?? '']),
    ...command.commands.flatMap((inner) => lists(inner, [...words, inner.name()])),
  ]
}

describe('a list of the command line', () => {
  let directory: string
  const before = process.cwd()
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'loadline-lists-'))
    for (const path of ['orders', 'linux/amd64', 'services/billing'])
      mkdirSync(join(directory, path), { recursive: true })
    for (const path of ['one.sarif', 'two.sarif']) writeFileSync(join(directory, path), '{}')
    process.chdir(directory)
  })
  afterAll(() => {
    process.chdir(before)
    rmSync(directory, { recursive: true })
  })

  it('is one of these', () => {
    expect(lists(all).map((found) => found.join(' '))).toEqual([
      'build-and-scan --additional-sarif',
      'build-and-scan --platform',
      'build-and-scan --build-arg',
      'build-and-scan --build-secret',
      'build-and-scan --label',
      'build-and-scan --tag',
      'verify --certificate-claim',
      'reverdict --certificate-claim',
      'merge --expect',
      'tools --released',
      'bases --candidate',
      'bases --platform',
      'bases --build-arg',
      'bases --build-secret',
      'repair --platform',
      'repair --build-arg',
      'repair --build-secret',
      'scaffold --target',
      'scaffold --compliance',
      'policy test --platform',
    ])
  })

  // `loadline tools` takes no source.
  it.each(lists(all).filter(([words]) => words !== 'tools'))(
    '%s %s leaves a source that follows it alone',
    async (words, option) => {
      const others = words === 'merge' && option !== '--expect' ? ['--expect', 'orders'] : []
      for (const source of ['orders', './orders', 'services/billing', '/tmp', '.'])
        for (const given of [
          [option, 'value', source],
          [`${option}=value`, source],
          [option, 'one', option, 'two', source],
        ])
          expect((await parsed(...words.split(' '), ...others, ...given)).operands).toEqual([source])
    },
  )

  it.each([
    [['build-and-scan', '--platform', 'linux/arm64,linux/arm/v7', '.'], 'platform', ['linux/arm64', 'linux/arm/v7']],
    [
      ['build-and-scan', '--platform', 'linux/arm64', '--platform', 'windows/amd64', '.'],
      'platform',
      ['linux/arm64', 'windows/amd64'],
    ],
    [['build-and-scan', '--build-arg', 'A=1,2', '--build-arg', 'B=x y', '.'], 'buildArg', ['A=1,2', 'B=x y']],
    [['build-and-scan', '--tag', 'type=semver,pattern={{major}}', '.'], 'tag', ['type=semver,pattern={{major}}']],
    [['merge', '--expect', 'orders, billing', '.'], 'expect', ['orders', 'billing']],
  ])('%j has the values of %s', async (argv, name, values) => {
    const { operands, options } = await parsed(...argv)
    expect({ operands, values: options[name] }).toEqual({ operands: ['.'], values })
  })

  it.each([
    [['build-and-scan', '--platform', 'linux/arm64', 'linux/s390x', '.'], 'platform', ['linux/arm64', 'linux/s390x']],
    [['build-and-scan', '--build-arg', 'A=1', 'B=2', '.'], 'buildArg', ['A=1', 'B=2']],
    [['build-and-scan', '--label', 'a.b=1', 'c=2', '.'], 'label', ['a.b=1', 'c=2']],
    [['build-and-scan', '--tag', 'type=sha', 'type=edge', '.'], 'tag', ['type=sha', 'type=edge']],
    [
      ['build-and-scan', '--additional-sarif', 'one.sarif', 'two.sarif', '.'],
      'additionalSarif',
      ['one.sarif', 'two.sarif'],
    ],
    [
      ['bases', '--candidate', 'debian:12', 'gcr.io/a/b@sha256:1', '.'],
      'candidate',
      ['debian:12', 'gcr.io/a/b@sha256:1'],
    ],
    [['scaffold', '--target', 'compose', 'ecs', '.'], 'target', ['compose', 'ecs']],
    [['merge', '.', '--expect', 'orders', 'billing'], 'expect', ['orders', 'billing']],
  ])('%j: a word that can be nothing else is one more value of %s', async (argv, name, values) => {
    const { operands, options } = await parsed(...argv)
    expect({ operands, values: options[name] }).toEqual({ operands: ['.'], values })
  })

  it('takes no directory for a value, whatever it is called', async () => {
    expect(await parsed('build-and-scan', '--platform', 'linux/arm64', 'linux/amd64')).toMatchObject({
      operands: ['linux/amd64'],
      options: { platform: ['linux/arm64'] },
    })
    expect((await parsed('merge', 'reports/orders', '--expect', 'orders', 'reports/billing')).operands).toEqual([
      'reports/orders',
      'reports/billing',
    ])
  })

  it('ends at the next option and at two dashes', async () => {
    expect(
      await parsed('build-and-scan', 'a', '--build-arg', 'A=1', '--policy', 'p=1', '--json', 'b', '--', 'C=3'),
    ).toMatchObject({ operands: ['a', 'b', 'C=3'], options: { buildArg: ['A=1'], policy: 'p=1' } })
  })
})

/** The words that lead to each command and group. */
function paths(command: Command, words: string[] = []): string[][] {
  return command.commands.flatMap((inner) => [[...words, inner.name()], ...paths(inner, [...words, inner.name()])])
}

describe('the help of', () => {
  // `loadline dagger --help` alone is no exception to commander: it runs, and runs nothing.
  const asked = paths(all).flatMap((path) =>
    path[0] === 'dagger' ? [['help', ...path]] : [[...path, '--help'], ['help', ...path].slice(0, 2)],
  )

  const printed = async (argv: string[]): Promise<{ said: string; ended: unknown; exitCode: number | undefined }> => {
    let said = ''
    let exitCode: number | undefined
    const program = await commandLine(undefined, (code) => (exitCode = code))
    const listen = (command: Command): void => {
      command.configureOutput({ writeOut: (text) => (said += text), writeErr: () => undefined })
      for (const inner of command.commands) listen(inner)
    }
    listen(program)
    const ended = await program.parseAsync(argv, { from: 'user' }).catch((thrown: unknown) => thrown)
    return { said, ended, exitCode }
  }

  it.each(asked)('%s %s runs nothing', async (...argv) => {
    const { said, ended, exitCode } = await printed(argv.filter((word) => word !== undefined))
    expect(said).toMatch(/^Usage: loadline /)
    expect(ended).toBeInstanceOf(CommanderError)
    expect([(ended as CommanderError).exitCode, exitCode]).toEqual([0, undefined])
  })

  it.each(['--help', '-h'])('dagger %s is its own, and starts no engine', async (option) => {
    const { said, exitCode } = await printed(['dagger', option])
    expect([said.split('\n')[0], exitCode]).toEqual(['Usage: loadline dagger [arguments...]', 0])
  })
})
