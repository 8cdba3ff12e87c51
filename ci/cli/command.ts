import { Argument, Command } from 'commander'
import { optionOf, type Flag, type Flags } from './flag.ts'
import { repeatLists } from './repeat-lists.ts'

/** A word of a command that is not an option. */
export interface Operand<Value> {
  /** In commander's spelling: `<reference>`, `[source]`, `[paths...]`. */
  spelling: string
  description: string
  initial?: Value
  choices?: readonly string[]
}

/** One command: its operands, its flags, and what it does. Its name and description are in the list of commands. */
export interface CommandFacts<Options, Operands extends unknown[]> {
  operands?: { readonly [Index in keyof Operands]: Operand<Exclude<Operands[Index], undefined>> }
  flags?: Flags<Options>
  /** Options are passed on to another program unchanged: only --help as the first word is the command's own. */
  passThrough?: boolean
  /** The end of the help: exit codes, examples. */
  more?: string
  /** Returns the exit code. */
  run(options: Options, ...operands: Operands): number | Promise<number>
}

/** One call of the command line. */
export interface Call {
  /** Gets the exit code of the command that ran. */
  done(exitCode: number): void
  /** The command line with every command. */
  whole(): Promise<Command>
}

/** Makes a command of the command line. */
export type MakeCommand = (name: string, call: Call) => Command

/** A command with operands and flags. */
export function command<Options extends object = object, Operands extends unknown[] = []>(
  facts: CommandFacts<Options, Operands>,
): MakeCommand {
  return (word, { done }) => {
    const flags = Object.entries<Flag<unknown>>(facts.flags ?? {})
    const made = new FlaggedCommand(word, Object.fromEntries(flags), facts.passThrough === true)
    for (const operand of (facts.operands ?? []) as ReadonlyArray<Operand<unknown>>)
      made.addArgument(argumentOf(operand))
    for (const [name, flag] of flags) made.addOption(optionOf(name, flag))
    if (facts.more !== undefined) made.addHelpText('after', `\n${facts.more}`)
    const initial = Object.fromEntries(
      flags.flatMap(([name, flag]) => (flag.initial === undefined ? [] : [[name, flag.initial]])),
    )
    return made.action(async (...given: unknown[]) => {
      const operands = given.slice(0, made.registeredArguments.length) as Operands
      if (facts.passThrough === true && /^(-h|--help)$/.test(made.args[0] ?? '')) {
        made.outputHelp()
        return done(0)
      }
      done(await facts.run({ ...initial, ...made.opts() } as Options, ...operands))
    })
  }
}

/** A command with subcommands: name, description, and the command. One without a description is hidden: only programs call it. */
export function commandGroup(listed: ReadonlyArray<readonly [string, string, MakeCommand]>): MakeCommand {
  return (word, call) => {
    const group = new Command(word)
    for (const [name, description, make] of listed)
      group.addCommand(make(name, call).description(description), { hidden: description === '' })
    return group
  }
}

/** Adds subcommands with the settings that they inherit: `addCommand` alone does not pass those on. */
export function inherit(parent: Command): Command {
  for (const inner of parent.commands) inherit(inner.copyInheritedSettings(parent))
  return parent
}

function argumentOf({ spelling, description, initial, choices }: Operand<unknown>): Argument {
  const argument = new Argument(spelling, description)
  if (choices !== undefined) argument.choices(choices)
  return initial === undefined ? argument : argument.default(initial)
}

/** A command whose list flags end where its operands begin. */
class FlaggedCommand extends Command {
  constructor(
    name: string,
    private readonly flags: Readonly<Record<string, Flag<unknown>>>,
    private readonly passesThrough: boolean,
  ) {
    super(name)
    if (passesThrough) this.allowUnknownOption().passThroughOptions()
  }

  override copyInheritedSettings(parent: Command): this {
    super.copyInheritedSettings(parent)
    return this.passesThrough ? this.helpOption(false) : this
  }

  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    return super.parseOptions(repeatLists(argv, this.options, this.flags))
  }
}
