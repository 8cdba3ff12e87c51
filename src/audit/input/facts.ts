import type { Fact } from '../container.ts'
import type { Place, Placed } from './placed.ts'
import { textOf } from './placed.ts'
import { hostSource, unmaskedBy } from './written-forms.ts'

// How the readers of deployments record what they read.

export function fact<T>({ path, line }: Place, value: T): Fact<T> {
  return { value, path, line }
}

/** The property if it is stated, otherwise nothing. */
export function said<K extends string, T>(
  key: K,
  placed: Placed | undefined,
  read: (placed: Placed) => T,
): { [key in K]?: Fact<T> } {
  return given(key, placed === undefined ? undefined : fact(placed, read(placed)))
}

export function given<K extends string, T>(key: K, value: Fact<T> | undefined): { [key in K]?: Fact<T> } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: Fact<T> }
}

/** A text, or every text in a list. */
export function textsOf(placed: Placed | undefined): Fact<string>[] {
  if (placed === undefined) return []
  return Array.isArray(placed.value)
    ? placed.value.map((item) => fact(item, textOf(item)))
    : [fact(placed, textOf(placed))]
}

/** What security options lay open that engines mask, each at its place. */
export function unmaskings(options: ReadonlyArray<{ place: Place; name: string; value: string }>): Fact<string>[] {
  return options.flatMap((option) => {
    const found = unmaskedBy(option)
    return found === undefined ? [] : [fact(option.place, found)]
  })
}

/** A capability in capitals without CAP_, as Docker accepts them. */
export function capability(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, '')
}

/** A limit; empty if it is zero or negative, which means none. */
export function limitOf(text: string): string {
  return /^(-.*|0+(\.0+)?[a-z]*)$/i.test(text) ? '' : text
}

/** The host's directory or disk that a volume stands for, by the options `device` and `o` of Docker's own driver, in the place of the device; undefined if there is none. */
export function hostDevice(device: Placed | undefined, how: Placed | undefined): Placed | undefined {
  if (device === undefined) return undefined
  const value = hostSource(textOf(device), how === undefined ? '' : textOf(how))
  return value === undefined ? undefined : { ...device, value }
}
