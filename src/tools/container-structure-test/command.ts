interface TestRun {
  program: string
  /** Path of the test file; its name must end in .yaml, .yml or .json. */
  tests: string
  /**
   * Path of the image configuration from the archive (`extractConfiguration`). The driver reads an unreadable file as
   * an empty configuration, and crashes on a variable without "=".
   */
  metadata: string
}

/**
 * Runs the tests with the host driver: inside a container of the image itself, in which this static program is mounted.
 * The JSON follows a warning on standard output.
 */
export function runTests({ program, tests, metadata }: TestRun): string[] {
  return [
    program,
    'test',
    '--driver',
    'host',
    '--force',
    '--metadata',
    metadata,
    '--config',
    tests,
    '--output',
    'json',
    '--no-color',
  ]
}
