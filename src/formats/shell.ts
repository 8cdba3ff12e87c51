import { forEachChild, parse, type Redirect, type SyntaxNode, type Word, type WordPart } from 'unbash'
import type { Lookup } from './dockerfile/expand.ts'
import { isShell, unwrapped } from './shell-wrappers.ts'
import { isUnknown, showUnknown, unknownValue } from './unknown-value.ts'

/** A program that a script starts. */
export interface ShellCommand {
  /** Without its directory; empty if the command only sets variables. */
  name: string
  /** Its arguments with variables expanded. Unknown parts are marked (`isUnknown`). */
  args: string[]
  /** The words of each program through which it is started: `sudo -u app`, `timeout 30`. */
  through: ReadonlyArray<readonly string[]>
  /** Variables that it sets for itself, or for later commands. */
  assignments: Array<{ name: string; value: string }>
  /** The source of its standard input: the programs before it in its pipeline. */
  inputFrom: readonly ShellCommand[]
  /** Programs whose output is in its arguments: `$(...)`, backticks, `<(...)`. */
  wordsFrom: readonly ShellCommand[]
  /** Here-documents and here-strings that it reads. */
  texts: string[]
  /** Files that its output goes to. */
  writesTo: string[]
}

/** The programs of a script, in the order of the text. */
export interface ShellScript {
  commands: ShellCommand[]
  /** False if a part could not be read: then something may be missing. */
  isWhole: boolean
}

/** The limit on scripts nested in scripts (`sh -c`), above what anybody writes. */
const deepest = 5
/** How many of the preceding programs in a pipeline are remembered. */
const mostInput = 50

/**
 * The programs that a script of a Unix shell starts, including those in conditions, substitutions and `sh -c`. Nothing
 * is run or evaluated: every branch counts.
 */
export function readShell(script: string, lookup: Lookup): ShellScript {
  return bounded(() => new ScriptReader(lookup, 0).read(script))
}

/** The programs of a command in exec form, which no shell splits. */
export function readProgram(words: readonly string[], lookup: Lookup): ShellScript {
  return bounded(() => new ScriptReader(lookup, 0).readWords(words))
}

/** A script nested deeper than the limit counts as not read. */
function bounded(read: () => ShellScript): ShellScript {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return { commands: [], isWhole: false }
    throw error
  }
}

class ScriptReader {
  readonly #lookup: Lookup
  readonly #depth: number
  /** Variables that the script has set to known values. */
  readonly #own: Map<string, string>
  #isWhole = true

  constructor(lookup: Lookup, depth: number, own: Map<string, string> = new Map()) {
    this.#lookup = lookup
    this.#depth = depth
    this.#own = own
  }

