interface Analysis {
  program: string
  /** Path of the image archive: `docker save` form, or an OCI layout that has a manifest.json too, as Dagger exports it. */
  archive: string
  /** A new file for the result: dive overwrites an existing one without truncating it. */
  output: string
}

/** Measures how much of the image later layers overwrite or remove. Dive's own limits are not used: the gate judges. */
export function analyse({ program, archive, output }: Analysis): string[] {
  return [program, '--source', 'docker-archive', archive, '--ci', '--json', output]
}
