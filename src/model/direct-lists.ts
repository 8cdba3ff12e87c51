/** In characters: long enough to be read quickly, and short enough to be forgotten quickly. */
const partLength = 65_536

/** A list that is a value of the document itself: where its entries begin and end in the text, and where a part of them ends. */
export interface DirectList {
  start: number
  end: number
  cuts: number[]
}

/** Collects a document's direct lists while its text is read from start to end. */
export class DirectLists {
  readonly all: DirectList[] = []
  #open: DirectList | undefined
  #last = 0

  begin(at: number): void {
    this.#open = { start: at + 1, end: at + 1, cuts: [] }
    this.all.push(this.#open)
    this.#last = at
  }

  /** At a comma between two entries. */
  comma(at: number): void {
    if (at - this.#last < partLength) return
    this.#open?.cuts.push(at)
    this.#last = at
  }

  end(at: number): void {
    if (this.#open !== undefined) this.#open.end = at
    this.#open = undefined
  }
}
