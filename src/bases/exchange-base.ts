/** A Dockerfile with another reference in the place of one: `start` and `end` are bytes of the text. */
export function exchangeBase(text: string, { start, end }: { start: number; end: number }, reference: string): string {
  const bytes = Buffer.from(text)
  return `${bytes.subarray(0, start).toString()}${reference}${bytes.subarray(end).toString()}`
}
