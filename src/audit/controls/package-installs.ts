import type { ShellCommand } from '../../formats/shell.ts'
import { isUnknown } from '../../formats/unknown-value.ts'
import { programsRun, unreadLines, type AuditedDockerfile, type AuditedStep } from '../audited-dockerfile.ts'
import { eachOr, onFile, type Control, type Judgement } from '../control.ts'
import { ofRules } from '../of-rules.ts'

/** Package managers, with their subcommands for refreshing lists and installing. */
const managers: ReadonlyArray<{ program: RegExp; refresh: RegExp; install: RegExp }> = [
  {
    program: /^(apt|apt-get|aptitude)$/,
    refresh: /^update$/,
    install: /^(install|upgrade|dist-upgrade|full-upgrade|build-dep|satisfy|reinstall)$/,
  },
  { program: /^apk$/, refresh: /^update$/, install: /^(add|upgrade|fix)$/ },
  {
    program: /^(yum|dnf|microdnf|tdnf)$/,
    refresh: /^(makecache|check-update)$/,
    install: /^(install|reinstall|upgrade|update|groupinstall|builddep|swap|localinstall|module|distro-sync)$/,
  },
  { program: /^zypper$/, refresh: /^(refresh|ref)$/, install: /^(install|in|update|up|dup|dist-upgrade|patch)$/ },
]

interface ManagerCall {
  command: ShellCommand
  manager: (typeof managers)[number]
  /** The first word that is not an option. */
  action: string
  operands: string[]
}

/** Options of package managers that take the next word. */
const valued = /^(-o|-c|-t|--option|--config-file|--target-release|--root|-p|--repository|-X|--installroot)$/

function callOf(command: ShellCommand): ManagerCall | undefined {
  const manager = managers.find(({ program }) => program.test(command.name))
  if (manager === undefined) return undefined
  const operands = command.args.filter(
    (word, index) => !word.startsWith('-') && !valued.test(command.args[index - 1] ?? ''),
  )
  return { command, manager, action: operands[0] ?? '', operands: operands.slice(1) }
}

/** Packages that a shipped image rarely needs: network tools, editors, compilers, administration tools. */
const unneeded =
  /^(curl|wget|vim|vim-\w+|nano|emacs|telnet|inetutils-telnet|netcat|netcat-\w+|nmap|ncat|openssh|openssh-(server|client|clients)|ssh|sudo|strace|ltrace|gdb|git|build-essential|gcc|g\+\+|make|cmake|tcpdump|iputils-ping|net-tools|dnsutils|bind-utils|bind-tools|socat|rsync|ftp|lsof|htop)$/

export const unneededPackages: Control = {
  id: 'cis-4.3',
  title: 'The image has no unnecessary packages',
  severity: 'low',
  remedy:
    'Install with --no-install-recommends, keep shell and network tools out of the shipped stage, or start from a distroless base.',
  ofRun: (run) => ofRules(run, ['package-managers', 'shells', 'ssh-server'], 'manual'),
  ofDockerfile(file) {
    const shipped = file.steps.filter((step) => step.shipped)
    const isConfigured = programsRun(file.steps).some(({ command }) => withoutRecommends(command))
    return eachOr(
      programsRun(shipped).flatMap(({ command, step }) => {
        const call = callOf(command)
        if (call === undefined || !/^(install|add|in)$/.test(call.action)) return []
        return [...recommended(file, call, step, isConfigured), ...needless(file, call, step)]
      }),
      onFile(
        file,
        'manual',
        `no package known to be unnecessary is installed; decide whether the rest is needed${butUnread(shipped)}`,
      ),
    )
  },
}

function recommended(
  file: AuditedDockerfile,
  { command }: ManagerCall,
  { line }: AuditedStep,
  isConfigured: boolean,
): Judgement[] {
  if (!/^apt(-get)?$/.test(command.name) || isConfigured) return []
  const isOff = command.args.some(
    (word) => word === '--no-install-recommends' || /^(-o)?APT::Install-Recommends=(0|false|no|off)$/i.test(word),
  )
  return isOff ? [] : [onFile(file, 'fail', `${command.name} install without --no-install-recommends`, line)]
}

function needless(file: AuditedDockerfile, { command, operands }: ManagerCall, { line }: AuditedStep): Judgement[] {
  const named = operands.map((word) => word.replace(/[=:<>~@][^]*/, '')).filter((word) => unneeded.test(word))
  return named.length === 0 ? [] : [onFile(file, 'fail', `${command.name} installs ${named.join(', ')}`, line)]
}

/** An apt configuration that disables recommended packages for every step. */
function withoutRecommends({ args, texts, writesTo }: ShellCommand): boolean {
  return (
    writesTo.some((file) => file.includes('/apt/')) &&
    [...args, ...texts].some((text) => /APT::Install-Recommends\s+"?(0|false|no|off)/i.test(text))
  )
}

export const updateAlone: Control = {
  id: 'cis-4.7',
  title: 'Package lists are refreshed in the step that installs from them',
  severity: 'low',
  remedy: 'Join the two: RUN apt-get update && apt-get install ...; otherwise the cached list silently goes stale.',
  ofDockerfile(file) {
    const runs = file.steps.filter(({ keyword }) => keyword === 'RUN')
    const unread = unreadLines(runs)
    return eachOr(
      runs.flatMap((step) => refreshedAlone(file, step)),
      unread.length > 0
        ? onFile(file, 'manual', `steps that cannot be read may refresh lists separately${butUnread(runs)}`, unread[0])
        : onFile(file, 'pass', 'no separate refresh of package lists'),
    )
  },
}

function refreshedAlone(file: AuditedDockerfile, step: AuditedStep): Judgement[] {
  const commands = step.programs?.commands ?? []
  const calls = commands.flatMap((command) => callOf(command) ?? [])
  const alone = calls.filter(
    ({ manager, action }) =>
      manager.refresh.test(action) &&
      !calls.some((other) => other.manager === manager && manager.install.test(other.action)),
  )
  const [first] = alone
  if (first === undefined) return []
  // A script in the image may install packages, which cannot be seen here.
  const runsScript = commands.some(
    ({ name, args }) =>
      name.endsWith('.sh') ||
      isUnknown(name) ||
      (/^(ba|da|z)?sh$/.test(name) && args.some((word) => /^[^-].*/.test(word) && !args.includes('-c'))),
  )
  const said = `RUN ${step.text.slice(0, 80)}`
  return [
    runsScript
      ? onFile(file, 'manual', `${said}: decide whether the script that it starts installs packages`, step.line)
      : onFile(file, 'fail', said, step.line),
  ]
}

/** The addition if steps could not be read. */
export function butUnread(steps: readonly AuditedStep[]): string {
  const lines = unreadLines(steps)
  return lines.length === 0
    ? ''
    : `; not read: the commands of line ${lines.slice(0, 5).join(', ')}${lines.length > 5 ? ' and more' : ''}`
}
