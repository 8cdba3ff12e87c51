import { DeliveryError } from '../model/errors.ts'
import type { AuditFile, Fault } from './classify.ts'
import { manifestError, type Placed } from './input/placed.ts'
import { readManifest } from './input/read-manifest.ts'

/** The opened files of the audited tree; each is parsed once. */
export class AuditTree {
  /** Files that were requested and not opened yet. */
  readonly missing = new Set<string>()
  readonly #texts: Map<string, string | undefined | DeliveryError>
  readonly #documents = new Map<string, Placed[]>()

  constructor(files: ReadonlyArray<Pick<AuditFile, 'path' | 'text' | 'fault'>>) {
    this.#texts = new Map(
      files.map(({ path, text, fault }) => [path, fault === undefined ? text : unread(path, fault)]),
    )
  }

  /** Adds an opened file: its text, undefined if it does not exist, or why it may not be read. */
  add(path: string, text: string | undefined | DeliveryError): void {
    this.#texts.set(path, text)
    this.missing.delete(path)
  }

  /** Keeps the documents of a file that has already been parsed. */
  keep(path: string, documents: Placed[]): void {
    this.#documents.set(path, documents)
  }

  /** The text of a file; undefined if it does not exist. Throws `SOURCE` if it may not be read. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.missing.add(path)
    const text = this.#texts.get(path)
    if (text instanceof DeliveryError) throw text
    return text
  }

  /** The text of a file; undefined if it does not exist or may not be read. */
  textIfAny(path: string): string | undefined {
    try {
      return this.text(path)
    } catch (error) {
      if (error instanceof DeliveryError) return undefined
      throw error
    }
  }

  /** The documents of a YAML file; undefined if it does not exist. Throws `SOURCE` with file and line. */
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

function unread(path: string, { reason }: Fault): DeliveryError {
  return manifestError({ path, line: 1 }, reason)
}
