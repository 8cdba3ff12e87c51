/** A change by hand that a text of the scaffold asks for, at one place of a file. */
export interface AskedChange {
  file: RegExp
  /** The keys that lead there, each after a slash; the first is the number of the document. */
  at: RegExp
  /** What is there without that change: the existing value as it is, where it is another change than the one that was asked for. */
  undo: (generated: unknown, existing: unknown) => unknown
}

/** A mapping as files have them; YAML has sets and dates too, which show no keys. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A mapping without the entries that may have been added. */
export function withoutAdded(mayBe: (key: string, value: unknown) => boolean): AskedChange['undo'] {
  return (generated, existing) =>
    isMapping(existing)
      ? Object.fromEntries(
          Object.entries(existing).filter(
            ([key, value]) => (isMapping(generated) && Object.hasOwn(generated, key)) || !mayBe(key, value),
          ),
        )
      : existing
}

/** The generated value in place of one that may stand there. */
export function anyOf(mayStandThere: (existing: unknown) => boolean): AskedChange['undo'] {
  return (generated, existing) => (mayStandThere(existing) ? generated : existing)
}
