/** Work that is awaited later, perhaps several times. Its error is thrown to each caller that awaits it, and is not an unhandled rejection until then. */
export function begun<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
