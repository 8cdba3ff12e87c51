import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { execa } from 'execa'
import { findDebianProgram } from '../browser/debian-program.ts'
import type { Screen } from './screen-svg.ts'

/** A real terminal of a fixed size, in which a person would have typed. */
export interface Terminal {
  /** Types a command and waits for the next prompt. Gives its exit code. */
  run(command: string, whileRunning?: () => Promise<void>): Promise<number>
  /** What the window shows now, or all that was ever shown in it. */
  screen(extent?: 'window' | 'everything'): Promise<Screen>
  close(): Promise<void>
}

/** Opens a terminal with `loadline` on its path, in a directory. `scratch` holds its socket and the file that its shell reads. */
export async function openTerminal({
  columns,
  rows,
  directory,
  scratch,
  program,
}: {
  columns: number
  rows: number
  directory: string
  scratch: string
  program: string
}): Promise<Terminal> {
  const path = await findDebianProgram({ names: ['tmux'], packages: ['tmux'], neededBy: 'npm run pictures' })
  const tmux = async (...argv: string[]) =>
    (
      await execa(path, ['-u', '-S', join(scratch, 'socket'), '-f', '/dev/null', ...argv], {
        stdin: 'ignore',
        env: { NO_COLOR: undefined, FORCE_COLOR: undefined },
      })
    ).stdout
  // The shell tells when it prompts, and how the last command ended: nothing has to be guessed from what is on the screen.
  const shell = join(scratch, 'shell')
  await writeFile(
    shell,
    `PS1='$ '\nPROMPT_COMMAND='tmux set-option -g @exit $?; tmux wait-for -S prompt'\nloadline() { node "${program}" "$@"; }\n`,
  )
  await tmux(
    'new-session',
    '-d',
    '-s',
    'picture',
    '-x',
    String(columns),
    '-y',
    String(rows),
    '-c',
    directory,
    'sleep',
    'infinity',
  )
  await tmux('set-option', '-g', 'status', 'off')
  await tmux('set-option', '-g', 'history-limit', '10000')
  await tmux('set-option', '-g', 'default-terminal', 'tmux-256color')
  await tmux('new-window', '-k', '-t', 'picture:0', '-c', directory, 'bash', '--noprofile', '--rcfile', shell, '-i')
  await tmux('wait-for', 'prompt')

  return {
    async run(command, whileRunning) {
      await tmux('send-keys', '-t', 'picture', '-l', command)
      await tmux('send-keys', '-t', 'picture', 'Enter')
      const end = tmux('wait-for', 'prompt').then(() => 'ended' as const)
      if (whileRunning !== undefined) {
        do await whileRunning()
        while ((await Promise.race([end, setTimeout(100)])) !== 'ended')
      }
      await end
      return Number(await tmux('show-options', '-gv', '@exit'))
    },
    async screen(extent = 'window') {
      const text = await tmux(
        'capture-pane',
        '-p',
        '-e',
        '-t',
        'picture',
        ...(extent === 'everything' ? ['-S', '-'] : []),
      )
      return { lines: text.split('\n'), columns }
    },
    async close() {
      await tmux('kill-server')
    },
  }
}
