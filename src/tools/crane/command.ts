interface Registry {
  program: string
  /** Plain HTTP, for a registry on loopback. */
  insecure: boolean
}

function crane({ program, insecure }: Registry, ...argv: string[]): string[] {
  return [program, ...(insecure ? ['--insecure'] : []), ...argv]
}

/** Pushes an OCI layout directory, byte for byte, to `reference` (a digest: no tag is touched). `index` for a layout of several platforms. */
export function push(registry: Registry & { layout: string; reference: string; index: boolean }): string[] {
  return crane(registry, 'push', ...(registry.index ? ['--index'] : []), registry.layout, registry.reference)
}

/** Asks the registry which digest a reference has. */
export function digest(registry: Registry & { reference: string }): string[] {
  return crane(registry, 'digest', registry.reference)
}

/** Points a tag at a manifest that the registry already has. */
export function tag(registry: Registry & { reference: string; tag: string }): string[] {
  return crane(registry, 'tag', registry.reference, registry.tag)
}
