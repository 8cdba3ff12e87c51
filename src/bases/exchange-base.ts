/** A Dockerfile with one reference replaced: `start` and `end` are byte offsets. */
export function exchangeBase(text: string, { start, end }: { start: number; end: number }, reference: string): string {
  const bytes = Buffer.from(text)
  return `${bytes.subarray(0, start).toString()}${reference}${bytes.subarray(end).toString()}`
}
