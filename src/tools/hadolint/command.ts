interface Lint {
  program: string
  /** Path of the Dockerfile. */
  dockerfile: string
  /** Whether comments in the Dockerfile may silence rules. `findPragmas` reports them either way. */
  obeyPragmas: boolean
}

/**
 * Lints a Dockerfile with hadolint's own rules and levels. Nothing beside the Dockerfile may change them: the
 * configuration file is empty (hadolint complains about that on standard error and continues), and comments that
 * silence rules have an effect only if the caller allows it. Exits with 0 whatever it finds; any other exit code means
 * that it could not read the file.
 */
export function hadolintArguments({ program, dockerfile, obeyPragmas }: Lint): string[] {
  return [
    program,
    '--format',
    'json',
    '--no-fail',
    '--no-color',
    '--config',
    '/dev/null',
    ...(obeyPragmas ? [] : ['--disable-ignore-pragma']),
    dockerfile,
  ]
}
