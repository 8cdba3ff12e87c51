import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../../ci/cli/command-line.ts'
import { completionScript, shells } from '../../../../ci/cli/completion-script.ts'

const program = await commandLine()

/** What bash offers when a person presses Tab after these words. */
function offered(...words: string[]): string[] {
  const script = `${completionScript(program, 'bash')}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(( $# - 1 ))\n_loadline\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`
  const run = spawnSync('bash', ['-s', 'loadline', ...words], {
    input: script,
    encoding: 'utf8',
    cwd: import.meta.dirname,
  })
  expect(run.stderr).toBe('')
  return run.stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it('offers commands, and those below them', () => {
    expect(offered('')).toEqual(expect.arrayContaining(['build-and-scan', 'verify', 'doctor', 'completion', '--help']))
    expect(offered('')).not.toContain('github-action')
    expect(offered('policy', 'e')).toEqual(['explain'])
    expect(offered('policy', '')).toEqual(expect.arrayContaining(['explain', 'test', 'schema']))
  })

  it('offers the options of the command that was written, and the choices of an option', () => {
    expect(offered('build-and-scan', '.', '--vul')).toEqual(['--vulnerability-database'])
    expect(offered('build-and-scan', '--progress', '')).toEqual(['auto', 'live', 'plain', 'none'])
    expect(offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
  })

  it('offers files where an option takes one', () => {
    expect(offered('build-and-scan', '--policy', 'compl')).toEqual(['completion.test.ts'])
  })
})

describe.each(shells)('the script for %s', (shell) => {
  it('names every visible command and option', () => {
    const script = completionScript(program, shell)
    const visible = program.commands.filter((inner) => !inner.name().startsWith('github-'))
    const options = visible.flatMap((command) =>
      command.options.flatMap(({ long, hidden }) =>
        long === undefined || hidden ? [] : [shell === 'fish' ? `-l ${long.slice(2)}` : long],
      ),
    )
    expect([...visible.map((command) => command.name()), ...options].filter((word) => !script.includes(word))).toEqual(
      [],
    )
    expect(options.length).toBeGreaterThan(50)
  })
})