  read(script: string): ShellScript {
    const tree = parse(script)
    return { commands: this.#commandsOf(tree), isWhole: this.#isWhole }
  }

  readWords(words: readonly string[]): ShellScript {
    return { commands: this.#started(words), isWhole: this.#isWhole }
  }

  /** The programs that words start without a shell. */
  #started(words: readonly string[]): ShellCommand[] {
    const { name, args, given, through, others } = unwrapped(words)
    const command = { name, args, through, assignments: given, inputFrom: [], wordsFrom: [], texts: [], writesTo: [] }
    return [command, ...this.#scriptsOf(command), ...others.flatMap((other) => this.#started(other))]
  }

  #commandsOf(node: SyntaxNode, input: readonly ShellCommand[] = []): ShellCommand[] {
    if (node.type === 'Script' && (node.errors ?? []).length > 0) this.#isWhole = false
    if (node.type === 'Command') return this.#command(node, input)
    if (node.type === 'Pipeline') {
      const read: ShellCommand[] = []
      let before = input
      for (const part of node.commands) {
        const commands = this.#commandsOf(part, before)
        before = [...before, ...commands].slice(-mostInput)
        for (const command of commands) read.push(command)
      }
      return read
    }
    const read: ShellCommand[] = []
    forEachChild(node, (child) => {
      for (const command of this.#commandsOf(child, input)) read.push(command)
    })
    return read
  }

  #command(node: Extract<SyntaxNode, { type: 'Command' }>, input: readonly ShellCommand[]): ShellCommand[] {
    const inside: ShellCommand[] = []
    forEachChild(node, (child) => {
      for (const command of this.#commandsOf(child)) inside.push(command)
    })
    const assignments: ShellCommand['assignments'] = []
    const words: string[] = node.name === undefined ? [] : this.#words(node.name)
    for (const part of [...node.prefix, ...node.suffix]) {
      if (part.type === 'Word') words.push(...this.#words(part))
      else if (part.type === 'Assignment') {
        const value = part.value.type === 'Word' ? this.#text(part.value) : unknownValue(part.name)
        assignments.push({ name: part.name, value })
        // `export NAME=value` and the like: an argument that is also an assignment.
        if (node.suffix.includes(part)) words.push(`${part.name}=${value}`)
      }
    }
    const { name, args, given, through, others } = unwrapped(words)
    const redirects = [...node.redirects]
    const command: ShellCommand = {
      name,
      args,
      through,
      assignments: [...assignments, ...given],
      inputFrom: input,
      wordsFrom: inside,
      texts: redirects.flatMap((redirect) =>
        redirect.type === 'HereDoc'
          ? [redirect.body.text]
          : redirect.type === 'HereString' && redirect.target !== undefined
            ? [this.#text(redirect.target)]
            : [],
      ),
      writesTo: redirects.flatMap((redirect) =>
        redirect.type === 'Redirect' && redirect.operator.includes('>') && !isDescriptor(redirect) && redirect.target
          ? [this.#text(redirect.target)]
          : [],
      ),
    }
    this.#remember(command)
    return [...inside, command, ...this.#scriptsOf(command), ...others.flatMap((other) => this.#started(other))]
  }

  /** Variables that stay set: by a command without a program, and by export and similar builtins. */
  #remember({ name, assignments }: ShellCommand): void {
    if (!/^(|export|declare|typeset|readonly|local)$/.test(name)) return
    for (const { name: variable, value } of assignments) {
      if (isUnknown(value)) this.#own.delete(variable)
      else this.#own.set(variable, value)
    }
  }

  /** The programs of scripts passed to a command: `sh -c`, `eval`, a here-document that a shell reads. */
  #scriptsOf(command: ShellCommand): ShellCommand[] {
    return scriptsGiven(command).flatMap((script) => {
      if (this.#depth >= deepest) {
        this.#isWhole = false
        return []
      }
      const { commands, isWhole } = new ScriptReader(this.#lookup, this.#depth + 1, new Map(this.#own)).read(
        showUnknown(script),
      )
      if (!isWhole) this.#isWhole = false
      return commands
    })
  }

  /** The words that a word expands to: an unquoted variable is split. */
  #words(word: Word): string[] {
    const [only, more] = word.parts ?? []
    const text = this.#text(word)
    const isBare = more === undefined && (only?.type === 'SimpleExpansion' || only?.type === 'ParameterExpansion')
    return isBare && !isUnknown(text) ? (text.match(/\S+/g) ?? []) : [text]
  }

  #text(word: Word): string {
    return word.parts === undefined ? word.value : word.parts.map((part) => this.#part(part)).join('')
  }

  #part(part: WordPart): string {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        return part.value
      case 'DoubleQuoted':
      case 'LocaleString':
        return part.parts.map((inner) => this.#part(inner)).join('')
      case 'SimpleExpansion':
        return this.#variable(part.text.slice(1), undefined)
      case 'ParameterExpansion': {
        const { parameter, operation, prefix, index } = part
        if (prefix !== undefined || index !== undefined) return unknownValue(parameter)
        if (operation === undefined) return this.#variable(parameter, undefined)
        if (operation.type !== 'Default' || !operation.operator.endsWith('-')) return unknownValue(parameter)
        return this.#variable(parameter, this.#text(operation.operand))
      }
      case 'CommandExpansion':
      case 'ProcessSubstitution':
      case 'ArithmeticExpansion':
        return unknownValue(part.text.replaceAll(/[\uE000\uE001]/g, ''))
      default:
        return part.text
    }
  }

  #variable(name: string, otherwise: string | undefined): string {
    const value = this.#own.get(name) ?? this.#lookup(name)
    return typeof value === 'string' ? value : (otherwise ?? unknownValue(name))
  }
}

/** Whether the output goes where that of another descriptor goes, or is closed: `2>&1`, `>&-`. */
function isDescriptor({ operator, target }: Redirect): boolean {
  return operator === '>&' && /^(\d+|-)$/.test(target?.value ?? '')
}

function scriptsGiven({ name, args, texts }: ShellCommand): string[] {
  if (name === 'eval') return [args.join(' ')]
  if (name === 'su' || name === 'runuser') {
    const flag = args.findIndex((word) => /^(-c|--command)$/.test(word))
    return flag === -1 ? [] : args.slice(flag + 1, flag + 2)
  }
  if (!isShell(name)) return []
  const flag = args.findIndex((word) => /^-[abd-zA-Z]*c[a-zA-Z]*$/.test(word))
  if (flag !== -1) return scriptFrom(args.slice(flag))
  return args.every((word) => word.startsWith('-')) ? texts : []
}

/** The script behind a shell's options: `-c 'a'`, `-ce 'a'`, `-c -o pipefail 'a'`. */
function scriptFrom(words: readonly string[]): string[] {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (!/^[-+]/.test(word)) return [word]
    if (/^[-+][a-zA-Z]*o$/.test(word)) index++
  }
  return []
}
