import { CommanderError, type Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandLine } from '../../ci/cli/command-line.ts'
import { filesBelow, read } from './source-files.ts'

const pages = [
  'README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  ...filesBelow('docs', '.md'),
  ...filesBelow('examples', 'README.md'),
]
const scripts = ['examples/ci/deliver.sh', 'examples/ci/gitlab-ci.yml']

/** Commands of Loadline in code blocks, however they are called, with the line on which each stands. */
function commandsOf(path: string): Array<{ place: string; argv: string[] }> {
  let inBlock = scripts.includes(path)
  const continued = read(path).replaceAll(/\\\n\s*/g, ' ')
  return continued.split('\n').flatMap((line, index) => {
    if (/^\s*```/.test(line)) inBlock = !inBlock
    const indented = /^ {4}\S/.test(line)
    if (!inBlock && !indented) return []
    const [, script, rest] =
      /^\s*(?:exec |sudo |eval "\$\()?(?:npm run (build-and-scan|loadline|dagger) --|npx loadline|loadline|node \S*loadline\.mjs) (.*)$/.exec(
        line,
      ) ?? []
    if (rest === undefined) return []
    const words = [
      ...rest
        .replace(/(\s+#| {2,}).*$/, '')
        .replace(/ [|>].*$/, '')
        .matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ].map(([, double, single, bare]) => double ?? single ?? bare ?? '')
    return [
      {
        place: `${path}:${index + 1}`,
        argv: [...(script === undefined || script === 'loadline' ? [] : [script]), ...words],
      },
    ]
  })
}

/** Parses as the command line does, and runs nothing. */
async function parsed(argv: string[]): Promise<string | undefined> {
  const program = await commandLine()
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    command.action(() => undefined)
    for (const inner of command.commands) quiet(inner)
  }
  for (const command of program.commands) quiet(command)
  try {
    await program
      .exitOverride()
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
      .parseAsync(argv, { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined
    return (error as Error).message
  }
}

const commands = [...pages, ...scripts].flatMap(commandsOf)

describe('every command in the documentation', () => {
  // Loads the modules of every command: not the business of whichever line comes first.
  beforeAll(() => commandLine(), 300_000)

  it('is found: there are some on most pages', () => {
    expect(new Set(commands.map(({ place }) => place.split(':')[0])).size).toBeGreaterThan(10)
  })

  it.each(commands.map(({ place, argv }) => [place, argv] as const))(
    '%s is one that the command line understands',
    async (_, argv) => {
      expect(await parsed(argv)).toBeUndefined()
    },
  )

  it('would be refused if it were not valid', async () => {
    expect(await parsed(['build-and-scan', '.', '--no-such-option'])).toContain('unknown option')
    expect(await parsed(['no-such-command'])).toContain('unknown command')
  })
})

it('the pipeline for GitLab is YAML that keeps its reports whatever happens', () => {
  expect(parse(read('examples/ci/gitlab-ci.yml'))).toMatchObject({
    image: { artifacts: { when: 'always', reports: { junit: 'loadline-report/report.junit.xml' } } },
  })
})
