import { DeliveryError } from '../model/errors.ts'
import type { Placed } from './input/placed.ts'
import { readManifest } from './input/read-manifest.ts'

/** The files of the tree that is audited, as far as they were opened; each is parsed once. */
export class AuditTree {
  /** Files that were asked for and not opened yet. */
  readonly missing = new Set<string>()
  readonly #texts: Map<string, string | undefined | DeliveryError>
  readonly #documents = new Map<string, Placed[]>()

  constructor(files: ReadonlyArray<{ path: string; text: string }>) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]))
  }

  /** Adds a file that was opened: its text, undefined where it is not there, or why it may not be read. */
  add(path: string, text: string | undefined | DeliveryError): void {
    this.#texts.set(path, text)
    this.missing.delete(path)
  }

  /** Keeps the documents of a file that was parsed already. */
  keep(path: string, documents: Placed[]): void {
    this.#documents.set(path, documents)
  }

  /** The text of a file; undefined where there is none. Throws `SOURCE` for one that may not be read. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.missing.add(path)
    const text = this.#texts.get(path)
    if (text instanceof DeliveryError) throw text
    return text
  }

  /** The documents of a YAML file; undefined where there is none. Throws `SOURCE` with file and line. */
  documents(path: string): Placed[] | undefined {
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    const text = this.text(path)
    if (text === undefined) return undefined
    const read = readManifest(text, path)
    this.#documents.set(path, read)
    return read
  }
}
