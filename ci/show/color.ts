/** Whether a stream is a terminal on which colours are welcome (https://no-color.org). */
export function useColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'
}
