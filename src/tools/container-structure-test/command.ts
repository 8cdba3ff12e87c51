interface TestRun {
  program: string
  /** Path of the test file; its name must end in .yaml, .yml or .json. */
  tests: string
  /** Path of the image configuration itself, as the archive holds it (`extractConfiguration`). The driver takes an unreadable file for an empty configuration, and crashes on a variable without "=". */
  metadata: string
}

/** Runs the tests with the host driver: inside a container of the image itself, where this static program was mounted. The JSON follows a warning on standard output. */
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
