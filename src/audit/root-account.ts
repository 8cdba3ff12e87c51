import { editors, stepsOfAccounts, writtenAccounts } from './account-files.ts'
import { lastOfEachWay, programsRun, type AccountFile, type AuditedDockerfile } from './audited-dockerfile.ts'
import type { ShellCommand } from '../formats/shell.ts'

/** How a user other than root has the rights of root in a shipped image, and the line that says so; undefined if nothing says so. `isKnown` is false if only a person can tell. */
export function rootBy(
  file: AuditedDockerfile,
  user: string,
): { line: number; how: string; isKnown: boolean } | undefined {
  const programs = programsRun(stepsOfAccounts(file.steps))
  const commands = programs.map(({ command }) => command)
  const isNumber = /^\d+$/.test(user)
  const users = new Set(isNumber ? [user, ...namesOf(commands, Number(user))] : [user])
  const written = [
    ...programs.flatMap(({ command, step }) => writtenAccounts(command, step.line)),
    ...file.copiedAccounts,
  ]
  const named =
    programs.find(({ command }) => makesRoot(command, users))?.step ??
    written.find(
      ({ path, lines }) => path === '/etc/passwd' && lines?.some((line) => isRootEntry(line, users)) === true,
    )
  if (named !== undefined)
    return { line: named.line, how: `which line ${named.line} makes another name of root`, isKnown: true }
  const groups = groupsOf(commands, users).map((group) => `%${group}`)
  const allowed = allowing(written, new Set([...users, ...groups, 'ALL', '%ALL']))
  if (allowed !== undefined)
    return {
      line: allowed.line,
      how: `which line ${allowed.line} lets become root without a password`,
      isKnown: true,
    }
  const [start] = ['ENTRYPOINT', 'CMD'].flatMap((keyword) =>
    lastOfEachWay(file, keyword).flatMap((step) =>
      step?.programs?.commands.some(({ through }) => through.some(startsAsRoot)) === true ? [step] : [],
    ),
  )
  if (start !== undefined)
    return { line: start.line, how: `and line ${start.line} starts a program as root`, isKnown: true }
  const unseen = written.find(({ path, lines }) => lines === undefined && !(isNumber && path === '/etc/passwd'))
  return unseen === undefined
    ? undefined
    : {
        line: unseen.line,
        how: `and line ${unseen.line} puts ${unseen.path} there: decide whether it gives this user the rights of root`,
        isKnown: false,
      }
}

/** The most names that are sought in the expressions of an editor. */
const mostSought = 100

function makesRoot(command: ShellCommand, users: ReadonlySet<string>): boolean {
  const { name, args } = command
  if (ofAccounts.test(name)) return userIdOf(args) === 0 && args.some((word) => users.has(word))
  if (editors.test(name) && args.includes('/etc/passwd')) {
    const changes = args.filter((word) => /:0+(?::|\b)/.test(word))
    return [...users].slice(0, mostSought).some((user) => changes.some((word) => word.includes(user)))
  }
  return false
}

const ofAccounts = /^(useradd|adduser|usermod|addgroup|gpasswd)$/

/** What can be the name of a user with that ID: every word of the commands that give it. */
function namesOf(commands: readonly ShellCommand[], id: number): string[] {
  return commands.flatMap(({ name, args }) =>
    ofAccounts.test(name) && userIdOf(args) === id ? args.filter((word) => /^[a-z_]/i.test(word)) : [],
  )
}

/** What can be a group of one of the users: every word beside them. */
function groupsOf(commands: readonly ShellCommand[], users: ReadonlySet<string>): string[] {
  return commands.flatMap(({ name, args }) =>
    ofAccounts.test(name) && args.some((word) => users.has(word)) ? args.flatMap((word) => word.split(',')) : [],
  )
}

/** The first file with a rule of sudoers(5) or doas.conf(5) for one of these. */
function allowing(written: readonly AccountFile[], names: ReadonlySet<string>): AccountFile | undefined {
  return written.find(({ path, lines = [] }) =>
    path.startsWith('/etc/sudoers')
      ? lines.some((line) => allowsBySudo(line, names))
      : path.startsWith('/etc/doas') && lines.some((line) => allowsByDoas(line, names)),
  )
}

function allowsBySudo(line: string, names: ReadonlySet<string>): boolean {
  const [, whose] = /^\s*Defaults(?::(\S+))?\s(?:.*[\s,])?!authenticate\b/.exec(line) ?? ['', '']
  if (whose === undefined || whose.split(',').some((name) => names.has(name))) return true
  return /\bNOPASSWD:\s*(?:[A-Z]+:\s*)*ALL\b/.test(line) && names.has(line.trim().split(/\s/)[0] ?? '')
}

function allowsByDoas(line: string, names: ReadonlySet<string>): boolean {
  return (
    /^\s*permit\s(?:.*\s)?nopass\s/.test(line) && line.split(/\s+/).some((word) => names.has(word.replace(/^:/, '%')))
  )
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
function isRootEntry(line: string, users: ReadonlySet<string>): boolean {
  const [name = '', , id = ''] = line.split(':', 3)
  return users.has(name) && /^0+$/.test(id)
}
