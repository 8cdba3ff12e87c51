import { InvalidArgumentError, Option } from 'commander'
import { isThere } from '../run/files/read-file.ts'

/** How a flag of the command line is spelled, and how its text becomes a value. */
export interface Flag<Value> {
  description: string
  /** The placeholder for its value in the help; without one the flag is a switch. */
  placeholder?: string
  /** The value when the flag is not given. */
  initial?: Value
  choices?: readonly string[]
  required?: boolean
  read(text: string, before: Value | undefined): Value
  /** For a list: whether a word after a value can only be another value. `operands` precede it. */
  continues?(word: string, operands: number): boolean
}

/** A flag for each field of a command's options: the compiler keeps the two in step. */
export type Flags<Options> = { readonly [Name in keyof Options]-?: Flag<Exclude<Options[Name], undefined>> }

/** A switch. */
export function toggle(description: string): Flag<boolean> {
  return { description, initial: false, read: () => true }
}

/** A flag with a text value. */
export function single(placeholder: string, description: string, initial?: string): Flag<string> {
  return { placeholder, description, read: (given) => given, ...(initial === undefined ? {} : { initial }) }
}

/** A flag with a choice of values. */
export function choice<const Word extends string>(
  placeholder: string,
  choices: readonly Word[],
  description: string,
  initial?: NoInfer<Word>,
): Flag<Word> {
  const read = (given: string): Word => {
    const found = choices.find((word) => word === given)
    if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return found
  }
  return { placeholder, choices, description, read, ...(initial === undefined ? {} : { initial }) }
}

/** A flag with a whole number from 1 to 9999. */
export function count(placeholder: string, description: string, initial: number): Flag<number> {
  const read = (given: string): number => {
    if (!/^[1-9]\d{0,3}$/.test(given)) throw new InvalidArgumentError('Expected a whole number of at least 1.')
    return Number(given)
  }
  return { placeholder, description, initial, read }
}

type Continues = NonNullable<Flag<string[]>['continues']>

/** A repeatable flag with one value each time; values may contain commas. */
export function repeated(placeholder: string, description: string, continues?: Continues): Flag<string[]> {
  return {
    placeholder,
    description: `${description}; repeatable`,
    initial: [],
    read: (given, before = []) => [...before, given],
    ...(continues === undefined ? {} : { continues }),
  }
}

/** A list flag whose values contain no commas: separated by commas, or with the flag repeated. */
export function list(placeholder: string, description: string, continues?: Continues): Flag<string[]> {
  return {
    ...repeated(placeholder, description, continues),
    description: `${description}; repeatable, or comma-separated`,
    read: (given, before = []) => [...before, ...words(given)],
  }
}

/** Comma-separated words. */
export function words(given: string): string[] {
  return given
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** The same flag, but required. */
export function required<Value>(flag: Flag<Value>): Flag<Value> {
  return { ...flag, required: true }
}

/** Values of this shape continue a list, unless a file or directory has that name. */
export function shaped(shape: RegExp): Continues {
  return (word) => shape.test(word) && !isThere(word)
}

/** These words continue a list. */
export function among(known: readonly string[]): Continues {
  return (word) => words(word).every((one) => known.includes(one)) && !isThere(word)
}

/** `registryCa` is `--registry-ca`. */
export function optionOf(name: string, flag: Flag<unknown>): Option {
  const { placeholder, description, initial, choices } = flag
  const long = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const option = new Option(placeholder === undefined ? long : `${long} <${placeholder}>`, description)
  if (choices !== undefined) option.choices(choices)
  if (placeholder !== undefined) option.argParser((given: string, before: unknown) => flag.read(given, before))
  if (typeof initial === 'string' || typeof initial === 'number') option.default(initial)
  return option.makeOptionMandatory(flag.required === true)
}
