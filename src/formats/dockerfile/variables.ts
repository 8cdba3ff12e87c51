import type { Lookup, Variable } from './expand.ts'

/** The variables of a stage, or those before the first FROM, as they are set from instruction to instruction. */
export class Variables {
  /** The values of each, with the number of the setting after which it has them. */
  readonly #values: Map<string, Array<{ since: number; value: Variable }>>
  #settings = 0

  constructor(first: ReadonlyMap<string, Variable> = new Map()) {
    this.#values = new Map([...first].map(([name, value]) => [name, [{ since: 0, value }]]))
  }

  set(name: string, value: Variable): void {
    const values = this.#values.get(name) ?? []
    values.push({ since: ++this.#settings, value })
    this.#values.set(name, values)
  }

  get(name: string): Variable {
    return this.#values.get(name)?.at(-1)?.value
  }

  all(): Map<string, Variable> {
    return new Map([...this.#values].map(([name, values]) => [name, values.at(-1)?.value]))
  }

  /** The variables as they are now, whatever is set later. Nothing is copied: thousands of instructions each keep what they see. */
  kept(): Lookup {
    const last = this.#settings
    return (name) => this.#values.get(name)?.findLast(({ since }) => since <= last)?.value
  }
}
