import { lastOfEachWay, programsRun, type AuditedDockerfile } from './audited-dockerfile.ts'
import type { ShellCommand } from '../formats/shell.ts'

/** How a user other than root has the rights of root in a shipped image, and the line that says so; undefined if nothing says so. */
export function rootBy(file: AuditedDockerfile, user: string): { line: number; how: string } | undefined {
  const shipped = file.steps.filter((step) => step.shipped)
  const programs = programsRun(shipped)
  const named = programs.find(({ command }) => makesRoot(command, user))
  if (named !== undefined)
    return { line: named.step.line, how: `which line ${named.step.line} makes another name of root` }
  const allowed = programs.find(({ command }) => allowsRoot(command, user))
  if (allowed !== undefined)
    return { line: allowed.step.line, how: `which line ${allowed.step.line} lets become root without a password` }
  const [start] = ['ENTRYPOINT', 'CMD'].flatMap((keyword) =>
    lastOfEachWay(file, keyword).flatMap((step) =>
      step?.programs?.commands.some(({ through }) => through.some(startsAsRoot)) === true ? [step] : [],
    ),
  )
  return start === undefined ? undefined : { line: start.line, how: `and line ${start.line} starts a program as root` }
}

function makesRoot(command: ShellCommand, user: string): boolean {
  const { name, args } = command
  if (/^(useradd|adduser|usermod)$/.test(name)) return args.includes(user) && userIdOf(args) === 0
  return linesWritten(command, /^\/etc\/passwd$/).some((line) => isRootEntry(line, user))
}

/** A rule of sudoers(5) or doas.conf(5) for this user, or for all. */
function allowsRoot(command: ShellCommand, user: string): boolean {
  const ofUser = (name: string | undefined) => name === user || name === 'ALL'
  return (
    linesWritten(command, /^\/etc\/sudoers(?:\.d\/.*)?$/).some(
      (line) => /\bNOPASSWD:\s*ALL\b/.test(line) && ofUser(line.trim().split(/\s/)[0]),
    ) ||
    linesWritten(command, /^\/etc\/doas(?:\.d\/.*|\.conf)$/).some(
      (line) => /^\s*permit\s(?:.*\s)?nopass\s/.test(line) && line.trim().split(/\s+/).includes(user),
    )
  )
}

/** The lines that a command writes into a file of that path. */
function linesWritten(command: ShellCommand, path: RegExp): string[] {
  const { name, args, texts, writesTo, inputFrom } = command
  if (![...writesTo, ...(name === 'tee' ? args : [])].some((file) => path.test(file))) return []
  const written = [...args, ...texts, ...inputFrom.flatMap((before) => [...before.args, ...before.texts])]
  return [...written, args.join(' ')].flatMap((text) => text.split(/\n|\\n/))
}

/** `sudo`, `doas`, `gosu root` and the like, without the option for another user. */
function startsAsRoot([first = '', ...words]: readonly string[]): boolean {
  const name = first.replace(/^.*\//s, '')
  if (name === 'gosu' || name === 'su-exec')
    return /^(?:root|0)(?::|$)/.test(words.find((word) => !word.startsWith('-')) ?? '')
  if (name !== 'sudo' && name !== 'doas') return false
  const option = words.findIndex((word) => /^(?:-[a-zA-Z]*u|--user)(?:$|=)|^-u./.test(word))
  if (option === -1) return true
  const user = /^(?:--user=|-u)(.+)$/.exec(words[option] ?? '')?.[1] ?? words[option + 1]
  return user === 'root' || user === '#0'
}

/** useradd and adduser: `-u 0`, `-u0`, `--uid 0`, `--uid=0`, and several letters behind one dash (`-ou 0`). */
function userIdOf(args: readonly string[]): number | undefined {
  for (const [index, word] of args.entries()) {
    const [, given] = /^(?:--uid=?|-[a-zA-Z]*u)(\d*)$/.exec(word) ?? []
    if (given !== undefined) return Number(given || args[index + 1])
  }
  return undefined
}

/** A line of passwd(5) with the user ID 0. */
function isRootEntry(line: string, user: string): boolean {
  const [name, , id = ''] = line.split(':')
  return name === user && /^0+$/.test(id)
}
