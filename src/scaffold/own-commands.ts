import type { Step } from '../formats/dockerfile/dockerfile.ts'
import { readProgram, readShell, type ShellCommand } from '../formats/shell.ts'
import { isUnknown, showUnknown } from '../formats/unknown-value.ts'
import type { Language } from './application.ts'

/** Commands that change nothing which the image needs: users, rights, folders, caches, conditions. */
const harmless =
  /^(?:|\.|date|useradd|adduser|groupadd|addgroup|usermod|chown|chmod|mkdir|rm|rmdir|ls|true|:|set|cd|export|test|\[|\[\[|pwd|id|which|command|for|tr|exit|unset|source|umask|sync|hash)$/

const installers = /^(?:apt-get|apt|apk|dnf|yum|microdnf|zypper)$/

/** What the scaffold's Dockerfile does too, by the language of the application. */
const same: Readonly<Record<Language, RegExp>> = {
  python:
    /^(?:(?:\S*python3? -m )?\S*pip3? (?:install .*(?:-r|--requirement|--upgrade pip|-U pip|\bpoetry\b|\buv\b|\bpipenv\b|\bpdm\b| \.$|setuptools|wheel)|cache|--version)|(?:poetry|pdm|uv) (?:install|sync|export|config|lock|pip|venv|cache)|\S*python3? -m (?:venv|compileall|ensurepip))/,
  node: /^(?:npm (?:ci|prune|cache|config|set)|(?:npm|yarn|pnpm) (?:(?:run )?build|run tsc)$|(?:npm|pnpm|yarn) (?:install|i)(?: -\S+)*$|yarn(?: -\S+)*$|pnpm (?:prune|fetch|config|store)|yarn (?:cache|config|workspaces focus)|corepack|npm (?:install|i) (?:-g|--global) (?:-\S+ )*(?:npm|yarn|pnpm|corepack)(?:@\S+)?$)/,
  go: /^go (?:mod|env|version|build(?!.*(?: -tags| -X |=-X))|install \.)/,
  java: /^\S*(?:mvnw?|gradlew?) /,
  rust: /^cargo (?:build|fetch|chef|install cargo-chef)/,
}

/** What a RUN does that the scaffold's Dockerfile does not, each with its line. */
export function commandsOf(step: Step, language: Language): string[] {
  const { script, words, environment, line } = step
  const { commands, isWhole } = script === undefined ? readProgram(words, environment) : readShell(script, environment)
  const packages = commands.flatMap(packagesOf)
  const others = commands.filter((command) => !isKnown(command, language)).map(shown)
  return [
    ...(packages.length === 0 ? [] : [`packages ${[...new Set(packages)].join(', ')} (line ${line})`]),
    ...[...new Set(others)].map((text) => `${text} (line ${line})`),
    ...(isWhole ? [] : [`a RUN that cannot be read as a whole (line ${line})`]),
  ]
}

function isKnown(command: ShellCommand, language: Language): boolean {
  const { name, args, writesTo } = command
  const writes = writesTo.some((file) => !file.startsWith('/dev/'))
  if (installers.test(name)) return true
  if (/^(?:echo|printf|cat)$/.test(name)) return !writes
  // A shell by itself reads what is reported beside it; a script is no command that is known.
  const isShell = /^(?:sh|bash)$/.test(name) && args.every((word) => word.startsWith('-'))
  return ((isShell || harmless.test(name)) && !writes) || same[language].test([name, ...args].join(' '))
}

/** The packages of a distribution that a command installs. */
function packagesOf({ name, args }: ShellCommand): string[] {
  if (!installers.test(name) || !args.some((word) => word === 'install' || word === 'add')) return []
  const values = new Set(
    args.flatMap((word, index) => (/^(?:-t|--virtual|-o|--repository)$/.test(word) ? [index + 1] : [])),
  )
  return args.filter(
    (word, index) =>
      !/^-|^(?:install|add)$/.test(word) && !values.has(index) && !isUnknown(word) && word !== 'ca-certificates',
  )
}

function shown({ name, args, writesTo }: ShellCommand): string {
  const words = [name, ...args, ...writesTo.map((file) => `> ${file}`)]
    .map(showUnknown)
    .join(' ')
    .replaceAll(/\s+/g, ' ')
  return words.length > 100 ? `${words.slice(0, 97)}...` : words
}
