import { programsRun, type AuditedDockerfile } from './audited-dockerfile.ts'
import type { ShellCommand } from '../formats/shell.ts'

/** The line of a RUN that gives a user of this name the rights of root, by the user ID 0 under another name. */
export function lineOfRootAccount(file: AuditedDockerfile, name: string): number | undefined {
  const shipped = file.steps.filter((step) => step.shipped)
  return programsRun(shipped).find(({ command }) => makesRoot(command, name))?.step.line
}

function makesRoot(command: ShellCommand, user: string): boolean {
  const { name, args, texts, writesTo } = command
  if (/^(useradd|adduser|usermod)$/.test(name)) return args.includes(user) && userIdOf(args) === 0
  const isPasswd = [...writesTo, ...(name === 'tee' ? args : [])].includes('/etc/passwd')
  if (!isPasswd) return false
  const written = [...args, ...texts, ...command.inputFrom.flatMap((before) => [...before.args, ...before.texts])]
  return written.some((text) => text.split(/\n|\\n/).some((line) => isRootEntry(line, user)))
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
