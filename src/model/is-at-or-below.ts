/** Whether a path is one of some places or below one of them. */
export function isAtOrBelow(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(place === '/' ? '/' : `${place}/`))
}
