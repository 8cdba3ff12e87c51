/** The port in an address such as `0.0.0.0:8080` or `[::]:8080`. */
export function portOf(address: string | undefined): number | undefined {
  const port = /:(\d+)$/.exec(address ?? '')?.[1]
  return port === undefined ? undefined : Number(port)
}
