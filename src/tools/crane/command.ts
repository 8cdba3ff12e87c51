interface Registry {
  program: string
  /** Plain HTTP, for a registry on loopback. */
  insecure: boolean
}

function crane({ program, insecure }: Registry, ...argv: string[]): string[] {
  return [program, ...(insecure ? ['--insecure'] : []), ...argv]
}

/** Asks the registry which digest a reference has. */
export function digest(registry: Registry & { reference: string }): string[] {
  return crane(registry, 'digest', registry.reference)
}

/** Prints the configuration of one platform's image. */
export function config(registry: Registry & { reference: string; platform: string }): string[] {
  return crane(registry, 'config', '--platform', registry.platform, registry.reference)
}

/** Prints the manifest or index behind a reference; by digest, crane checks the bytes against it. */
export function manifest(registry: Registry & { reference: string }): string[] {
  return crane(registry, 'manifest', registry.reference)
}
