import { createHash } from 'node:crypto'

/** A feature flag: off, on for everybody, or on for a share of the subjects. */
export interface Flag {
  name: string
  enabled: boolean
  /** Share of the subjects for whom it is on while it is enabled, in percent, 0 to 100. */
  rollout: number
}

/** Says that there are as many flags as there may be. */
export class FlagsFull extends Error {
  override readonly name = 'FlagsFull'
}

/** Flags in memory. */
export class Flags {
  readonly #flags = new Map<string, Flag>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#flags.size
  }

  list(): Flag[] {
    return [...this.#flags.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  find(name: string): Flag | undefined {
    return this.#flags.get(name)
  }

  set(flag: Flag): void {
    if (!this.#flags.has(flag.name) && this.#flags.size >= this.#limit) {
      throw new FlagsFull(`there are ${this.#limit} flags already, and no more are allowed`)
    }
    this.#flags.set(flag.name, flag)
  }

  remove(name: string): boolean {
    return this.#flags.delete(name)
  }
}

/** Whether a flag is on for a subject. The same subject always gets the same answer, and a wider rollout never takes it away. */
export function isOn(flag: Flag, subject: string): boolean {
  return flag.enabled && bucketOf(flag.name, subject) < flag.rollout
}

/** A number from 0 to 99, spread evenly over subjects and different for each flag. */
function bucketOf(name: string, subject: string): number {
  return createHash('sha256').update(`${name}\0${subject}`).digest().readUInt32BE(0) % 100
}
