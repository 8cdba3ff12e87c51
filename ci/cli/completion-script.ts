import type { Command, Option } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** One command of the tree, by the words that lead to it: `['policy', 'explain']`. */
interface Entry {
  words: string[]
  commands: Array<{ name: string; description: string }>
  options: readonly Option[]
  /** Choices for its first argument. */
  choices: readonly string[]
}

/**
 * The completion script of a shell, generated from the command line itself, so the two cannot differ. Whatever takes a free value completes
 * to file names. Pressing Tab starts no process.
 */
export function completionScript(program: Command, shell: Shell): string {
  const entries = entriesOf(program, [])
  const name = program.name()
  switch (shell) {
    case 'bash':
      return `${bashFunction(name, entries)}complete -o default -F _${name} ${name}\n`
    case 'zsh':
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashFunction(name, entries)}complete -o default -F _${name} ${name}\n`
    case 'fish':
      return fishScript(name, entries)
  }
}

function entriesOf(command: Command, words: string[]): Entry[] {
  const visible = command.createHelp().visibleCommands(command)
  const entry = {
    words,
    commands: visible.map((inner) => ({ name: inner.name(), description: inner.description() })),
    options: command.createHelp().visibleOptions(command),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }
  return [
    entry,
    ...visible
      .filter((inner) => inner.name() !== 'help')
      .flatMap((inner) => entriesOf(inner, [...words, inner.name()])),
  ]
}

/** Bash words are not quoted below: names of commands, options and choices contain nothing that the shell interprets. */
function bashFunction(name: string, entries: readonly Entry[]): string {
  const commands = entries
    .filter(({ words }) => words.length > 0)
    .map(
      ({ words }) =>
        `      ${JSON.stringify(`${words.slice(0, -1).join(' ')}${words.length > 1 ? ' ' : ''}${words.at(-1)}`)}) path="$candidate" ;;`,
    )
  const cases = entries.map(({ words, commands: inner, options, choices }) => {
    const values = options.filter((option) => option.required || option.optional)
    const chosen = values.filter((option) => option.argChoices !== undefined)
    const files = values.filter((option) => option.argChoices === undefined)
    const flags = (list: readonly Option[]) =>
      list.flatMap(({ long, short }) => [long, short].filter((flag) => flag !== undefined && flag !== null)).join('|')
    const lines = [
      ...chosen.map(
        (option) =>
          `        ${flags([option])}) COMPREPLY=($(compgen -W ${JSON.stringify(option.argChoices?.join(' '))} -- "$cur")); return ;;`,
      ),
      ...(files.length === 0 ? [] : [`        ${flags(files)}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`]),
    ]
    const known = [
      ...inner.map((command) => command.name),
      ...choices,
      ...options.map(({ long }) => long ?? ''),
    ].filter((word) => word !== '')
    return `    ${JSON.stringify(words.join(' '))})\n${lines.length === 0 ? '' : `      case "$prev" in\n${lines.join('\n')}\n      esac\n`}      known=${JSON.stringify(known.join(' '))} ;;\n`
  })
  return `_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" candidate="" known="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    candidate="\${path:+$path }\${COMP_WORDS[index]}"
    case "$candidate" in
${commands.join('\n')}
    esac
  done
  case "$path" in
${cases.join('')}  esac
  COMPREPLY=($(compgen -W "$known" -- "$cur"))
}
`
}

function fishScript(name: string, entries: readonly Entry[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = entries.flatMap(({ words, commands, options, choices }) => {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
    const condition = words.length === 0 ? '__fish_use_subcommand' : seen.join('; and ')
    const unless =
      commands.length === 0 || words.length === 0
        ? ''
        : `; and not __fish_seen_subcommand_from ${commands.map((command) => command.name).join(' ')}`
    return [
      ...commands.map(
        (command) =>
          `complete -c ${name} -f -n ${quoted(condition + unless)} -a ${command.name} -d ${quoted(command.description)}`,
      ),
      ...choices.map((choice) => `complete -c ${name} -f -n ${quoted(condition)} -a ${choice}`),
      ...options.map((option) => {
        const long = option.long === undefined ? '' : ` -l ${option.long.slice(2)}`
        const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`
        const value =
          option.argChoices !== undefined
            ? ` -x -a ${quoted(option.argChoices.join(' '))}`
            : option.required || option.optional
              ? ' -r'
              : ''
        return `complete -c ${name} -n ${quoted(condition)}${long}${short}${value} -d ${quoted(option.description)}`
      }),
    ]
  })
  return `${lines.join('\n')}\n`
}
