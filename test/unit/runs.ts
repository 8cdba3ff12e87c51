/** How often a law is tried on random input: so many times in `npm test`, and as many times more as the exhaustive tests say. */
export function runs(everyday: number): number {
  return everyday * Number(process.env['LOADLINE_FUZZ'] ?? 1)
}
