interface Registry {
  program: string
  /** Plain HTTP, for a registry on loopback. */
  insecure: boolean
}

function crane({ program, insecure }: Registry, ...argv: string[]): string[] {
  return [program, ...(insecure ? ['--insecure'] : []), ...argv]
}

/** Asks the registry for a reference's digest. */
export function digest(registry: Registry & { reference: string }): string[] {
  return crane(registry, 'digest', registry.reference)
}

/** Prints the configuration of one platform's image. */
export function config(registry: Registry & { reference: string; platform: string }): string[] {
  return crane(registry, 'config', '--platform', registry.platform, registry.reference)
}

/** Prints the manifest or index behind a reference; by digest, crane verifies the bytes. */
export function manifest(registry: Registry & { reference: string }): string[] {
  return crane(registry, 'manifest', registry.reference)
}
